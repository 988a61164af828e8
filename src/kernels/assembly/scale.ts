// A plane resampled by weights that were worked out beforehand, one axis at a time: the rows that make one row of the
// result are summed up first, then its columns. Weights have 14 bits and sum up to 2^14; negative ones are allowed.
//
// Tables (src/kernels/scaler-tables.ts makes them):
//   rows     per row of the result: i32 first row of the source, then `rowTaps` (even) i16 weights, padded to 4 bytes.
//   columns  per column of the result: i32 twice the first column of the source (its bytes). As many as `width` rounded up to 4.
//   weights  per four columns of the result and four taps: i16 of [column 0, taps 0..3], [column 1, ...], [2], [3].
import { storeSome } from './some-bytes';

/** Bits after the point of the row between the two passes: 9 remain for levels and their overshoot. */
const ROW_BITS: i32 = 6;

/** Bytes of working memory of `scalePlane`: the row between, and what taps of no weight may read beyond it. */
export function scaleScratch(srcWidth: i32, columnTaps: i32): i32 {
  return 2 * (((srcWidth + 7) & ~7) + columnTaps + 8);
}

/**
 * Writes `width` x `height` bytes. `src` has `srcWidth` x `srcHeight` bytes; taps beyond its last row read that one.
 * `columnTaps` is a multiple of 4.
 */
export function scalePlane(
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
  rows: usize,
  rowTaps: i32,
  columns: usize,
  weights: usize,
  columnTaps: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
  scratch: usize,
): void {
  const last = src + (srcHeight - 1) * srcStride;
  for (let y = 0; y < height; y++) {
    sumRows(src + load<i32>(rows) * srcStride, srcStride, last, srcWidth, rows + 4, rowTaps, scratch);
    sumColumns(scratch, columns, weights, columnTaps, dst, width);
    rows += 4 + 2 * rowTaps;
    dst += dstStride;
  }
}

/** Half of the last place of the row between, in the scale of sums of rows. */
const ROW_HALF: i32 = 1 << (13 - ROW_BITS);
const ROW_SHIFT: i32 = 14 - ROW_BITS;

/** Adds two rows, weighed, to the sums of four pixels: the low or high half of eight. */
function addLow(sum: v128, a: v128, b: v128, pair: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), pair));
}

function addHigh(sum: v128, a: v128, b: v128, pair: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), pair));
}

function storeRow(to: usize, low: v128, high: v128): void {
  v128.store(to, i16x8.narrow_i32x4_s(i32x4.shr_s(low, ROW_SHIFT), i32x4.shr_s(high, ROW_SHIFT)));
}

/** One row of 16-bit values with `ROW_BITS` after the point. */
function sumRows(first: usize, stride: i32, last: usize, width: i32, weights: usize, taps: i32, to: usize): void {
  const half = i32x4.splat(ROW_HALF);
  const pair0 = v128.load32_splat(weights);
  const row0 = min(first, last);
  const row1 = min(first + stride, last);
  let x = 0;
  if (taps == 2) {
    for (; x <= width - 8; x += 8) {
      const a = v128.load8x8_u(row0 + x);
      const b = v128.load8x8_u(row1 + x);
      storeRow(to + 2 * x, addLow(half, a, b, pair0), addHigh(half, a, b, pair0));
    }
  } else if (taps == 4) {
    const pair1 = v128.load32_splat(weights, 4);
    const row2 = min(first + 2 * stride, last);
    const row3 = min(first + 3 * stride, last);
    for (; x <= width - 8; x += 8) {
      const a = v128.load8x8_u(row0 + x);
      const b = v128.load8x8_u(row1 + x);
      const c = v128.load8x8_u(row2 + x);
      const d = v128.load8x8_u(row3 + x);
      const low = addLow(addLow(half, a, b, pair0), c, d, pair1);
      const high = addHigh(addHigh(half, a, b, pair0), c, d, pair1);
      storeRow(to + 2 * x, low, high);
    }
  } else {
    for (; x <= width - 8; x += 8) {
      let low = half;
      let high = half;
      let row = first;
      for (let tap = 0; tap < taps; tap += 2) {
        const a = v128.load8x8_u(min(row, last) + x);
        const b = v128.load8x8_u(min(row + stride, last) + x);
        const pair = v128.load32_splat(weights + 2 * tap);
        low = addLow(low, a, b, pair);
        high = addHigh(high, a, b, pair);
        row += 2 * stride;
      }
      storeRow(to + 2 * x, low, high);
    }
  }
  for (; x < width; x++) {
    let sum = ROW_HALF;
    let row = first;
    for (let tap = 0; tap < taps; tap++) {
      sum += <i32>load<u8>(min(row, last) + x) * <i32>load<i16>(weights + 2 * tap);
      row += stride;
    }
    store<i16>(to + 2 * x, <i16>(sum >> ROW_SHIFT));
  }
}

/** Two columns' products with four taps each, in pairs. */
function dotTwo(from0: usize, from1: usize, weights: usize): v128 {
  return i32x4.dot_i16x8_s(v128.load64_lane(from1, v128.load64_zero(from0), 1), v128.load(weights));
}

/** Levels of four columns, 32 bits each, of the sums of columns 0 and 1 and of 2 and 3. */
function toLevels(sum01: v128, sum23: v128): v128 {
  const even = v128.shuffle<i32>(sum01, sum23, 0, 2, 4, 6);
  const odd = v128.shuffle<i32>(sum01, sum23, 1, 3, 5, 7);
  const rounded = i32x4.add(i32x4.add(even, odd), i32x4.splat(1 << (13 + ROW_BITS)));
  return i32x4.shr_s(rounded, 14 + ROW_BITS);
}

/** The bytes of one row of the result. */
function sumColumns(row: usize, columns: usize, weights: usize, taps: i32, dst: usize, width: i32): void {
  let x = 0;
  if (taps == 4) {
    for (; x <= width - 8; x += 8) {
      const a = dotTwo(row + load<i32>(columns), row + load<i32>(columns, 4), weights);
      const b = dotTwo(row + load<i32>(columns, 8), row + load<i32>(columns, 12), weights + 16);
      const c = dotTwo(row + load<i32>(columns, 16), row + load<i32>(columns, 20), weights + 32);
      const d = dotTwo(row + load<i32>(columns, 24), row + load<i32>(columns, 28), weights + 48);
      const words = i16x8.narrow_i32x4_s(toLevels(a, b), toLevels(c, d));
      v128.store64_lane(dst + x, i8x16.narrow_i16x8_u(words, words), 0);
      columns += 32;
      weights += 64;
    }
  }
  for (; x < width; x += 4) {
    const from0 = row + load<i32>(columns);
    const from1 = row + load<i32>(columns, 4);
    const from2 = row + load<i32>(columns, 8);
    const from3 = row + load<i32>(columns, 12);
    let sum01 = i32x4.splat(0);
    let sum23 = sum01;
    for (let tap = 0; tap < 2 * taps; tap += 8) {
      sum01 = i32x4.add(sum01, dotTwo(from0 + tap, from1 + tap, weights));
      sum23 = i32x4.add(sum23, dotTwo(from2 + tap, from3 + tap, weights + 16));
      weights += 32;
    }
    const levels = toLevels(sum01, sum23);
    const words = i16x8.narrow_i32x4_s(levels, levels);
    storeSome(dst + x, i64x2.extract_lane(i8x16.narrow_i16x8_u(words, words), 0), min(4, width - x));
    columns += 16;
  }
}
