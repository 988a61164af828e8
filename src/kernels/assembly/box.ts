// Means over square windows, cut to the plane and divided by their true number of pixels. Cost does not depend on the
// radius.
import { storeSome } from './some-bytes';
import {
  inverseCount,
  inverseCounts,
  paddedLength,
  prefixLength,
  prefixSums,
  roundToWords,
  slideBytes,
  windowSums,
} from './window';

/** Bytes of working memory of `boxFilterU8`. */
export function boxFilterU8Scratch(width: i32, radius: i32): i32 {
  return 12 * paddedLength(width) + 4 * prefixLength(width, radius);
}

/** Mean of bytes, rounded. `dst` must not overlap `src`. */
export function boxFilterU8(
  src: usize,
  srcStride: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
  radius: i32,
  scratch: usize,
): void {
  const length = paddedLength(width);
  const zeros = scratch;
  const columns = zeros + 4 * length;
  const inverse = columns + 4 * length;
  const prefix = inverse + 4 * length;
  memory.fill(scratch, 0, 8 * length);
  inverseCounts(width, radius, inverse);

  for (let y = -radius; y < height; y++) {
    const entering = y + radius;
    const leaving = y - radius - 1;
    slideBytes(
      entering < height ? src + entering * srcStride : zeros,
      leaving >= 0 ? src + leaving * srcStride : zeros,
      width,
      columns,
    );
    if (y < 0) continue;
    prefixSums(columns, width, radius, prefix);
    const rows = f32x4.splat(inverseCount(height, radius, y));
    for (let x = 0; x < width; x += 8) {
      const at = inverse + (x << 2);
      const low = f32x4.convert_i32x4_s(windowSums(prefix, x, radius));
      const high = f32x4.convert_i32x4_s(windowSums(prefix, x + 4, radius));
      const words = roundToWords(
        f32x4.mul(low, f32x4.mul(v128.load(at), rows)),
        f32x4.mul(high, f32x4.mul(v128.load(at, 16), rows)),
      );
      storeSome(dst + x, i64x2.extract_lane(i8x16.narrow_i16x8_u(words, words), 0), width - x);
    }
    dst += dstStride;
  }
}

/** Bytes of working memory of `boxFilterF32`. */
export function boxFilterF32Scratch(width: i32): i32 {
  return 8 * paddedLength(width);
}

/** Mean of floats, summed in double precision so that sliding does not drift. `dst` must not overlap `src`. */
export function boxFilterF32(
  src: usize,
  srcStride: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
  radius: i32,
  scratch: usize,
): void {
  memory.fill(scratch, 0, 8 * width);
  for (let y = -radius; y < height; y++) {
    const entering = y + radius;
    const leaving = y - radius - 1;
    if (entering < height) slideFloats(src + entering * srcStride, width, scratch, 1);
    if (leaving >= 0) slideFloats(src + leaving * srcStride, width, scratch, -1);
    if (y < 0) continue;
    const rows = min(height, entering + 1) - max(0, leaving + 1);
    const whole = 1 / <f64>(rows * (2 * radius + 1));
    let sum: f64 = 0;
    for (let x = 0; x < min(radius, width); x++) sum += load<f64>(scratch + (x << 3));
    for (let x = 0; x < width; x++) {
      const last = x + radius;
      const before = x - radius - 1;
      if (last < width) sum += load<f64>(scratch + (last << 3));
      if (before >= 0) sum -= load<f64>(scratch + (before << 3));
      const isWhole = last < width && before >= -1;
      const count = rows * (min(width, last + 1) - max(0, before + 1));
      store<f32>(dst + (x << 2), <f32>(isWhole ? sum * whole : sum / <f64>count));
    }
    dst += dstStride;
  }
}

/** columns[x] += sign · row[x], floats to doubles. */
function slideFloats(row: usize, width: i32, columns: usize, sign: f64): void {
  const factor = f64x2.splat(sign);
  let x = 0;
  for (; x <= width - 2; x += 2) {
    const at = columns + (x << 3);
    const value = f64x2.promote_low_f32x4(v128.load64_zero(row + (x << 2)));
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(value, factor)));
  }
  if (x < width) {
    const at = columns + (x << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(row + (x << 2)) * sign);
  }
}
