import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from './kernels.js';

/** How many pixels share one sample of chroma: 4:2:0 is 2 x 2, 4:2:2 is 2 x 1, 4:4:0 is 1 x 2, 4:1:1 is 4 x 1. */
export type ChromaSampling = '4:2:0' | '4:2:2' | '4:4:4' | '4:4:0' | '4:1:1' | 'gray';

/** Pixels that one sample of chroma serves, across and down. Gray has none. */
export const CHROMA_PIXELS: Readonly<Record<Exclude<ChromaSampling, 'gray'>, readonly [x: 1 | 2 | 4, y: 1 | 2]>> = {
  '4:2:0': [2, 2],
  '4:2:2': [2, 1],
  '4:4:4': [1, 1],
  '4:4:0': [1, 2],
  '4:1:1': [4, 1],
};

/** Three planes in kernel memory, sizes rounded up. Of a gray picture only luma is looked at. Strides are in bytes. */
export interface PlanarPicture {
  readonly y: number;
  readonly u: number;
  readonly v: number;
  readonly strideY: number;
  readonly strideUV: number;
}

/** The kernels of assembly/range.ts. */
interface RangeExports {
  limitLuma(src: number, srcStride: number, dst: number, dstStride: number, width: number, height: number): void;
  limitChroma(
    src: number,
    srcStride: number,
    srcWidth: number,
    srcHeight: number,
    pixelsX: number,
    pixelsY: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
  ): void;
  fillPlane(dst: number, dstStride: number, width: number, height: number, value: number): void;
}

/** From full range (JPEG, some webcams) to the working picture's limited range, BT.601 on both sides. */
export class RangeKernels {
  readonly #run: RangeExports;

  /** @throws TypeError if the module was built without them. */
  constructor(kernels: Kernels) {
    this.#run = kernels.bind<RangeExports>(['limitLuma', 'limitChroma', 'fillPlane']);
  }

  /**
   * A picture of the size of `dst` to the working picture: Y' = 16 + 219/255·Y rounded, C' = 128 + 224/255·(C − 128)
   * within 0.51 of exact, where C is the mean of the samples that share a place (4:1:1 is repeated).
   * Source: ITU-T T.871 (JFIF), ITU-R BT.601-7.
   *
   * @param src - for 4:2:0, its planes may be those of `dst`; for all others, only luma may.
   */
  planarToI420(src: PlanarPicture, sampling: ChromaSampling, { address, layout }: FrameAt): void {
    const { width, height, strideY, strideUV, heightUV } = layout;
    const run = this.#run;
    const widthUV = (width + 1) >> 1;
    const dstU = address + layout.offsetU;
    const dstV = address + layout.offsetV;
    run.limitLuma(src.y, src.strideY, address + layout.offsetY, strideY, width, height);
    if (sampling === 'gray') {
      run.fillPlane(dstU, strideUV, widthUV, heightUV, 128);
      run.fillPlane(dstV, strideUV, widthUV, heightUV, 128);
      return;
    }
    const [pixelsX, pixelsY] = CHROMA_PIXELS[sampling];
    const srcWidth = Math.ceil(width / pixelsX);
    const srcHeight = Math.ceil(height / pixelsY);
    const chroma = run.limitChroma;
    chroma(src.u, src.strideUV, srcWidth, srcHeight, pixelsX, pixelsY, dstU, strideUV, widthUV, heightUV);
    chroma(src.v, src.strideUV, srcWidth, srcHeight, pixelsX, pixelsY, dstV, strideUV, widthUV, heightUV);
  }

  /** Squeezes a full-range I420 frame to limited range in place: what is left to do after `yuyvToI420` of such a camera. */
  limitFrame({ address, layout }: FrameAt): void {
    const { width, height, strideY, strideUV, heightUV } = layout;
    const y = address + layout.offsetY;
    const u = address + layout.offsetU;
    const v = address + layout.offsetV;
    const widthUV = (width + 1) >> 1;
    this.#run.limitLuma(y, strideY, y, strideY, width, height);
    this.#run.limitChroma(u, strideUV, widthUV, heightUV, 2, 2, u, strideUV, widthUV, heightUV);
    this.#run.limitChroma(v, strideUV, widthUV, heightUV, 2, 2, v, strideUV, widthUV, heightUV);
  }
}
