import type { FaceGrid } from '../blending/face-grid.js';
import { SKIN_POINTS } from '../blending/face-outlines.js';
import type { I420Layout } from '../frame/i420.js';

/** Coarse planes of the face, f32, `cols` x `rows`. */
export interface CoarsePlanes {
  readonly luma: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Of fine luma within a coarse cell. */
  readonly variance: Float32Array;
}

/** Seconds in which the tone follows a change of light by 63 %. */
const FOLLOW_S = 0.4;
/** Fewer points inside the frame than this say nothing about a face. */
const LEAST_POINTS = 12;
/** Spreads of the chroma ratio below this are noise: any skin varies as much across a face. */
const LEAST_SPREAD_U = 0.02;
const LEAST_SPREAD_V = 0.025;
/** From the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** The smallest texture that counts, as a share of skin luma: below it a smooth face would call its own pores hair. */
const LEAST_TEXTURE = 0.01;

/**
 * What this face's skin looks like in this light: robust statistics of points on cheeks and forehead, followed smoothly
 * from frame to frame. Chroma is taken relative to luma (plus 20, so that darkness stays calm), the same for any skin.
 */
export class SkinTone {
  /** Median luma, 16 to 235. */
  luma = 0;
  /** Luma of the shaded parts: the 5th percentile. */
  shade = 0;
  ratioU = 0;
  ratioV = 0;
  spreadU = 0;
  spreadV = 0;
  /** Median variance of the skin's own texture. */
  texture = 0;
  #isKnown = false;
  #count = 0;
  // A point in the middle of each two neighbours of the list counts as well.
  readonly #lumas = new Float32Array(2 * SKIN_POINTS.length);
  readonly #us = new Float32Array(2 * SKIN_POINTS.length);
  readonly #vs = new Float32Array(2 * SKIN_POINTS.length);
  readonly #variances = new Float32Array(2 * SKIN_POINTS.length);
  readonly #sorted = new Float32Array(2 * SKIN_POINTS.length);

  reset(): void {
    this.#isKnown = false;
  }

  /**
   * Takes in one frame.
   *
   * @param seconds - since the frame before. @returns whether the tone is known, now or from earlier.
   */
  measure(
    grid: FaceGrid,
    points: Float32Array,
    planes: CoarsePlanes,
    { width, height }: I420Layout,
    seconds: number,
  ): boolean {
    this.#count = 0;
    for (let i = 0; i < SKIN_POINTS.length; i++) {
      const a = 3 * SKIN_POINTS[i]!;
      const b = 3 * SKIN_POINTS[(i + 1) % SKIN_POINTS.length]!;
      this.#take(grid, planes, points[a]!, points[a + 1]!, width, height);
      this.#take(grid, planes, (points[a]! + points[b]!) / 2, (points[a + 1]! + points[b + 1]!) / 2, width, height);
    }
    if (this.#count < LEAST_POINTS) return this.#isKnown;
    const follow = this.#isKnown ? 1 - Math.exp(-Math.max(seconds, 0) / FOLLOW_S) : 1;
    this.#follow(follow);
    this.#isKnown = true;
    return true;
  }

  #take(grid: FaceGrid, planes: CoarsePlanes, x: number, y: number, width: number, height: number): void {
    if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
    const column = Math.round(grid.columnOf(x));
    const row = Math.round(grid.rowOf(y));
    if (column < 0 || row < 0 || column >= grid.cols / 2 || row >= grid.rows / 2) return;
    const at = row * (grid.cols / 2) + column;
    const luma = planes.luma[at]!;
    const base = Math.max(luma - 16, 0) + 20;
    this.#lumas[this.#count] = luma;
    this.#us[this.#count] = (planes.u[at]! - 128) / base;
    this.#vs[this.#count] = (planes.v[at]! - 128) / base;
    this.#variances[this.#count] = planes.variance[at]!;
    this.#count++;
  }

  #follow(follow: number): void {
    const luma = this.#quantile(this.#lumas, 0.5);
    const shade = this.#quantile(this.#lumas, 0.05);
    const ratioU = this.#quantile(this.#us, 0.5);
    const ratioV = this.#quantile(this.#vs, 0.5);
    const least = (LEAST_TEXTURE * Math.max(luma - 16, 10)) ** 2;
    const texture = Math.max(this.#quantile(this.#variances, 0.5), least);
    const spreadU = Math.max(MAD_TO_SIGMA * this.#deviation(this.#us, ratioU), LEAST_SPREAD_U);
    const spreadV = Math.max(MAD_TO_SIGMA * this.#deviation(this.#vs, ratioV), LEAST_SPREAD_V);
    this.luma += follow * (luma - this.luma);
    this.shade += follow * (shade - this.shade);
    this.ratioU += follow * (ratioU - this.ratioU);
    this.ratioV += follow * (ratioV - this.ratioV);
    this.spreadU += follow * (spreadU - this.spreadU);
    this.spreadV += follow * (spreadV - this.spreadV);
    this.texture += follow * (texture - this.texture);
  }

  #quantile(values: Float32Array, at: number): number {
    for (let i = 0; i < this.#sorted.length; i++) this.#sorted[i] = i < this.#count ? values[i]! : Number.MAX_VALUE;
    this.#sorted.sort();
    return this.#sorted[Math.floor(at * this.#count)]!;
  }

  /** The median absolute deviation. Overwrites `values`. */
  #deviation(values: Float32Array, center: number): number {
    for (let i = 0; i < this.#count; i++) values[i] = Math.abs(values[i]! - center);
    return this.#quantile(values, 0.5);
  }
}
