import type { AffineMatrix } from '../kernels/kernels.js';
import type { FacePose } from './face-pose.js';

/** The square of a frame that an avatar's network sees, in pixels of the frame; it leans with the head. */
export interface FaceWindow {
  readonly centreX: number;
  readonly centreY: number;
  readonly size: number;
  /** Radians, clockwise on screen. */
  readonly roll: number;
}

/**
 * Side of the window in cm of the canonical face, and the point at its middle, before the bridge of the nose. The mesh
 * reaches from −8.3 at the forehead to 9.4 at the chin: there is room for a forehead up to the hair line above, and for a
 * jaw that drops by 2 cm below.
 */
export const WINDOW_CM = 21;
const CENTRE = [0, 0.7, -3] as const;

/** What a network sees of a head: mien's own window, or that of DeepFaceLab's face type "whole face". */
export type FaceAlignment = 'mien' | 'dfl-whole-face';

/**
 * Side and middle of each window in cm of the canonical face.
 *
 * DeepFaceLab fits 33 points of brows, eyes, nose and mouth corners to a unit square by a similarity, takes a square of
 * 2 · (0.4 · √2 + 0.5) times its side and moves it up by 0.07 of the unit's. With the canonical face's points the unit is
 * 12.18 cm: this is the same window for a head that looks at the camera; on a turned head it is steadier than the original.
 * Source: DeepFaceLab, facelib/LandmarksProcessor.py, get_transform_mat with FaceType.WHOLE_FACE.
 */
const VIEWS: Readonly<
  Record<FaceAlignment, { readonly cm: number; readonly centre: readonly [number, number, number] }>
> = {
  mien: { cm: WINDOW_CM, centre: CENTRE },
  'dfl-whole-face': { cm: 25.96, centre: [0, -0.21, -4.5] },
};

/** The window of a head. It holds the face with room for hair line and chin, and moves with the skull alone. */
export function windowOf(
  { scale, rotation: r, translation: t }: FacePose,
  alignment: FaceAlignment = 'mien',
): FaceWindow {
  const { cm, centre } = VIEWS[alignment];
  const [x, y, z] = centre;
  return {
    centreX: scale * (r[0]! * x + r[1]! * y + r[2]! * z) + t[0]!,
    centreY: scale * (r[3]! * x + r[4]! * y + r[5]! * z) + t[1]!,
    size: cm * scale,
    roll: Math.atan2(r[3]!, r[0]!),
  };
}

/** The same window with `margin` more pixels on each side, where it is `side` pixels wide without them. */
export function withMargin(window: FaceWindow, side: number, margin: number): FaceWindow {
  return { ...window, size: (window.size * (side + 2 * margin)) / side };
}

/** From a tensor of side × side pixels to the frame, as `cropToTensor` takes it. Pixel centres lie at halves. */
export function tensorToFrame({ centreX, centreY, size, roll }: FaceWindow, side: number): AffineMatrix {
  const cos = (Math.cos(roll) * size) / side;
  const sin = (Math.sin(roll) * size) / side;
  const half = side / 2;
  return [cos, -sin, centreX - (cos - sin) * half, sin, cos, centreY - (sin + cos) * half];
}

/** From the frame to a tensor of side × side pixels, as `warpBlend` takes it: the inverse of `tensorToFrame`. */
export function frameToTensor({ centreX, centreY, size, roll }: FaceWindow, side: number): AffineMatrix {
  const cos = (Math.cos(roll) * side) / size;
  const sin = (Math.sin(roll) * side) / size;
  const half = side / 2;
  return [cos, sin, half - cos * centreX - sin * centreY, -sin, cos, half + sin * centreX - cos * centreY];
}

/**
 * Moves points by an affine map in place; z is scaled as x is.
 *
 * @param points - (x, y, z) of any number of points.
 */
export function mapPoints([a, b, c, d, e, f]: AffineMatrix, points: Float32Array): Float32Array {
  const scale = Math.hypot(a, d);
  for (let at = 0; at < points.length; at += 3) {
    const x = points[at]!;
    const y = points[at + 1]!;
    points[at] = a * x + b * y + c;
    points[at + 1] = d * x + e * y + f;
    points[at + 2]! *= scale;
  }
  return points;
}
