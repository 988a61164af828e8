import type { FaceGrid } from '../blending/face-grid.js';
import type { I420Layout } from '../frame/i420.js';

/** Seconds in which the lift follows a change of light by 63 %: slow, so that it is not seen to follow. */
const FOLLOW_S = 1;
/** Samples across and down the frame. */
const SAMPLES = 64;
/** The room is dark where its brightest tenth stays below this luma, and lit above the second. */
const DARK_ROOM = [70, 120] as const;
/** The white of the eye is much the same in everyone: it tells a dark skin from little light on it. */
const DARK_EYE = [75, 125] as const;
/** A face this bright needs no lift, whatever the room. */
const BRIGHT_FACE = [90, 140] as const;

/** Per eye: its two corners, its iris, and the middles of its lids. */
const EYES = [
  [33, 133, 468, 159, 145],
  [362, 263, 473, 386, 374],
] as const;
const BETWEEN_IRIS_AND_CORNER = [0.5, 0.6, 0.7] as const;
/** Openness (height over width) below which no white is to be seen. */
const OPEN_EYE = 0.15;

function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(Math.max((x - low) / (high - low), 0), 1);
  return t * t * (3 - 2 * t);
}

/**
 * How dark it is where the user sits, 0 to 1. Both the frame around the face and the whites of the eyes must be dark:
 * dark skin, dark clothes or a dark wall in normal light are not darkness.
 */
export class RoomLight {
  /** 0: enough light; 1: very dark. Followed smoothly. */
  darkness = 0;
  #eyeWhite = Number.NaN;
  #isKnown = false;
  readonly #histogram = new Uint32Array(256);

  reset(): void {
    this.#isKnown = false;
    this.#eyeWhite = Number.NaN;
  }

  /**
   * Takes in one frame.
   *
   * @param frameLuma - the frame's luma plane. @param fineLuma - f32, the fine grid. @param skinLuma - 16 to 235.
   * @param seconds - since the frame before.
   */
  measure(
    layout: I420Layout,
    frameLuma: Uint8Array,
    grid: FaceGrid,
    fineLuma: Float32Array,
    points: Float32Array,
    skinLuma: number,
    seconds: number,
  ): void {
    const follow = this.#isKnown ? 1 - Math.exp(-Math.max(seconds, 0) / FOLLOW_S) : 1;
    const room = this.#surroundings(layout, frameLuma, grid);
    const white = this.#whiteOfEyes(grid, fineLuma, points);
    // A blink says nothing: the last look counts on.
    if (!Number.isNaN(white)) {
      this.#eyeWhite = Number.isNaN(this.#eyeWhite) ? white : this.#eyeWhite + follow * (white - this.#eyeWhite);
    }
    const eye = Number.isNaN(this.#eyeWhite) ? room : this.#eyeWhite;
    const dark =
      (1 - smoothstep(DARK_ROOM[0], DARK_ROOM[1], room)) *
      (1 - smoothstep(DARK_EYE[0], DARK_EYE[1], eye)) *
      (1 - smoothstep(BRIGHT_FACE[0], BRIGHT_FACE[1], skinLuma));
    this.darkness += follow * (dark - this.darkness);
    // A lift too small to see would still be work, and would touch pixels for nothing.
    if (dark === 0 && this.darkness < 0.005) this.darkness = 0;
    this.#isKnown = true;
  }

  /** The 90th percentile of luma outside the grid, or of all of it where the face fills the frame. */
  #surroundings(layout: I420Layout, luma: Uint8Array, grid: FaceGrid): number {
    const right = grid.originX + grid.step * grid.cols;
    const bottom = grid.originY + grid.step * grid.rows;
    const outside = this.#percentile(layout, luma, grid.originX, grid.originY, right, bottom);
    return Number.isNaN(outside) ? this.#percentile(layout, luma, 0, 0, 0, 0) : outside;
  }

  /** Of samples not in the box; NaN where fewer than a twentieth of them lie outside. */
  #percentile(layout: I420Layout, luma: Uint8Array, left: number, top: number, right: number, bottom: number): number {
    this.#histogram.fill(0);
    let count = 0;
    for (let j = 0; j < SAMPLES; j++) {
      const y = Math.floor(((j + 0.5) * layout.height) / SAMPLES);
      for (let i = 0; i < SAMPLES; i++) {
        const x = Math.floor(((i + 0.5) * layout.width) / SAMPLES);
        if (x >= left && x < right && y >= top && y < bottom) continue;
        this.#histogram[luma[y * layout.strideY + x]!]!++;
        count++;
      }
    }
    if (count < (SAMPLES * SAMPLES) / 20) return Number.NaN;
    let above = 0;
    for (let value = 255; value > 0; value--) {
      above += this.#histogram[value]!;
      if (above >= 0.1 * count) return value;
    }
    return 0;
  }

  /** The brighter eye's brightest sample between iris and corners; NaN where no open eye is in the grid. */
  #whiteOfEyes(grid: FaceGrid, fineLuma: Float32Array, points: Float32Array): number {
    let brightest = Number.NaN;
    for (const [cornerA, cornerB, iris, upper, lower] of EYES) {
      const wide = Math.hypot(
        points[3 * cornerA]! - points[3 * cornerB]!,
        points[3 * cornerA + 1]! - points[3 * cornerB + 1]!,
      );
      const high = Math.hypot(points[3 * upper]! - points[3 * lower]!, points[3 * upper + 1]! - points[3 * lower + 1]!);
      if (high < OPEN_EYE * wide) continue;
      for (const corner of [cornerA, cornerB]) {
        for (const t of BETWEEN_IRIS_AND_CORNER) {
          const x = points[3 * iris]! * (1 - t) + points[3 * corner]! * t;
          const y = points[3 * iris + 1]! * (1 - t) + points[3 * corner + 1]! * t;
          const column = Math.floor((x - grid.originX) / grid.step);
          const row = Math.floor((y - grid.originY) / grid.step);
          if (column < 0 || row < 0 || column >= grid.cols || row >= grid.rows) continue;
          const value = fineLuma[row * grid.cols + column]!;
          if (!(value <= brightest)) brightest = value;
        }
      }
    }
    return brightest;
  }
}
