// Full range (JPEG: all levels from 0 to 255 are used) to limited range, BT.601: Y' = 16 + 219/255·Y,
// C' = 128 + 224/255·(C − 128). Source: ITU-T T.871 (JFIF) and ITU-R BT.601-7.
//
// Fixed point: i16x8.q15mulr_sat_s(a, b) is (a·b + 2^14) >> 15. Luma is scaled by 128, so that it stays positive and its
// result is rounded exactly; chroma, which is signed, by 256.

/** 219/255 and 224/255 in 15 bits. */
const LUMA_GAIN: i32 = 28142;
const CHROMA_GAIN: i32 = 28784;
/** What is added before the scale is shifted out: the offset, and a half to round. */
const LUMA_OFFSET: i32 = (16 << 7) + (1 << 6);
const CHROMA_OFFSET: i32 = (128 << 8) + (1 << 7);

/** Eight luma values, 16 bits each. */
function limitLumas(luma: v128): v128 {
  const scaled = i16x8.q15mulr_sat_s(i16x8.shl(luma, 7), i16x8.splat(<i16>LUMA_GAIN));
  return i16x8.shr_u(i16x8.add(scaled, i16x8.splat(<i16>LUMA_OFFSET)), 7);
}

/** Luma of `width` x `height`. `dst` may be `src`. */
export function limitLuma(src: usize, srcStride: i32, dst: usize, dstStride: i32, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const luma = v128.load(src + x);
      const low = limitLumas(i16x8.extend_low_i8x16_u(luma));
      const high = limitLumas(i16x8.extend_high_i8x16_u(luma));
      v128.store(dst + x, i8x16.narrow_i16x8_u(low, high));
    }
    for (; x < width; x++) {
      const scaled = (((<i32>load<u8>(src + x)) << 7) * LUMA_GAIN + 0x4000) >> 15;
      store<u8>(dst + x, (scaled + LUMA_OFFSET) >> 7);
    }
    src += srcStride;
    dst += dstStride;
  }
}

/** Eight sums of chroma, 16 bits each, of 2^(8 − shift) samples. */
function limitChromas(sums: v128, shift: i32): v128 {
  const signed = v128.xor(i16x8.shl(sums, shift), i16x8.splat(-32768));
  const scaled = i16x8.q15mulr_sat_s(signed, i16x8.splat(<i16>CHROMA_GAIN));
  return i16x8.shr_u(i16x8.add(scaled, i16x8.splat(<i16>CHROMA_OFFSET)), 8);
}

function limitChromaSum(sum: i32, shift: i32): i32 {
  const scaled = (((sum << shift) - 32768) * CHROMA_GAIN + 0x4000) >> 15;
  return (scaled + CHROMA_OFFSET) >> 8;
}

/**
 * One plane of chroma to half size on both axes. A source sample serves `pixelsX` x `pixelsY` pixels of the picture: 1, 2
 * or 4 and 1 or 2. Samples that share a place are averaged; where the source is coarser they are repeated.
 *
 * `srcWidth` and `srcHeight` are samples of the source, `width` and `height` of the result. `dst` may be `src` if both
 * have half size already.
 */
export function limitChroma(
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
  pixelsX: i32,
  pixelsY: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    const row: i32 = pixelsY == 2 ? y : 2 * y;
    const upper = src + row * srcStride;
    // A row that has no partner is averaged with itself.
    const lower = pixelsY == 2 || row + 1 == srcHeight ? upper : upper + srcStride;
    if (pixelsX == 1) limitChromaPairs(upper, lower, srcWidth, dst, width);
    else if (pixelsX == 2) limitChromaRow(upper, lower, dst, width);
    else limitChromaWide(upper, lower, dst, width);
    dst += dstStride;
  }
}

/** Columns as they are. */
function limitChromaRow(upper: usize, lower: usize, dst: usize, width: i32): void {
  let x = 0;
  for (; x <= width - 16; x += 16) {
    const a = v128.load(upper + x);
    const b = v128.load(lower + x);
    const low = i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
    const high = i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b));
    v128.store(dst + x, i8x16.narrow_i16x8_u(limitChromas(low, 7), limitChromas(high, 7)));
  }
  for (; x < width; x++) {
    store<u8>(dst + x, limitChromaSum(<i32>load<u8>(upper + x) + <i32>load<u8>(lower + x), 7));
  }
}

/** Two columns to one. */
function limitChromaPairs(upper: usize, lower: usize, srcWidth: i32, dst: usize, width: i32): void {
  let x = 0;
  for (; 2 * x <= srcWidth - 32; x += 16) {
    const a = upper + 2 * x;
    const b = lower + 2 * x;
    const low = i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(a)), i16x8.extadd_pairwise_i8x16_u(v128.load(b)));
    const high = i16x8.add(
      i16x8.extadd_pairwise_i8x16_u(v128.load(a, 16)),
      i16x8.extadd_pairwise_i8x16_u(v128.load(b, 16)),
    );
    v128.store(dst + x, i8x16.narrow_i16x8_u(limitChromas(low, 6), limitChromas(high, 6)));
  }
  for (; x < width; x++) {
    const left = 2 * x;
    const right = min(left + 1, srcWidth - 1);
    const sum =
      <i32>load<u8>(upper + left) +
      <i32>load<u8>(upper + right) +
      <i32>load<u8>(lower + left) +
      <i32>load<u8>(lower + right);
    store<u8>(dst + x, limitChromaSum(sum, 6));
  }
}

/** Every column twice: 4:1:1 is too rare for more. */
function limitChromaWide(upper: usize, lower: usize, dst: usize, width: i32): void {
  for (let x = 0; x < width; x++) {
    const at = x >> 1;
    store<u8>(dst + x, limitChromaSum(<i32>load<u8>(upper + at) + <i32>load<u8>(lower + at), 7));
  }
}
