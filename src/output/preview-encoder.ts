import type { FrameAt } from '../frame/frame-at.js';
import type { I420Layout } from '../frame/i420.js';
import { Kernels } from '../kernels/kernels.js';
import { sharp } from '../system/sharp.js';

/** Good enough to judge skin by, a third of the bytes of 95. */
const jpegOptions = {
  quality: 80,
  chromaSubsampling: '4:2:0',
  // A second pass for 12 % fewer bytes costs twice the time; over loopback bytes are free.
  optimiseCoding: false,
} as const;

// Every picture is new: libvips would only keep old ones alive.
sharp.cache(false);

/** Turns I420 frames into JPEG, one at a time, in memory reserved at the start. */
export class PictureEncoder {
  readonly #layout: I420Layout;
  readonly #kernels: Kernels;
  readonly #frame: FrameAt;
  readonly #pixels: Uint8Array;
  readonly #rgbAddress: number;
  readonly #rgb: Uint8Array;

  private constructor(layout: I420Layout, kernels: Kernels) {
    this.#layout = layout;
    this.#kernels = kernels;
    const rgbBytes = layout.width * layout.height * 3;
    this.#frame = { layout, address: kernels.alloc(layout.byteLength) };
    this.#pixels = kernels.u8(this.#frame.address, layout.byteLength);
    this.#rgbAddress = kernels.alloc(rgbBytes);
    this.#rgb = kernels.u8(this.#rgbAddress, rgbBytes);
  }

  /** Reserves memory for frames of this layout. */
  static async open(layout: I420Layout): Promise<PictureEncoder> {
    const slack = 1 << 20; // the module's own data, and the alignment of the two allocations
    const bytes = layout.byteLength + layout.width * layout.height * 3 + slack;
    return new PictureEncoder(layout, await Kernels.load(bytes));
  }

  /**
   * Encodes one frame. The inputs are free again when this returns; the JPEG is made on another thread.
   *
   * @param after - I420 of the layout
   * @param before - the same picture before the effects, shown left of the split; or null
   * @param split - the width that `before` covers, as a part of the whole, 0 to 1
   */
  encode(after: Uint8Array, before: Uint8Array | null, split: number): Promise<Uint8Array> {
    this.#pixels.set(after);
    if (before) copyLeft(this.#layout, before, this.#pixels, splitColumn(this.#layout, split));
    const { width, height } = this.#layout;
    this.#kernels.i420ToRgb(this.#frame, this.#rgbAddress, width * 3);
    return sharp(this.#rgb, { raw: { width, height, channels: 3 } })
      .jpeg(jpegOptions)
      .toBuffer();
  }
}

/** The first column of the part right of the split: even, so that it falls between two chroma samples. */
export function splitColumn(layout: I420Layout, split: number): number {
  return Math.min(layout.width, 2 * Math.round((split * layout.width) / 2));
}

/** Copies the columns left of `column` (even, or the width) from one I420 picture into another of the same layout. */
export function copyLeft(layout: I420Layout, from: Uint8Array, to: Uint8Array, column: number): void {
  const copyPlane = (offset: number, stride: number, rows: number, columns: number): void => {
    for (let row = 0, at = offset; row < rows; row++, at += stride) to.set(from.subarray(at, at + columns), at);
  };
  const columnUV = (column + 1) >> 1;
  copyPlane(layout.offsetY, layout.strideY, layout.height, column);
  copyPlane(layout.offsetU, layout.strideUV, layout.heightUV, columnUV);
  copyPlane(layout.offsetV, layout.strideUV, layout.heightUV, columnUV);
}
