import type { Size } from '../../frame/picture-fit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { CHROMA_PIXELS, type ChromaSampling, type PlanarPicture } from '../../kernels/range.js';

/** Three planes in kernel memory for a picture of any sampling: each could hold it at full size. */
export class JpegPlanes {
  readonly views: readonly [y: Uint8Array, u: Uint8Array, v: Uint8Array];
  readonly #strideY: number;
  readonly #pictures: Readonly<Record<ChromaSampling, PlanarPicture>>;

  /** @throws RangeError if kernel memory runs out. */
  constructor(kernels: Kernels, frame: Size) {
    const bytes = planeBytes(frame);
    const allocate = (): Uint8Array => kernels.u8(kernels.alloc(bytes), bytes);
    this.views = [allocate(), allocate(), allocate()];
    this.#strideY = roundUp(frame.width);
    const [y, u, v] = this.views.map((view) => view.byteOffset) as [number, number, number];
    const picture = (pixelsX: number): PlanarPicture => {
      return { y, u, v, strideY: this.#strideY, strideUV: this.#strideY / pixelsX };
    };
    this.#pictures = {
      '4:2:0': picture(CHROMA_PIXELS['4:2:0'][0]),
      '4:2:2': picture(CHROMA_PIXELS['4:2:2'][0]),
      '4:4:4': picture(CHROMA_PIXELS['4:4:4'][0]),
      '4:4:0': picture(CHROMA_PIXELS['4:4:0'][0]),
      '4:1:1': picture(CHROMA_PIXELS['4:1:1'][0]),
      gray: picture(1),
    };
  }

  /** The planes as a picture of that sampling: rows are as close as they may be. */
  as(sampling: ChromaSampling): PlanarPicture {
    return this.#pictures[sampling];
  }
}

/** Kernel memory that a JPEG decoder for such frames allocates; to size the memory beforehand. */
export function jpegDecoderBytes(frame: Size): number {
  return 3 * (planeBytes(frame) + 64);
}

function planeBytes({ width, height }: Size): number {
  return roundUp(width) * roundUp(height);
}

/** Decoders write whole groups of pixels that share a sample: up to 4 on both axes. */
function roundUp(side: number): number {
  return (side + 3) & ~3;
}
