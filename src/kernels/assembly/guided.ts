// The guided filter of an 8-bit plane guided by itself: smooths where the window varies less than epsilon, keeps edges.
// Source: He, Sun, Tang, "Guided Image Filtering", PAMI 2013; subsampled as in He, Sun, "Fast Guided Filter", 2015.
//
// In each window a = variance / (variance + epsilon), b = (1 − a)·mean; the output is mean(a)·I + mean(b). The models a
// and b are kept as 16-bit fixed point, so that their window sums, too, are exact integers.
import { loadSome, storeSome } from './some-bytes';
import {
  inverseCount,
  inverseCounts,
  paddedLength,
  prefixLength,
  prefixSums,
  roundToWords,
  slideBytes,
  slideSquares,
  slideWords,
  windowSums,
} from './window';

const A_ONE: f32 = 32768;
const B_ONE: f32 = 128;

/** Sides of the subsampled plane: every pixel belongs to a cell, the last cells may be smaller. */
function cells(size: i32, subsample: i32): i32 {
  return (size + subsample - 1) / subsample;
}

/** Bytes of working memory. `radius` counts cells. */
export function guidedFilterScratch(width: i32, height: i32, radius: i32, subsample: i32): i32 {
  const columns = cells(width, subsample);
  const rows = cells(height, subsample);
  const length = paddedLength(columns);
  const models = 4 * length * rows;
  const windows = 20 * length + 8 * prefixLength(columns, radius);
  if (subsample == 1) return models + windows;
  return models + windows + 9 * length * rows + 16 * stretchedLength(width) + 4 * 24;
}

/** Means of cells of `subsample` x `subsample` pixels, rounded, into rows of `length` bytes. */
function shrink(
  src: usize,
  srcStride: i32,
  width: i32,
  height: i32,
  subsample: i32,
  to: usize,
  length: i32,
  sums: usize,
): void {
  const full = paddedLength(width);
  const whole = subsample * subsample;
  const reciprocal: u32 = (65536 + (whole >> 1)) / whole;
  for (let top = 0; top < height; top += subsample) {
    const rows = min(subsample, height - top);
    memory.fill(sums, 0, full << 1);
    for (let y = 0; y < rows; y++, src += srcStride) {
      let x = 0;
      for (; x <= width - 8; x += 8) {
        const at = sums + (x << 1);
        v128.store(at, i16x8.add(v128.load(at), v128.load8x8_u(src + x)));
      }
      for (; x < width; x++) {
        const at = sums + (x << 1);
        store<u16>(at, load<u16>(at) + <u16>load<u8>(src + x));
      }
    }
    let cell = to;
    for (let left = 0; left < width; left += subsample, cell++) {
      const columns = min(subsample, width - left);
      let sum: u32 = 0;
      for (let x = left; x < left + columns; x++) sum += <u32>load<u16>(sums + (x << 1));
      // Division is slow: all whole cells share a reciprocal in 16 bits.
      const count = rows * columns;
      store<u8>(cell, count == whole ? (sum * reciprocal + 32768) >> 16 : (sum + (count >> 1)) / count);
    }
    to += length;
  }
}

/** Fits a and b in the window round each pixel: two planes of 16 bits with rows of `length` elements. */
function fitModels(
  src: usize,
  stride: i32,
  width: i32,
  height: i32,
  radius: i32,
  epsilon: f32,
  modelA: usize,
  modelB: usize,
  work: usize,
): void {
  const length = paddedLength(width);
  const zeros = work;
  const columns = zeros + 4 * length;
  const squares = columns + 4 * length;
  const inverse = squares + 4 * length;
  const prefix = inverse + 8 * length;
  const prefixSquares = prefix + 4 * prefixLength(width, radius);
  memory.fill(work, 0, 12 * length);
  inverseCounts(width, radius, inverse);
  const eps = f32x4.splat(epsilon);
  const one = f32x4.splat(1);
  for (let y = -radius; y < height; y++) {
    const entering = y + radius < height ? src + (y + radius) * stride : zeros;
    const leaving = y - radius - 1 >= 0 ? src + (y - radius - 1) * stride : zeros;
    slideBytes(entering, leaving, width, columns);
    slideSquares(entering, leaving, width, squares);
    if (y < 0) continue;
    prefixSums(columns, width, radius, prefix);
    prefixSums(squares, width, radius, prefixSquares);
    const rows = f32x4.splat(inverseCount(height, radius, y));
    const to = (y * length) << 1;
    for (let x = 0; x < length; x += 4) {
      const scale = f32x4.mul(v128.load(inverse + (x << 2)), rows);
      const mean = f32x4.mul(f32x4.convert_i32x4_s(windowSums(prefix, x, radius)), scale);
      const meanSquare = f32x4.mul(f32x4.convert_i32x4_s(windowSums(prefixSquares, x, radius)), scale);
      const variance = f32x4.pmax(f32x4.sub(meanSquare, f32x4.mul(mean, mean)), f32x4.splat(0));
      const a = f32x4.div(variance, f32x4.add(variance, eps));
      const b = f32x4.mul(mean, f32x4.sub(one, a));
      const words = roundToWords(f32x4.mul(a, f32x4.splat(A_ONE)), f32x4.mul(b, f32x4.splat(B_ONE)));
      v128.store64_lane(modelA + to + (x << 1), words, 0);
      v128.store64_lane(modelB + to + (x << 1), words, 1);
    }
  }
}

/** dst = a·I + b of eight pixels, rounded. */
function apply(src: usize, dst: usize, count: i32, a0: v128, a1: v128, b0: v128, b1: v128): void {
  const guide = i16x8.extend_low_i8x16_u(i64x2.splat(loadSome(src, count)));
  const words = roundToWords(
    f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(guide)), a0), b0),
    f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(guide)), a1), b1),
  );
  storeSome(dst, i64x2.extract_lane(i8x16.narrow_i16x8_u(words, words), 0), count);
}

/** Lays the two rows of cells round pixel row y between their centres, and applies them. */
function applyBetween(
  src: usize,
  dst: usize,
  width: i32,
  upperA: usize,
  lowerA: usize,
  upperB: usize,
  lowerB: usize,
  fraction: f32,
): void {
  const f = f32x4.splat(fraction);
  for (let x = 0; x < width; x += 8) {
    const at = x << 2;
    const a0 = v128.load(upperA + at);
    const a1 = v128.load(upperA + at, 16);
    const b0 = v128.load(upperB + at);
    const b1 = v128.load(upperB + at, 16);
    apply(
      src + x,
      dst + x,
      width - x,
      f32x4.add(a0, f32x4.mul(f32x4.sub(v128.load(lowerA + at), a0), f)),
      f32x4.add(a1, f32x4.mul(f32x4.sub(v128.load(lowerA + at, 16), a1), f)),
      f32x4.add(b0, f32x4.mul(f32x4.sub(v128.load(lowerB + at), b0), f)),
      f32x4.add(b1, f32x4.mul(f32x4.sub(v128.load(lowerB + at, 16), b1), f)),
    );
  }
}

// Stretching writes whole vectors from half a cell before the row to a cell and a vector beyond it.
const LEAD: i32 = 8;

/** Elements of a stretched row, its lead and its overrun. */
function stretchedLength(width: i32): i32 {
  return paddedLength(width) + LEAD + 24;
}

/** Stretches a row of cells to pixels, linearly between cell centres; `fractions` are those between two of them. */
function stretch(cellRow: usize, columns: i32, subsample: i32, fractions: usize, to: usize): void {
  // Pixels between the centres of cells i and i + 1 start at i·subsample + subsample/2, rounded down.
  let at = to - ((subsample - (subsample >> 1)) << 2);
  for (let cell = -1; cell < columns; cell++, at += subsample << 2) {
    const value = load<f32>(cellRow + (max(cell, 0) << 2));
    const base = f32x4.splat(value);
    const rise = f32x4.splat(load<f32>(cellRow + (min(cell + 1, columns - 1) << 2)) - value);
    for (let x = 0; x < subsample; x += 4) {
      v128.store(at + (x << 2), f32x4.add(base, f32x4.mul(rise, v128.load(fractions + (x << 2)))));
    }
  }
}

/**
 * Filters a plane. `radius` counts cells of `subsample` pixels, at most 90 so that sums fit 31 bits; `subsample` 1 to 16.
 * `dst` may be `src`.
 */
export function guidedFilter(
  src: usize,
  srcStride: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
  radius: i32,
  epsilon: f32,
  subsample: i32,
  scratch: usize,
): void {
  const columns = cells(width, subsample);
  const rows = cells(height, subsample);
  const length = paddedLength(columns);
  const modelA = scratch;
  const modelB = modelA + 2 * length * rows;
  const work = modelB + 2 * length * rows;
  const sumsA = work + 4 * length;
  const sumsB = sumsA + 4 * length;
  const inverse = sumsB + 4 * length;
  const prefixA = inverse + 8 * length;
  const prefixB = prefixA + 4 * prefixLength(columns, radius);

  // For subsampled planes: the small picture, mean models of all cells, two rows of each stretched, and the stretching.
  const small = prefixB + 4 * prefixLength(columns, radius);
  const meanA = small + length * rows;
  const meanB = meanA + 4 * length * rows;
  const slot = 4 * stretchedLength(width);
  const stretched = meanB + 4 * length * rows;
  const fractions = stretched + 4 * slot;

  if (subsample == 1) {
    fitModels(src, srcStride, width, height, radius, epsilon, modelA, modelB, work);
  } else {
    shrink(src, srcStride, width, height, subsample, small, length, stretched);
    fitModels(small, length, columns, rows, radius, epsilon, modelA, modelB, work);
  }

  memory.fill(work, 0, 12 * length);
  inverseCounts(columns, radius, inverse);
  for (let y = -radius; y < rows; y++) {
    const entering = ((y + radius) * length) << 1;
    const leaving = ((y - radius - 1) * length) << 1;
    const enters = y + radius < rows;
    const leaves = y - radius - 1 >= 0;
    slideWords(enters ? modelA + entering : work, leaves ? modelA + leaving : work, length, sumsA);
    slideWords(enters ? modelB + entering : work, leaves ? modelB + leaving : work, length, sumsB);
    if (y < 0) continue;
    clearPadding(sumsA, columns, length);
    clearPadding(sumsB, columns, length);
    prefixSums(sumsA, columns, radius, prefixA);
    prefixSums(sumsB, columns, radius, prefixB);
    const count = inverseCount(rows, radius, y);
    const scaleA = f32x4.splat(count / A_ONE);
    const scaleB = f32x4.splat(count / B_ONE);
    const cellRow = (y * length) << 2;
    for (let x = 0; x < columns; x += 8) {
      const low = v128.load(inverse + (x << 2));
      const high = v128.load(inverse + (x << 2), 16);
      const a0 = mean(prefixA, x, radius, low, scaleA);
      const a1 = mean(prefixA, x + 4, radius, high, scaleA);
      const b0 = mean(prefixB, x, radius, low, scaleB);
      const b1 = mean(prefixB, x + 4, radius, high, scaleB);
      if (subsample == 1) {
        apply(src + y * srcStride + x, dst + y * dstStride + x, width - x, a0, a1, b0, b1);
      } else {
        v128.store(meanA + cellRow + (x << 2), a0);
        v128.store(meanA + cellRow + (x << 2), a1, 16);
        v128.store(meanB + cellRow + (x << 2), b0);
        v128.store(meanB + cellRow + (x << 2), b1, 16);
      }
    }
  }
  if (subsample == 1) return;

  const perCell = 1.0 / <f64>subsample;
  const offset = subsample & 1 ? 0.0 : 0.5;
  for (let x = 0; x < 24; x++) store<f32>(fractions + (x << 2), <f32>((<f64>x + offset) * perCell));
  const first = stretched + 4 * LEAD;
  let ready = -1;
  for (let y = 0; y < height; y++) {
    const position = max<f64>(0, (<f64>y + 0.5) * perCell - 0.5);
    const upper = <i32>position;
    const lower = min(upper + 1, rows - 1);
    for (; ready < lower; ready++) {
      const row = first + ((ready + 1) & 1) * 2 * slot;
      const cellRow = ((ready + 1) * length) << 2;
      stretch(meanA + cellRow, columns, subsample, fractions, row);
      stretch(meanB + cellRow, columns, subsample, fractions, row + slot);
    }
    const above = first + (upper & 1) * 2 * slot;
    const below = first + (lower & 1) * 2 * slot;
    applyBetween(
      src + y * srcStride,
      dst + y * dstStride,
      width,
      above,
      below,
      above + slot,
      below + slot,
      <f32>(position - <f64>upper),
    );
  }
}

/** Sums of columns beyond the plane must be 0 for `prefixSums`; the models there are of no pixel. */
function clearPadding(sums: usize, width: i32, length: i32): void {
  for (let x = width; x < length; x++) store<i32>(sums + (x << 2), 0);
}

/** The means of four windows: sums · 1/columns · scale, the rest of the count and of the fixed point. */
function mean(prefix: usize, x: i32, radius: i32, inverse: v128, scale: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(windowSums(prefix, x, radius)), f32x4.mul(inverse, scale));
}
