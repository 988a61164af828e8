import type { FrameAt } from '../frame/frame-at.js';
import { BLACK, type I420Layout } from '../frame/i420.js';
import type { Placement } from '../frame/picture-fit.js';
import type { Kernels } from './kernels.js';
import { type PlaneTables, placeTables, planPlane, tablesBytes } from './scaler-tables.js';

/** The kernels of assembly/scale.ts, and the plane kernels that bars and mere copies need. */
interface ScaleExports {
  scaleScratch(srcWidth: number, columnTaps: number): number;
  scalePlane(
    src: number,
    srcStride: number,
    srcWidth: number,
    srcHeight: number,
    rows: number,
    rowTaps: number,
    columns: number,
    weights: number,
    columnTaps: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
    scratch: number,
  ): void;
  fillPlane(dst: number, dstStride: number, width: number, height: number, value: number): void;
}

/**
 * Scales frames of one size into frames of another, as a placement tells (`placePicture`), with black bars where the
 * picture does not reach. Shrinking averages areas, enlarging is bicubic; luma and chroma stay in step, for chroma lies in
 * the middle of its 2x2 pixels. Any ratio.
 *
 * The constructor allocates kernel memory (`frameScalerBytes` says how much), `scale` does not.
 */
export class FrameScaler {
  readonly #kernels: Kernels;
  readonly #run: ScaleExports;
  readonly #luma: PlaneTables;
  readonly #chroma: PlaneTables;
  readonly #isCopy: boolean;
  readonly #hasBars: boolean;

  /** @throws RangeError if kernel memory runs out. */
  constructor(kernels: Kernels, src: I420Layout, dst: I420Layout, placement: Placement) {
    this.#kernels = kernels;
    this.#run = kernels.bind<ScaleExports>(['scaleScratch', 'scalePlane', 'fillPlane']);
    this.#luma = placeTables(kernels, planPlane(src, dst, placement, 1));
    this.#chroma = placeTables(kernels, planPlane(src, dst, placement, 2));
    this.#isCopy = placement.scaled.width === src.width && placement.scaled.height === src.height;
    this.#hasBars = placement.shown.width < dst.width || placement.shown.height < dst.height;
  }

  /** Fills all of `dst`. Both frames have the sizes that the scaler was made for; they do not overlap. */
  scale(src: FrameAt, dst: FrameAt): void {
    const from = src.layout;
    const to = dst.layout;
    if (this.#hasBars) this.#blacken(dst);
    const a = src.address;
    const b = dst.address;
    this.#plane(this.#luma, a + from.offsetY, from.strideY, b + to.offsetY, to.strideY);
    this.#plane(this.#chroma, a + from.offsetU, from.strideUV, b + to.offsetU, to.strideUV);
    this.#plane(this.#chroma, a + from.offsetV, from.strideUV, b + to.offsetV, to.strideUV);
  }

  #plane(
    { plan: { x, y }, rows, columns, weights }: PlaneTables,
    src: number,
    srcStride: number,
    dst: number,
    stride: number,
  ) {
    const from = src + y.low * srcStride + x.low;
    const into = dst + y.to * stride + x.to;
    if (this.#isCopy) {
      this.#kernels.copyPlane(from, srcStride, into, stride, x.count, y.count);
      return;
    }
    const width = x.high - x.low;
    this.#run.scalePlane(
      from,
      srcStride,
      width,
      y.high - y.low,
      rows,
      y.weights.taps,
      columns,
      weights,
      x.weights.taps,
      into,
      stride,
      x.count,
      y.count,
      this.#kernels.scratch(this.#run.scaleScratch(width, x.weights.taps)),
    );
  }

  #blacken({ address, layout }: FrameAt): void {
    const { width, height, strideY, strideUV, heightUV } = layout;
    const widthUV = (width + 1) >> 1;
    this.#run.fillPlane(address + layout.offsetY, strideY, width, height, BLACK.y);
    this.#run.fillPlane(address + layout.offsetU, strideUV, widthUV, heightUV, BLACK.uv);
    this.#run.fillPlane(address + layout.offsetV, strideUV, widthUV, heightUV, BLACK.uv);
  }
}

/** Kernel memory that a scaler allocates, its working memory included; to size the memory beforehand. */
export function frameScalerBytes(src: I420Layout, dst: I420Layout, placement: Placement): number {
  const luma = planPlane(src, dst, placement, 1);
  const chroma = planPlane(src, dst, placement, 2);
  const rowBetween = 2 * (src.width + 16 + luma.x.weights.taps);
  return tablesBytes(luma) + tablesBytes(chroma) + rowBetween + 64;
}
