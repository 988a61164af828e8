import type { Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';

/** Seconds over which small changes are followed. */
const CALM_S = 0.12;
/** A change by a unit adds so much to the part that a frame takes over: one of 7 levels of 255 is followed at once. */
const SLOPE = 25;

/**
 * The network's picture without the flicker of whole patches that the camera's noise makes in it: what changes by a level
 * or two is followed over a few frames, what moves at once. It is settled in the square that moves with the head.
 */
export class SettledPicture {
  /** Address of [3, side, side] of 0 to 1. */
  readonly rgb: number;
  readonly #kernels: Kernels;
  readonly #run: WearKernels;
  readonly #view: Float32Array;
  #isNew = true;

  constructor(kernels: Kernels, run: WearKernels, side: number) {
    this.#kernels = kernels;
    this.#run = run;
    this.#view = kernels.f32(kernels.alloc(12 * side * side), 3 * side * side);
    this.rgb = this.#view.byteOffset;
  }

  reset(): void {
    this.#isNew = true;
  }

  /** Takes in a picture. @param rgb - address of [3, side, side] of 0 to 1. @param seconds - since the one before. */
  update(rgb: number, seconds: number): void {
    const count = this.#view.length;
    if (this.#isNew) this.#view.set(this.#kernels.f32(rgb, count));
    this.#isNew = false;
    this.#run.settlePicture(rgb, 1 - Math.exp(-seconds / CALM_S), SLOPE, this.rgb, count);
  }
}
