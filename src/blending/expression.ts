// What a face does, told from its points in canonical space: (x right, y down, z away) in cm, irises included.

/** An eye of the mesh, as landmark numbers. */
export interface Eye {
  readonly outer: number;
  readonly inner: number;
  /** The middle of the iris. Four points on its edge follow it. */
  readonly iris: number;
  /** From the outer to the inner corner: points of the upper lid, each with the one below it on the lower lid. */
  readonly lids: readonly (readonly [upper: number, lower: number])[];
}

/** The person's right eye: on the left of a picture that is not mirrored. */
export const RIGHT_EYE_PARTS: Eye = {
  outer: 33,
  inner: 133,
  iris: 468,
  lids: [
    [246, 7],
    [161, 163],
    [160, 144],
    [159, 145],
    [158, 153],
    [157, 154],
    [173, 155],
  ],
};

/** The person's left eye. */
export const LEFT_EYE_PARTS: Eye = {
  outer: 263,
  inner: 362,
  iris: 473,
  lids: [
    [466, 249],
    [388, 390],
    [387, 373],
    [386, 374],
    [385, 380],
    [384, 381],
    [398, 382],
  ],
};

/** The inner edge of the lips from the right to the left corner of the mouth, each with the one below it. */
export const LIP_PAIRS = [
  [191, 95],
  [80, 88],
  [81, 178],
  [82, 87],
  [13, 14],
  [312, 317],
  [311, 402],
  [310, 318],
  [415, 324],
] as const;

/** The corners of the mouth, where the inner edges of both lips meet. */
export const MOUTH_CORNERS = [78, 308] as const;

/** The middle three of an eye's lid pairs: those near the corners hardly move. */
const MIDDLE_LIDS = [2, 3, 4];

/** Mean gap between the lids in the middle of an eye, in the unit of `points`. */
export function eyeGap(points: Float32Array, { lids }: Eye): number {
  return MIDDLE_LIDS.reduce((sum, i) => sum + distance(points, lids[i]![0], lids[i]![1]), 0) / MIDDLE_LIDS.length;
}

/** Height of the eyes over their width, both eyes: about 0.3 open, below 0.1 closed. */
export function eyeOpenness(points: Float32Array): number {
  const one = (eye: Eye): number => eyeGap(points, eye) / distance(points, eye.outer, eye.inner);
  return (one(RIGHT_EYE_PARTS) + one(LEFT_EYE_PARTS)) / 2;
}

/** Gap between the lips in the middle of the mouth, in the unit of `points`. */
export function mouthOpening(points: Float32Array): number {
  return distance(points, 13, 14);
}

/** Where an iris lies in its eye: from the middle between the corners, in widths of the eye. Positive: right, down. */
export interface Gaze {
  readonly x: number;
  readonly y: number;
}

/** The gaze of one eye, along and across the line between its corners as it lies on the picture plane. */
export function gazeOf(points: Float32Array, { outer, inner, iris }: Eye): Gaze {
  const [left, right] = points[3 * outer]! < points[3 * inner]! ? [outer, inner] : [inner, outer];
  const alongX = points[3 * right]! - points[3 * left]!;
  const alongY = points[3 * right + 1]! - points[3 * left + 1]!;
  const x = points[3 * iris]! - (points[3 * left]! + points[3 * right]!) / 2;
  const y = points[3 * iris + 1]! - (points[3 * left + 1]! + points[3 * right + 1]!) / 2;
  const square = alongX * alongX + alongY * alongY;
  return { x: (x * alongX + y * alongY) / square, y: (y * alongX - x * alongY) / square };
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(
    points[3 * a]! - points[3 * b]!,
    points[3 * a + 1]! - points[3 * b + 1]!,
    points[3 * a + 2]! - points[3 * b + 2]!,
  );
}
