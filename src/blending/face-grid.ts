import {
  CHIN,
  FACE_OVAL,
  FOREHEAD_REACH,
  FOREHEAD_SHARE,
  FOREHEAD_TOP,
  LEFT_SIDE,
  NOSE_BRIDGE,
  RIGHT_SIDE,
} from './face-outlines.js';

/** Fine cells across a face, whatever its size in pixels: radii and thresholds are constants of the grid. */
export const CELLS_PER_FACE = 192;
/** The largest grid: a face turned by 45° with room for its surroundings. */
export const MAX_CELLS = 416;
/** Pixels: smaller faces are left alone, larger ones cannot be seen whole on any frame. */
const MIN_FACE = 16;
const MAX_FACE = 6000;
/** Pixels of the widest cell: twice that of the largest face. */
export const MAX_STEP = (MAX_FACE / CELLS_PER_FACE) * 2;
/** Fine cells beyond the oval and beyond the frame, so that blurs find what they reach for. */
const MARGIN = 12;
const BEYOND_FRAME = 24;

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/**
 * The grid of cells that lies over a face: aligned with the frame's rows, moved and scaled with the face without rounding,
 * so that what is computed on it moves with the face. The coarse grid has half as many cells each way.
 */
export class FaceGrid {
  /** Distance between the sides of the face in space, pixels. */
  faceWidth = 0;
  /** Pixels of the frame: the top left corner of the first cell, and the side of a fine cell. */
  originX = 0;
  originY = 0;
  step = 1;
  /** Fine cells: multiples of 8 and 2, at most MAX_CELLS. */
  cols = 0;
  rows = 0;
  /** Radians the head is turned to a side, 0 to π/2. */
  turn = 0;
  /** x·fadeX + y·fadeY + fade0 over coarse cells: 0 at the nose bridge, 1 at the edge of the far cheek. */
  fadeX = 0;
  fadeY = 0;
  fade0 = 0;
  /** The oval with its forehead raised to the hair line: x, y in pixels. */
  readonly oval = new Float32Array(2 * FACE_OVAL.length);

  /**
   * Lays the grid over a face.
   *
   * @param points - landmarks, (x, y, z) in pixels.
   * @returns whether there is a face of a usable size that touches the frame.
   */
  place(points: Float32Array, width: number, height: number): boolean {
    const sideX = points[3 * LEFT_SIDE]! - points[3 * RIGHT_SIDE]!;
    const sideY = points[3 * LEFT_SIDE + 1]! - points[3 * RIGHT_SIDE + 1]!;
    const sideZ = points[3 * LEFT_SIDE + 2]! - points[3 * RIGHT_SIDE + 2]!;
    this.faceWidth = Math.hypot(sideX, sideY, sideZ);
    if (!(this.faceWidth >= MIN_FACE && this.faceWidth <= MAX_FACE)) return false;
    this.turn = Math.atan2(Math.abs(sideZ), Math.hypot(sideX, sideY));
    this.#raiseForehead(points);
    if (!this.#cover(width, height)) return false;
    this.#aimFade(points, sideZ > 0 ? LEFT_SIDE : RIGHT_SIDE);
    return true;
  }

  #raiseForehead(points: Float32Array): void {
    const upX = points[3 * FOREHEAD_TOP]! - points[3 * CHIN]!;
    const upY = points[3 * FOREHEAD_TOP + 1]! - points[3 * CHIN + 1]!;
    const seen = Math.hypot(upX, upY);
    // A head that nods shows less of its forehead: the reach shortens as the face's height does.
    const inSpace = Math.hypot(seen, points[3 * FOREHEAD_TOP + 2]! - points[3 * CHIN + 2]!);
    const reach = (FOREHEAD_REACH * this.faceWidth * clamp(seen / inSpace, 0.4, 1)) / Math.max(seen, 1e-3);
    for (let i = 0; i < FACE_OVAL.length; i++) {
      const at = FACE_OVAL[i]!;
      const share = (FOREHEAD_SHARE.get(at) ?? 0) * reach;
      this.oval[2 * i] = points[3 * at]! + share * upX;
      this.oval[2 * i + 1] = points[3 * at + 1]! + share * upY;
    }
  }

  #cover(width: number, height: number): boolean {
    let left = Number.POSITIVE_INFINITY;
    let top = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.oval.length; i += 2) {
      left = Math.min(left, this.oval[i]!);
      right = Math.max(right, this.oval[i]!);
      top = Math.min(top, this.oval[i + 1]!);
      bottom = Math.max(bottom, this.oval[i + 1]!);
    }
    if (!(right > 0 && bottom > 0 && left < width && top < height)) return false;
    const cell = this.faceWidth / CELLS_PER_FACE;
    const margin = MARGIN * cell;
    left = Math.max(left - margin, -BEYOND_FRAME * cell);
    top = Math.max(top - margin, -BEYOND_FRAME * cell);
    right = Math.min(right + margin, width + BEYOND_FRAME * cell);
    bottom = Math.min(bottom + margin, height + BEYOND_FRAME * cell);
    // Landmarks gone astray may span more than a face can: coarser cells then, never more of them.
    this.step = Math.max(cell, (right - left) / MAX_CELLS, (bottom - top) / MAX_CELLS);
    if (this.step > MAX_STEP) return false;
    this.originX = left;
    this.originY = top;
    this.cols = Math.min(MAX_CELLS, 8 * Math.ceil((right - left) / this.step / 8));
    this.rows = Math.min(MAX_CELLS, 2 * Math.ceil((bottom - top) / this.step / 2));
    return true;
  }

  #aimFade(points: Float32Array, far: number): void {
    const noseX = this.columnOf(points[3 * NOSE_BRIDGE]!);
    const noseY = this.rowOf(points[3 * NOSE_BRIDGE + 1]!);
    const dx = this.columnOf(points[3 * far]!) - noseX;
    const dy = this.rowOf(points[3 * far + 1]!) - noseY;
    // In profile the far cheek has no width left: keep the ramp from becoming a step.
    const least = 0.04 * CELLS_PER_FACE;
    const squared = Math.max(dx * dx + dy * dy, least * least);
    this.fadeX = dx / squared;
    this.fadeY = dy / squared;
    this.fade0 = -(noseX * this.fadeX + noseY * this.fadeY);
  }

  /** Coarse cells, centres at whole numbers. */
  columnOf(x: number): number {
    return (x - this.originX) / (2 * this.step) - 0.5;
  }

  rowOf(y: number): number {
    return (y - this.originY) / (2 * this.step) - 0.5;
  }
}
