import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';
import { type FaceWindow, frameToTensor } from './face-window.js';
import type { Grain } from './grain.js';

/** The patch is at most so large, and at most so many times the network's square. */
const MOST_PIXELS = 576;
const MOST_TIMES = 4;
/** How far the face's size may go beyond a half before the patch's scale follows: a step would be seen. */
const STAY = 0.65;

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
  readonly #largeLuma: number;
  readonly #largeAlpha: number;
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
    this.#largeLuma = kernels.alloc(4 * largest * largest);
    this.#largeAlpha = kernels.alloc(4 * largest * largest);
    this.#packedLuma = kernels.alloc(run.packedLumaBytes(largest));
    this.#packedChroma = kernels.alloc(run.packedChromaBytes(square));
  }

  /** Chooses the patch's scale for a window. */
  place({ size }: FaceWindow): void {
    const wanted = size / this.#square;
    if (Math.abs(wanted - this.#times) > STAY) this.#times = Math.round(wanted);
    this.#times = Math.min(Math.max(this.#times, 1), mostTimes(this.#square));
    this.side = this.#square * this.#times;
  }

  /**
   * Blends into the frame.
   *
   * @param rgb - address of the avatar's [3, square, square] of 0 to 1. @param alpha - of [square, square] of 0 to 1.
   */
  blend(rgb: number, alpha: number, window: FaceWindow, detail: PatchDetail | null, grain: Grain): void {
    const run = this.#run;
    const square = this.#square;
    const side = this.side;
    const scratch = this.#kernels.scratch(Math.max(run.lightToYuvScratch(square), run.enlargeScratch(square)));
    run.lightToYuv(rgb, square, this.fields.byteOffset, this.#luma, this.#u, this.#v, scratch);
    run.enlarge(this.#luma, square, this.#times, this.#largeLuma, scratch);
    run.enlarge(alpha, square, this.#times, this.#largeAlpha, scratch);
    run.packLuma(
      this.#largeLuma,
      this.#largeAlpha,
      detail?.address ?? 0,
      detail?.strength ?? 0,
      grain.tile,
      grain.column,
      grain.row,
      grain.amount,
      side,
      this.#packedLuma,
    );
    run.packChroma(this.#u, this.#v, alpha, square, this.#packedChroma);
    this.#write(window);
  }

  #write(window: FaceWindow): void {
    const { address, layout } = this.#frame;
    // A turned square reaches half its diagonal from its middle.
    const reach = (window.size / 2) * (Math.abs(Math.cos(window.roll)) + Math.abs(Math.sin(window.roll)));
    const left = Math.max(0, Math.floor(window.centreX - reach));
    const top = Math.max(0, Math.floor(window.centreY - reach));
    const right = Math.min(layout.width, Math.ceil(window.centreX + reach));
    const bottom = Math.min(layout.height, Math.ceil(window.centreY + reach));
    if (left >= right || top >= bottom) return;
    const side = this.side;
    const y = address + layout.offsetY;
    const [a, b, c, d, e, f] = frameToTensor(window, side);
    this.#run.blendLuma(this.#packedLuma, side, side, a, b, c, d, e, f, y, layout.strideY, left, top, right, bottom);
    const square = this.#square;
    const u = address + layout.offsetU;
    const v = address + layout.offsetV;
    const [g, h, i, j, k, l] = frameToTensor(window, square);
    this.#run.blendChroma(
      this.#packedChroma,
      square,
      square,
      g,
      h,
      i,
      j,
      k,
      l,
      u,
      v,
      layout.strideUV,
      left,
      top,
      right,
      bottom,
    );
  }
}

/** How many times a network's square is enlarged at most. */
export function mostTimes(square: number): number {
  return Math.max(1, Math.min(MOST_TIMES, Math.floor(MOST_PIXELS / square)));
}
