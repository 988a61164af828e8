import type { I420Layout } from '../frame/i420.js';
import type { Placement } from '../frame/picture-fit.js';
import type { Kernels } from './kernels.js';
import { type AxisWeights, resampleAxis } from './resampling.js';

/** One axis of a plane: the samples of the source that are looked at, and where the result lies. */
export interface AxisPlan {
  readonly low: number;
  /** One past the last. */
  readonly high: number;
  readonly to: number;
  readonly count: number;
  /** Counts samples from `low`. */
  readonly weights: AxisWeights;
}

/** Both axes. */
export interface PlanePlan {
  readonly x: AxisPlan;
  readonly y: AxisPlan;
}

/** A plan, and the addresses of its tables in kernel memory, as assembly/scale.ts reads them. */
export interface PlaneTables {
  readonly plan: PlanePlan;
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
}

/** How a plane is scaled. @param sampling - picture pixels a sample: 1 for luma, 2 for chroma. */
export function planPlane(src: I420Layout, dst: I420Layout, place: Placement, sampling: 1 | 2): PlanePlan {
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
): AxisPlan {
  const step = srcSide / scaled;
  const start = (from * step) / sampling;
  const end = Math.min(srcSide, (from + shown) * step) / sampling;
  const low = Math.floor(start + 1e-6);
  const high = Math.ceil(end - 1e-6);
  const count = Math.ceil(Math.min(dstSide, to + shown) / sampling) - to / sampling;
  const weights = resampleAxis(count, start - low, step, 0, high - low, multiple);
  return { low, high, to: to / sampling, count, weights };
}

const rowsBytes = ({ count, weights }: AxisPlan): number => count * (4 + 2 * weights.taps);
const columnsBytes = ({ count }: AxisPlan): number => 4 * paddedCount(count);
const weightsBytes = ({ count, weights }: AxisPlan): number => 2 * weights.taps * paddedCount(count);

/** Columns are worked on four at a time. */
function paddedCount(count: number): number {
  return (count + 3) & ~3;
}

/** Bytes that `placeTables` allocates, at most. */
export function tablesBytes({ x, y }: PlanePlan): number {
  return rowsBytes(y) + columnsBytes(x) + weightsBytes(x) + 3 * 64;
}

/** Lays the tables out in kernel memory. @throws RangeError if it runs out. */
export function placeTables(kernels: Kernels, plan: PlanePlan): PlaneTables {
  const { x, y } = plan;
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
  return { plan, rows, columns, weights };
}
