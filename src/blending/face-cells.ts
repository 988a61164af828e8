import type { Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';

/** Pixels of the network a side of a cell: 0.6 cm of a face at 128 pixels. */
export const CELL = 4;

/** A box of the network's square, in its pixels: multiples of a cell. */
export interface SquareBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * The user's and the avatar's picture in cells of 4 x 4 pixels of the network's square: what is left of them are colours
 * and light, no features. Colours count by how surely a pixel is face.
 */
export class FaceCells {
  /** Cells a side, and their number. */
  readonly across: number;
  readonly count: number;
  /** Mean colours of the face's pixels of a cell: red, green, blue planes of 0 to 1; 0 where no pixel is face. */
  readonly user: Float32Array;
  readonly avatar: Float32Array;
  /** How much of a cell is face, and how much of it is shown as avatar: 0 to 1. */
  readonly face: Float32Array;
  readonly shown: Float32Array;
  /** All that is shown, and a cell around it; empty if nothing is. */
  readonly box: SquareBox = { left: 0, top: 0, right: 0, bottom: 0 };
  readonly #run: WearKernels;
  readonly #side: number;
  readonly #ones: number;

  /** @param side - pixels of the network's square: a multiple of 16. */
  constructor(kernels: Kernels, run: WearKernels, side: number) {
    this.#run = run;
    this.#side = side;
    this.across = side / CELL;
    this.count = this.across * this.across;
    const plane = (planes: number): Float32Array =>
      kernels.f32(kernels.alloc(4 * planes * this.count), planes * this.count);
    this.user = plane(3);
    this.avatar = plane(3);
    this.face = plane(1);
    this.shown = plane(1);
    this.#ones = kernels.alloc(4 * side * side);
    kernels.f32(this.#ones, side * side).fill(1);
  }

  /**
   * Takes in a frame.
   *
   * @param user - address of [3, side, side] of 0 to 1; `avatar` likewise.
   * @param face - address of [side, side]: how surely a pixel is face; `shown`: how much of it the avatar covers.
   * @returns whether every value is a number.
   */
  measure(user: number, avatar: number, face: number, shown: number): boolean {
    const side = this.#side;
    const plane = 4 * side * side;
    const cells = 4 * this.count;
    this.#run.meanCells(face, this.#ones, side, this.face.byteOffset);
    this.#run.meanCells(shown, this.#ones, side, this.shown.byteOffset);
    for (let channel = 0; channel < 3; channel++) {
      this.#run.meanCells(user + channel * plane, face, side, this.user.byteOffset + channel * cells);
      this.#run.meanCells(avatar + channel * plane, face, side, this.avatar.byteOffset + channel * cells);
    }
    this.#bound();
    return this.#divide();
  }

  #bound(): void {
    const { shown, across, box } = this;
    let [left, top, right, bottom] = [across, across, -1, -1];
    for (let i = 0; i < shown.length; i++) {
      if (shown[i] === 0) continue;
      const column = i % across;
      left = Math.min(left, column);
      right = Math.max(right, column);
      bottom = Math.floor(i / across);
      top = Math.min(top, bottom);
    }
    const isEmpty = right < 0;
    box.left = isEmpty ? 0 : CELL * Math.max(left - 1, 0);
    box.top = isEmpty ? 0 : CELL * Math.max(top - 1, 0);
    box.right = isEmpty ? 0 : CELL * Math.min(right + 2, across);
    box.bottom = isEmpty ? 0 : CELL * Math.min(bottom + 2, across);
  }

  /** Sums of weighed colours to means. */
  #divide(): boolean {
    const { user, avatar, face, count } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const weight = face[i]!;
      const scale = weight > 1e-3 ? 1 / weight : 0;
      for (let at = i; at < 3 * count; at += count) {
        sum += avatar[at]! + user[at]!;
        user[at]! *= scale;
        avatar[at]! *= scale;
      }
      sum += weight;
    }
    return Number.isFinite(sum);
  }
}
