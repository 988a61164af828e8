// A plane resampled by weights that were worked out beforehand, one axis at a time: the rows that make one row of the
// result are summed up first, then its columns. Weights have 14 bits and sum up to 2^14; negative ones are allowed.
//
// Tables (src/kernels/resampling.ts makes them):
//   rows     per row of the result: i32 first row of the source, then `rowTaps` (even) i16 weights, padded to 4 bytes.
//   columns  per column of the result: i32 first column of the source. As many as `width` rounded up to 4.
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

/** One row of 16-bit values with `ROW_BITS` after the point. */
function sumRows(first: usize, stride: i32, last: usize, width: i32, weights: usize, taps: i32, to: usize): void {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    let low = i32x4.splat(1 << (13 - ROW_BITS));
    let high = low;
    let row = first;
    for (let tap = 0; tap < taps; tap += 2) {
      const a = v128.load8x8_u(min(row, last) + x);
      const b = v128.load8x8_u(min(row + stride, last) + x);
      const pair = v128.load32_splat(weights + 2 * tap);
      low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), pair));
      high = i32x4.add(high, i32x4.dot_i16x8_s(i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), pair));
      row += 2 * stride;
    }
    const shift = 14 - ROW_BITS;
    v128.store(to + 2 * x, i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift)));
  }
  for (; x < width; x++) {
    let sum: i32 = 1 << (13 - ROW_BITS);
    let row = first;
    for (let tap = 0; tap < taps; tap++) {
      sum += <i32>load<u8>(min(row, last) + x) * <i32>load<i16>(weights + 2 * tap);
      row += stride;
    }
    store<i16>(to + 2 * x, <i16>(sum >> (14 - ROW_BITS)));
  }
}

/** The bytes of one row of the result, four at a time. */
function sumColumns(row: usize, columns: usize, weights: usize, taps: i32, dst: usize, width: i32): void {
  for (let x = 0; x < width; x += 4) {
    const from0 = row + 2 * load<i32>(columns);
    const from1 = row + 2 * load<i32>(columns, 4);
    const from2 = row + 2 * load<i32>(columns, 8);
    const from3 = row + 2 * load<i32>(columns, 12);
    let sum01 = i32x4.splat(0);
    let sum23 = sum01;
    for (let tap = 0; tap < 2 * taps; tap += 8) {
      const values01 = v128.load64_lane(from1 + tap, v128.load64_zero(from0 + tap), 1);
      const values23 = v128.load64_lane(from3 + tap, v128.load64_zero(from2 + tap), 1);
      sum01 = i32x4.add(sum01, i32x4.dot_i16x8_s(values01, v128.load(weights)));
      sum23 = i32x4.add(sum23, i32x4.dot_i16x8_s(values23, v128.load(weights, 16)));
      weights += 32;
    }
    const even = v128.shuffle<i32>(sum01, sum23, 0, 2, 4, 6);
    const odd = v128.shuffle<i32>(sum01, sum23, 1, 3, 5, 7);
    const rounded = i32x4.add(i32x4.add(even, odd), i32x4.splat(1 << (13 + ROW_BITS)));
    const words = i32x4.shr_s(rounded, 14 + ROW_BITS);
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(words, words), words);
    if (x <= width - 4) v128.store32_lane(dst + x, bytes, 0);
    else storeSome(dst + x, i64x2.extract_lane(bytes, 0), width - x);
    columns += 16;
  }
}
