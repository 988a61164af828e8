// Sums over sliding windows, exact in 32-bit integers whatever the radius. Down a column the sum slides: a row enters, a
// row leaves. Along a row it is the difference of two prefix sums, which vectors do well and wrap-around does not hurt.
//
// Arrays here belong to a kernel's scratch: they are padded to whole vectors, so that loops over them have no tails.

/** Elements of a row array of scratch: room for whole vectors of 8. */
export function paddedLength(width: i32): i32 {
  return (width + 7) & ~7;
}

/** Elements of a prefix array for windows of 2·radius + 1. */
export function prefixLength(width: i32, radius: i32): i32 {
  return paddedLength(width) + 2 * radius + 8;
}

/** columns[x] += entering[x] − leaving[x], bytes to 32 bits. */
export function slideBytes(entering: usize, leaving: usize, width: i32, columns: usize): void {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const difference = i16x8.sub(v128.load8x8_u(entering + x), v128.load8x8_u(leaving + x));
    const at = columns + (x << 2);
    v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_s(difference)));
    v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_s(difference)), 16);
  }
  for (; x < width; x++) {
    const at = columns + (x << 2);
    store<i32>(at, load<i32>(at) + <i32>load<u8>(entering + x) - <i32>load<u8>(leaving + x));
  }
}

/** squares[x] += entering[x]² − leaving[x]². */
export function slideSquares(entering: usize, leaving: usize, width: i32, squares: usize): void {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const e = v128.load8x8_u(entering + x);
    const l = v128.load8x8_u(leaving + x);
    const sum = i16x8.add(e, l);
    const difference = i16x8.sub(e, l);
    const at = squares + (x << 2);
    v128.store(at, i32x4.add(v128.load(at), i32x4.extmul_low_i16x8_s(sum, difference)));
    v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extmul_high_i16x8_s(sum, difference)), 16);
  }
  for (; x < width; x++) {
    const at = squares + (x << 2);
    const e = <i32>load<u8>(entering + x);
    const l = <i32>load<u8>(leaving + x);
    store<i32>(at, load<i32>(at) + e * e - l * l);
  }
}

/** columns[x] += entering[x] − leaving[x] for padded rows of 16 bits. */
export function slideWords(entering: usize, leaving: usize, length: i32, columns: usize): void {
  for (let x = 0; x < length; x += 4) {
    const at = columns + (x << 2);
    const difference = i32x4.sub(v128.load16x4_u(entering + (x << 1)), v128.load16x4_u(leaving + (x << 1)));
    v128.store(at, i32x4.add(v128.load(at), difference));
  }
}

/**
 * Prefix sums of columns[0 .. width): prefix[j] is the sum of the first min(max(j − radius, 0), width). The sum of the
 * window round x, cut to the row, is then prefix[x + 2·radius + 1] − prefix[x].
 */
export function prefixSums(columns: usize, width: i32, radius: i32, prefix: usize): void {
  memory.fill(prefix, 0, (radius + 1) << 2);
  const zero = i32x4.splat(0);
  let carry = zero;
  let to = prefix + ((radius + 1) << 2);
  let x = 0;
  for (; x < width; x += 4, to += 16) {
    let sum = v128.load(columns + (x << 2));
    sum = i32x4.add(sum, v128.shuffle<i32>(zero, sum, 3, 4, 5, 6));
    sum = i32x4.add(sum, v128.shuffle<i32>(zero, sum, 2, 3, 4, 5));
    sum = i32x4.add(sum, carry);
    v128.store(to, sum);
    carry = v128.shuffle<i32>(sum, sum, 3, 3, 3, 3);
  }
  // Columns beyond the width are 0, so that what was stored there is the whole sum already.
  for (const end = prefix + (prefixLength(width, radius) << 2); to + 16 <= end; to += 16) v128.store(to, carry);
}

/** The sums of four windows from x on. */
export function windowSums(prefix: usize, x: i32, radius: i32): v128 {
  const at = prefix + (x << 2);
  return i32x4.sub(v128.load(at + ((2 * radius + 1) << 2)), v128.load(at));
}

/** Writes 1 / (pixels of the window round x that lie in the row) for a padded row of floats. */
export function inverseCounts(width: i32, radius: i32, to: usize): void {
  const length = paddedLength(width);
  for (let x = 0; x < length; x++) {
    const count = min(width, x + radius + 1) - max(0, x - radius);
    store<f32>(to + (x << 2), <f32>1 / <f32>max(1, count));
  }
}

/** 1 / (rows of the window round y that lie in the plane). */
export function inverseCount(height: i32, radius: i32, y: i32): f32 {
  return <f32>1 / <f32>(min(height, y + radius + 1) - max(0, y - radius));
}

/** Rounds floats of 0..65535 to 16-bit integers, eight at a time. */
export function roundToWords(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_u(roundToInts(low), roundToInts(high));
}

/** Rounds floats to integers, halves to even. Adding 1.5·2^23 leaves the whole number in the low bits. */
function roundToInts(value: v128): v128 {
  return i32x4.sub(f32x4.add(value, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}
