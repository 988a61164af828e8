import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';
import type { SquareBox } from './face-cells.js';
import { type FaceWindow, frameToTensor, tensorToFrame } from './face-window.js';
import type { Grain } from './grain.js';

/** The patch is at most so large, and at most so many times the network's square. */
const MOST_PIXELS = 576;
const MOST_TIMES = 4;
/** Pixels of the patch are at most so many of the frame wide: finer ones cost more and show nothing. */
const COARSEST = 1.2;
/** By how much the face's size goes beyond that before the patch's scale follows: a step would be seen. */
const STAY = 0.05;

/** Fine detail of the patch's size, bytes: (byte − 128) · strength levels of luma are added. */
export interface PatchDetail {
  readonly address: number;
  readonly strength: number;
}

/**
 * The avatar's picture on its way into the frame: lit, as luma at about the frame's own scale and chroma at the network's,
 * then blended in place through the window's map.
 */
export class FacePatch {
  /** Light to apply: gains of red, green, blue, then offsets in levels, [6, cells, cells]. Whoever lights writes here. */
  readonly fields: Float32Array;
  /** Pixels a side of the luma patch of the last `place`. */
  side: number;
  readonly #kernels: Kernels;
  readonly #run: WearKernels;
  readonly #frame: FrameAt;
  readonly #square: number;
  readonly #luma: number;
  readonly #u: number;
  readonly #v: number;
  readonly #wideLuma: number;
  readonly #wideAlpha: number;
  readonly #packedLuma: number;
  readonly #packedChroma: number;
  #times = 1;

  /** @param square - pixels a side of the network's picture: a multiple of 16. */
  constructor(kernels: Kernels, run: WearKernels, frame: FrameAt, square: number) {
    const largest = square * mostTimes(square);
    this.#kernels = kernels;
    this.#run = run;
    this.#frame = frame;
    this.#square = square;
    this.side = square;
    this.fields = kernels.f32(kernels.alloc((6 * 4 * square * square) / 16), (6 * square * square) / 16);
    this.#luma = kernels.alloc(4 * square * square);
    this.#u = kernels.alloc(4 * square * square);
    this.#v = kernels.alloc(4 * square * square);
    this.#wideLuma = kernels.alloc(4 * square * largest);
    this.#wideAlpha = kernels.alloc(4 * square * largest);
    this.#packedLuma = kernels.alloc(run.packedLumaBytes(largest));
    this.#packedChroma = kernels.alloc(run.packedChromaBytes(square));
  }

  /** Chooses the patch's scale for a window. */
  place({ size }: FaceWindow): void {
    const wanted = size / this.#square;
    const isKept = wanted < (COARSEST + STAY) * this.#times && wanted > (COARSEST - STAY) * (this.#times - 1);
    if (!isKept) this.#times = Math.ceil(wanted / COARSEST);
    this.#times = Math.min(Math.max(this.#times, 1), mostTimes(this.#square));
    this.side = this.#square * this.#times;
  }

  /**
   * Blends into the frame.
   *
   * @param rgb - address of the avatar's [3, square, square] of 0 to 1. @param alpha - of [square, square] of 0 to 1.
   * @param box - beside it alpha is 0, and two pixels within it as well.
   */
  blend(
    rgb: number,
    alpha: number,
    box: SquareBox,
    window: FaceWindow,
    detail: PatchDetail | null,
    grain: Grain,
  ): void {
    const run = this.#run;
    const square = this.#square;
    const times = this.#times;
    const { left, top } = box;
    const width = box.right - left;
    const height = box.bottom - top;
    if (width <= 0 || height <= 0) return;
    const scratch = this.#kernels.scratch(Math.max(run.lightToYuvScratch(square), run.widenScratch(square)));
    run.lightToYuv(rgb, square, this.fields.byteOffset, this.#luma, this.#u, this.#v, scratch);
    run.widen(this.#luma, square, times, this.#wideLuma, scratch);
    run.widen(alpha, square, times, this.#wideAlpha, scratch);
    run.packLuma(
      this.#wideLuma,
      this.#wideAlpha,
      detail?.address ?? 0,
      detail?.strength ?? 0,
      grain.tile,
      grain.column,
      grain.row,
      grain.amount,
      square,
      times,
      left * times,
      top * times,
      width * times,
      height * times,
      this.#packedLuma,
    );
    run.packChroma(this.#u, this.#v, alpha, square, left, top, width, height, this.#packedChroma);
    this.#write(window, box);
  }

  #write(window: FaceWindow, box: SquareBox): void {
    const { address, layout } = this.#frame;
    const square = this.#square;
    const side = this.side;
    const times = this.#times;
    const [left, right] = this.#rangeOf(window, box, 0, layout.width);
    const [top, bottom] = this.#rangeOf(window, box, 3, layout.height);
    if (left >= right || top >= bottom) return;
    const y = address + layout.offsetY;
    const width = box.right - box.left;
    const height = box.bottom - box.top;
    const [a, b, c, d, e, f] = frameToTensor(window, side);
    this.#run.blendLuma(
      this.#packedLuma,
      width * times,
      height * times,
      a,
      b,
      c - box.left * times,
      d,
      e,
      f - box.top * times,
      y,
      layout.strideY,
      left,
      top,
      right,
      bottom,
    );
    const u = address + layout.offsetU;
    const v = address + layout.offsetV;
    const [g, h, i, j, k, l] = frameToTensor(window, square);
    this.#run.blendChroma(
      this.#packedChroma,
      width,
      height,
      g,
      h,
      i - box.left,
      j,
      k,
      l - box.top,
      u,
      v,
      layout.strideUV,
      left,
      top,
      right,
      bottom,
    );
  }

  /** Columns (`row` 0) or rows (`row` 3) of the frame that the box reaches: from one up to, not including, another. */
  #rangeOf(window: FaceWindow, { left, top, right, bottom }: SquareBox, row: 0 | 3, end: number): [number, number] {
    const map = tensorToFrame(window, this.#square);
    const across = map[row];
    const down = map[row + 1]!;
    const start = map[row + 2]! + Math.min(across * left, across * right) + Math.min(down * top, down * bottom);
    const length = Math.abs(across) * (right - left) + Math.abs(down) * (bottom - top);
    return [Math.max(0, Math.floor(start)), Math.min(end, Math.ceil(start + length))];
  }
}

/** How many times a network's square is enlarged at most. */
export function mostTimes(square: number): number {
  return Math.max(1, Math.min(MOST_TIMES, Math.floor(MOST_PIXELS / square)));
}
