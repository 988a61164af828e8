import type { FrameAt } from '../frame/frame-at.js';
import type { I420Layout } from '../frame/i420.js';
import type { Placement } from '../frame/picture-fit.js';
import type { Kernels } from './kernels.js';
import { type AxisWeights, resampleAxis } from './resampling.js';

/** Black in limited range. */
const BLACK_Y = 16;
const BLACK_UV = 128;

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

/** One axis: which samples of the source are looked at, and where the result lies. */
interface Axis {
  readonly low: number;
  readonly high: number;
  readonly to: number;
  readonly count: number;
  readonly weights: AxisWeights;
}

/** Tables of luma or chroma in kernel memory. */
interface PlaneTables {
  readonly x: Axis;
  readonly y: Axis;
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
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
    this.#luma = placeTables(kernels, planAxes(src, dst, placement, 1));
    this.#chroma = placeTables(kernels, planAxes(src, dst, placement, 2));
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

  #plane({ x, y, rows, columns, weights }: PlaneTables, src: number, srcStride: number, dst: number, stride: number) {
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
    this.#run.fillPlane(address + layout.offsetY, strideY, width, height, BLACK_Y);
    this.#run.fillPlane(address + layout.offsetU, strideUV, widthUV, heightUV, BLACK_UV);
    this.#run.fillPlane(address + layout.offsetV, strideUV, widthUV, heightUV, BLACK_UV);
  }
}

/** Kernel memory that a scaler allocates, its working memory included; to size the memory beforehand. */
export function frameScalerBytes(src: I420Layout, dst: I420Layout, placement: Placement): number {
  const tables = [planAxes(src, dst, placement, 1), planAxes(src, dst, placement, 2)];
  const rowBetween = 2 * (src.width + 16 + tables[0]!.x.weights.taps);
  return (
    tables.reduce((total, { x, y }) => total + rowsBytes(y) + columnsBytes(x) + weightsBytes(x) + 3 * 64, 0) +
    rowBetween +
    64
  );
}

/** @param sampling - picture pixels a sample: 1 for luma, 2 for chroma. */
function planAxes(src: I420Layout, dst: I420Layout, place: Placement, sampling: 1 | 2): { x: Axis; y: Axis } {
  const { scaled, shown } = place;
  return {
    x: planAxis(src.width, dst.width, scaled.width, shown.width, place.fromX, place.toX, sampling, 4),
    y: planAxis(src.height, dst.height, scaled.height, shown.height, place.fromY, place.toY, sampling, 2),
  };
}

function planAxis(
  srcSide: number,
  dstSide: number,
  scaled: number,
  shown: number,
  from: number,
  to: number,
  sampling: number,
  multiple: number,
): Axis {
  const step = srcSide / scaled;
  const start = (from * step) / sampling;
  const end = Math.min(srcSide, (from + shown) * step) / sampling;
  const low = Math.floor(start + 1e-6);
  const high = Math.ceil(end - 1e-6);
  const count = Math.ceil(Math.min(dstSide, to + shown) / sampling) - to / sampling;
  // The tables count from `low`: only what is looked at is worked on.
  const weights = resampleAxis(count, start - low, step, 0, high - low, multiple);
  return { low, high, to: to / sampling, count, weights };
}

const rowsBytes = ({ count, weights }: Axis): number => count * (4 + 2 * weights.taps);
const columnsBytes = ({ count }: Axis): number => 4 * paddedCount(count);
const weightsBytes = ({ count, weights }: Axis): number => 2 * weights.taps * paddedCount(count);

/** Columns are worked on four at a time. */
function paddedCount(count: number): number {
  return (count + 3) & ~3;
}

/** Lays the tables out as assembly/scale.ts reads them. */
function placeTables(kernels: Kernels, { x, y }: { x: Axis; y: Axis }): PlaneTables {
  const rows = kernels.alloc(rowsBytes(y));
  const rowView = new DataView(kernels.memory.buffer, rows, rowsBytes(y));
  for (let row = 0, at = 0; row < y.count; row++) {
    rowView.setInt32(at, y.weights.first[row]!, true);
    at += 4;
    for (let tap = 0; tap < y.weights.taps; tap++, at += 2) {
      rowView.setInt16(at, y.weights.weights[row * y.weights.taps + tap]!, true);
    }
  }

  const columns = kernels.alloc(columnsBytes(x));
  kernels
    .i32(columns, paddedCount(x.count))
    .fill(0)
    .set(x.weights.first.map((first) => 2 * first));

  const { taps } = x.weights;
  const weights = kernels.alloc(weightsBytes(x));
  const weightView = new Int16Array(kernels.memory.buffer, weights, weightsBytes(x) / 2).fill(0);
  for (let column = 0; column < x.count; column++) {
    for (let tap = 0; tap < taps; tap++) {
      const group = Math.floor(column / 4) * 4 * taps;
      const block = Math.floor(tap / 4) * 16;
      weightView[group + block + (column % 4) * 4 + (tap % 4)] = x.weights.weights[column * taps + tap]!;
    }
  }
  return { x, y, rows, columns, weights };
}
