/** A point in pixels of the frame. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One face that the detector has found. Everything in pixels of the frame; parts may lie outside it. */
export interface FaceDetection {
  /** Probability, 0 to 1. */
  readonly score: number;
  /** Top left corner and size; brows to chin. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Right eye, left eye, nose tip, middle of the mouth, right and left tragion: right and left are the person's. */
  readonly keypoints: readonly [Point, Point, Point, Point, Point, Point];
}

/** Side of the detector's input in pixels. */
export const DETECTOR_INPUT = 128;
/** Rows and columns of each feature map, and anchors a cell of it. */
const MAPS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const;
/** Values of an anchor: box centre and size, then six points. */
const VALUES = 16;

const MIN_SCORE = 0.5;
/** Boxes that overlap more than this are one face. */
const SAME_FACE_IOU = 0.3;
/** Scores before the sigmoid are kept within this. */
const MAX_LOGIT = 100;

/** The square of the frame that the detector saw: its top left corner and side, in pixels of the frame. */
export interface DetectorView {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** Centres of the 896 anchors as x, y pairs in 0..1 of the input, in the network's order. */
const anchors: Float32Array = Float32Array.from(
  MAPS.flatMap(({ cells, anchors: count }) =>
    Array.from({ length: cells * cells }, (_, cell) =>
      Array.from({ length: count }, () => [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells]),
    ).flat(2),
  ),
);

/** One anchor that fired: score, then x and y of box centre, box size and points in pixels of the frame. */
interface Candidate {
  readonly score: number;
  readonly values: Float64Array;
}

/**
 * Turns the detector's outputs into faces, best first.
 *
 * @param regressors - [896, 16], pixels of the input relative to the anchor.
 * @param logits - [896], scores before the sigmoid.
 * Source: mediapipe/modules/face_detection/face_detection_short_range_common.pbtxt, TensorsToDetectionsCalculator and
 * NonMaxSuppressionCalculator (weighted).
 */
export function decodeDetections(
  regressors: Float32Array,
  logits: Float32Array,
  view: DetectorView,
): readonly FaceDetection[] {
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < logits.length; anchor++) {
    const logit = Math.max(-MAX_LOGIT, Math.min(MAX_LOGIT, logits[anchor]!));
    const score = 1 / (1 + Math.exp(-logit));
    if (score >= MIN_SCORE) candidates.push({ score, values: decodeAnchor(regressors, anchor, view) });
  }
  return suppress(candidates);
}

function decodeAnchor(regressors: Float32Array, anchor: number, view: DetectorView): Float64Array {
  const scale = view.side / DETECTOR_INPUT;
  const values = new Float64Array(VALUES);
  for (let index = 0; index < VALUES; index++) {
    const value = regressors[anchor * VALUES + index]! * scale;
    const isSize = index === 2 || index === 3;
    const isX = index % 2 === 0;
    const origin = (isX ? view.x : view.y) + anchors[2 * anchor + (isX ? 0 : 1)]! * view.side;
    values[index] = isSize ? value : origin + value;
  }
  return values;
}

/** Weighted suppression: the best box takes the mean of all that overlap it, weighted by score; then the next best. */
function suppress(candidates: Candidate[]): FaceDetection[] {
  let rest = candidates.sort((one, other) => other.score - one.score);
  const faces: FaceDetection[] = [];
  for (let best = rest[0]; best; best = rest[0]) {
    const anchorBox = best.values;
    const same = rest.filter((candidate) => overlap(candidate.values, anchorBox) > SAME_FACE_IOU);
    // A box without area overlaps nothing, itself neither: it stands for itself, and the loop ends in any case.
    rest = rest.filter((candidate) => candidate !== best && !same.includes(candidate));
    faces.push(same.length > 0 ? toDetection(best.score, weightedMean(same)) : toDetection(best.score, anchorBox));
  }
  return faces;
}

function weightedMean(candidates: readonly Candidate[]): Float64Array {
  const mean = new Float64Array(VALUES);
  const weight = candidates.reduce((sum, { score }) => sum + score, 0);
  for (const { score, values } of candidates) {
    for (let index = 0; index < VALUES; index++) mean[index]! += (values[index]! * score) / weight;
  }
  return mean;
}

/** Intersection over union of two boxes given by centre and size. */
function overlap(one: Float64Array, other: Float64Array): number {
  const along = (axis: 0 | 1): number =>
    Math.min(one[axis]! + one[axis + 2]! / 2, other[axis]! + other[axis + 2]! / 2) -
    Math.max(one[axis]! - one[axis + 2]! / 2, other[axis]! - other[axis + 2]! / 2);
  const shared = Math.max(along(0), 0) * Math.max(along(1), 0);
  return shared === 0 ? 0 : shared / (one[2]! * one[3]! + other[2]! * other[3]! - shared);
}

function toDetection(score: number, values: Float64Array): FaceDetection {
  const [centerX = 0, centerY = 0, width = 0, height = 0] = values;
  const point = (index: number): Point => ({ x: values[4 + 2 * index]!, y: values[5 + 2 * index]! });
  return {
    score,
    box: { x: centerX - width / 2, y: centerY - height / 2, width, height },
    keypoints: [point(0), point(1), point(2), point(3), point(4), point(5)],
  };
}
