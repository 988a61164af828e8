import type { FrameAt } from '../frame/frame-at.js';
import { fillBlack, type I420Layout, i420Layout } from '../frame/i420.js';
import { type Placement, placePicture } from '../frame/picture-fit.js';
import { FrameScaler, frameScalerBytes } from '../kernels/frame-scaler.js';
import { Kernels } from '../kernels/kernels.js';

/** Working memory of the kernels, and the rounding of their blocks to cache lines. */
const SPARE_BYTES = 1 << 16;

/** How a picture lies in an output's memory. */
export interface PackedFormat {
  readonly width: number;
  readonly height: number;
  /** By its four characters: "YUYV". */
  readonly pixels: string;
  /** From one row to the next; of luma, if planar. */
  readonly strideBytes: number;
}

/** The pixel formats that pictures can be packed into, by their four characters. */
export const PACKED_FORMATS: readonly string[] = ['YUYV', 'YU12', 'NV12'];

/** Turns I420 frames into the bytes that an output takes. Allocates nothing once it is made. */
export class PicturePacker {
  /** Of the frames. */
  readonly layout: I420Layout;
  /** The last packed picture: what to write. */
  readonly picture: Uint8Array;
  readonly #frame: Uint8Array;
  readonly #pack: () => void;

  /**
   * @param layout - of the frames. Where the output's sides are one pixel less, the last ones are cut; any other size is
   * scaled into, with bars.
   * @param format - one of `PACKED_FORMATS`.
   */
  static async create(layout: I420Layout, format: PackedFormat): Promise<PicturePacker> {
    const scaling = isCut(layout, format) ? null : scalingOf(layout, format);
    const scaledBytes = scaling ? scaling.into.byteLength + frameScalerBytes(layout, scaling.into, scaling.place) : 0;
    const kernels = await Kernels.load(layout.byteLength + scaledBytes + packedBytes(format) + SPARE_BYTES);
    return new PicturePacker(kernels, layout, format, scaling);
  }

  private constructor(kernels: Kernels, layout: I420Layout, format: PackedFormat, scaling: Scaling | null) {
    const frame = { address: kernels.alloc(layout.byteLength), layout };
    this.#frame = kernels.u8(frame.address, layout.byteLength);
    this.layout = layout;
    const bytes = packedBytes(format);
    const packed = kernels.alloc(bytes);
    this.picture = kernels.u8(packed, bytes);
    if (scaling) {
      const scaled = { address: kernels.alloc(scaling.into.byteLength), layout: scaling.into };
      const scaler = new FrameScaler(kernels, layout, scaling.into, scaling.place);
      const pack = packerOf(kernels, scaled, format, packed);
      this.#pack = () => {
        scaler.scale(frame, scaled);
        pack();
      };
    } else {
      this.#pack = packerOf(kernels, { address: frame.address, layout: cut(layout, format) }, format, packed);
    }
  }

  /** @param frame - as long as the layout says. @throws RangeError for another length. */
  pack(frame: Uint8Array): void {
    if (frame.byteLength !== this.#frame.byteLength) {
      throw new RangeError(`a frame has ${frame.byteLength} bytes, not ${this.#frame.byteLength}`);
    }
    this.#frame.set(frame);
    this.#pack();
  }

  packBlack(): void {
    fillBlack(this.#frame, this.layout);
    this.#pack();
  }
}

interface Scaling {
  readonly into: I420Layout;
  readonly place: Placement;
}

function scalingOf(layout: I420Layout, format: PackedFormat): Scaling {
  return { into: i420Layout(format.width, format.height), place: placePicture(layout, format, 'letterbox') };
}

function isCut(layout: I420Layout, { width, height }: PackedFormat): boolean {
  const isOneLess = (side: number, less: number) => side === less || side === less + 1;
  return isOneLess(layout.width, width) && isOneLess(layout.height, height);
}

/** The top left part of a frame, as a layout over the same bytes. */
function cut(layout: I420Layout, { width, height }: PackedFormat): I420Layout {
  return { ...layout, width, height, heightUV: (height + 1) >> 1 };
}

/** Bytes of a packed picture. */
export function packedBytes({ width, height, pixels, strideBytes }: PackedFormat): number {
  return pixels === 'YUYV' ? strideBytes * height : i420Layout(width, height).byteLength;
}

function packerOf(kernels: Kernels, frame: FrameAt, format: PackedFormat, to: number): () => void {
  const { width, height, strideBytes } = format;
  switch (format.pixels) {
    case 'YUYV':
      return () => kernels.i420ToYuyv(frame, to, strideBytes);
    case 'NV12':
      return () => kernels.i420ToNv12(frame, to, width, to + width * height, width);
    case 'YU12':
      return copyPlanes(kernels, frame, to);
    default:
      throw new RangeError(`pictures cannot be packed as ${format.pixels}`);
  }
}

function copyPlanes(kernels: Kernels, { address, layout: from }: FrameAt, to: number): () => void {
  const tight = i420Layout(from.width, from.height);
  const copy = (offset: number, stride: number, into: number, intoStride: number, height: number) =>
    kernels.copyPlane(address + offset, stride, to + into, intoStride, intoStride, height);
  return () => {
    copy(from.offsetY, from.strideY, tight.offsetY, tight.strideY, tight.height);
    copy(from.offsetU, from.strideUV, tight.offsetU, tight.strideUV, tight.heightUV);
    copy(from.offsetV, from.strideUV, tight.offsetV, tight.strideUV, tight.heightUV);
  };
}
