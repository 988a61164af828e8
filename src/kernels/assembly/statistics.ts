// What a plane of bytes holds: weighted mean and variance, extremes, histogram. A mask of the same size weighs pixels.

/**
 * Writes six doubles: sum of weights (0..1 each), mean, variance, least, greatest, and pixels of any weight. Weights are
 * mask / 255, or 1 without a mask (address 0); extremes are over pixels of any weight. All 0 if there is none.
 */
export function planeStatistics(
  src: usize,
  srcStride: i32,
  mask: usize,
  maskStride: i32,
  width: i32,
  height: i32,
  out: usize,
): void {
  const zero = i32x4.splat(0);
  const full = i8x16.splat(-1);
  let squares = zero;
  let weightSum: u64 = 0;
  let valueSum: u64 = 0;
  let pixels: u64 = 0;
  let least = full;
  let greatest = zero;
  let tailSquares: u64 = 0;
  let tailLeast: u32 = 255;
  let tailGreatest: u32 = 0;
  for (let y = 0; y < height; y++) {
    let weights = zero;
    let values = zero;
    let seen = zero;
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const value = v128.load(src + x);
      const weight = mask ? v128.load(mask + x) : full;
      const unseen = i8x16.eq(weight, zero);
      least = i8x16.min_u(least, v128.or(value, unseen));
      greatest = i8x16.max_u(greatest, v128.andnot(value, unseen));
      weights = i32x4.add(weights, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(weight)));
      seen = i32x4.add(seen, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.neg(v128.not(unseen)))));
      const low = i16x8.extmul_low_i8x16_u(value, weight);
      const high = i16x8.extmul_high_i8x16_u(value, weight);
      values = i32x4.add(values, i32x4.add(i32x4.extadd_pairwise_i16x8_u(low), i32x4.extadd_pairwise_i16x8_u(high)));
      squares = i64x2.add(squares, squaresOf(low, i16x8.extend_low_i8x16_u(value)));
      squares = i64x2.add(squares, squaresOf(high, i16x8.extend_high_i8x16_u(value)));
    }
    weightSum += sumOf(weights);
    valueSum += sumOf(values);
    pixels += sumOf(seen);
    for (; x < width; x++) {
      const value = <u32>load<u8>(src + x);
      const weight = mask ? <u32>load<u8>(mask + x) : 255;
      if (weight == 0) continue;
      weightSum += weight;
      valueSum += weight * value;
      tailSquares += <u64>(weight * value * value);
      tailLeast = min(tailLeast, value);
      tailGreatest = max(tailGreatest, value);
      pixels++;
    }
    src += srcStride;
    if (mask != 0) mask += maskStride;
  }

  let mean: f64 = 0;
  let variance: f64 = 0;
  if (weightSum > 0) {
    const squareSum =
      <f64>(tailSquares + <u64>i64x2.extract_lane(squares, 0) + <u64>i64x2.extract_lane(squares, 1)) / <f64>weightSum;
    mean = <f64>valueSum / <f64>weightSum;
    variance = max<f64>(0, squareSum - mean * mean);
    for (let i = 0; i < 16; i++) {
      tailLeast = min(tailLeast, lane(least, i));
      tailGreatest = max(tailGreatest, lane(greatest, i));
    }
  } else {
    tailLeast = 0;
  }
  store<f64>(out, <f64>weightSum / 255);
  store<f64>(out, mean, 8);
  store<f64>(out, variance, 16);
  store<f64>(out, <f64>tailLeast, 24);
  store<f64>(out, <f64>tailGreatest, 32);
  store<f64>(out, <f64>pixels, 40);
}

/** Sums of weighted·value of eight pixels in two 64-bit lanes. */
function squaresOf(weighted: v128, value: v128): v128 {
  const low = i32x4.extmul_low_i16x8_u(weighted, value);
  const high = i32x4.extmul_high_i16x8_u(weighted, value);
  // Two products of at most 255³ fit 32 bits with room to spare.
  const sums = i32x4.add(low, high);
  return i64x2.add(i64x2.extend_low_i32x4_u(sums), i64x2.extend_high_i32x4_u(sums));
}

function sumOf(lanes: v128): u64 {
  const pairs = i64x2.add(i64x2.extend_low_i32x4_u(lanes), i64x2.extend_high_i32x4_u(lanes));
  return <u64>i64x2.extract_lane(pairs, 0) + <u64>i64x2.extract_lane(pairs, 1);
}

/** Byte `index` of a vector, the index not known beforehand. */
function lane(vector: v128, index: i32): u32 {
  return <u32>i8x16.extract_lane_u(i8x16.swizzle(vector, i8x16.splat(<i8>index)), 0);
}

/**
 * Counts values: 256 numbers of 32 bits to `out`. With a mask, pixels whose weight is 128 or more count. `scratch` takes
 * four tables of 1 KiB: neighbours of one value would wait for each other's count in a single one.
 */
export function histogram(
  src: usize,
  srcStride: i32,
  mask: usize,
  maskStride: i32,
  width: i32,
  height: i32,
  out: usize,
  scratch: usize,
): void {
  memory.fill(scratch, 0, 4096);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask != 0 && load<u8>(mask + x) < 128) continue;
      const at = scratch + ((x & 3) << 10) + ((<usize>load<u8>(src + x)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    src += srcStride;
    if (mask != 0) mask += maskStride;
  }
  for (let i = 0; i < 1024; i += 4) {
    const at = scratch + i;
    store<u32>(out + i, load<u32>(at) + load<u32>(at, 1024) + load<u32>(at, 2048) + load<u32>(at, 3072));
  }
}
