// I420 (BT.601, limited range) and packed RGB24. Source of all coefficients: ITU-R BT.601-7, 8-bit quantisation.

// I420 to RGB works in 16-bit lanes, in 64ths of a level. A product is round(x · 128 · k / 32768) with k = coefficient ·
// 16384; the blue coefficient passes 1, so that its whole part is added apart.
const Y_GAIN: i16 = 19077; // 255/219
const RED_V: i16 = 26149; // 1.402 · 255/224
const GREEN_U: i16 = -6419; // −0.344136 · 255/224
const GREEN_V: i16 = -13320; // −0.714136 · 255/224
const BLUE_U: i16 = 16666; // 1.772 · 255/224 − 1

// Bytes are moved by swizzles with constant orders: V8 keeps these in registers, but builds a shuffle's anew each time.
// Eight samples at a time as 16-bit lanes. What chroma adds to a colour is worked out once for its two pixels of a row.

/** Luma in 64ths, with the half level that rounds. */
function lumaOf(y: v128): v128 {
  const offset = i16x8.shl(i16x8.sub(y, i16x8.splat(16)), 7);
  return i16x8.add(i16x8.q15mulr_sat_s(offset, i16x8.splat(Y_GAIN)), i16x8.splat(32));
}

/** Chroma less its middle, in 128ths. */
function chromaOf(c: v128): v128 {
  return i16x8.shl(i16x8.sub(c, i16x8.splat(128)), 7);
}

function redOf(cr: v128): v128 {
  return i16x8.q15mulr_sat_s(cr, i16x8.splat(RED_V));
}

function greenOf(cb: v128, cr: v128): v128 {
  return i16x8.add(i16x8.q15mulr_sat_s(cb, i16x8.splat(GREEN_U)), i16x8.q15mulr_sat_s(cr, i16x8.splat(GREEN_V)));
}

function blueOf(cb: v128): v128 {
  return i16x8.add(i16x8.q15mulr_sat_s(cb, i16x8.splat(BLUE_U)), i16x8.shr_s(cb, 1));
}

/** Sixteen pixels of a colour: luma, and what chroma adds to each two of them. */
function colorOf(low: v128, high: v128, chroma: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.shr_s(i16x8.add_sat_s(low, v128.shuffle<i16>(chroma, chroma, 0, 0, 1, 1, 2, 2, 3, 3)), 6),
    i16x8.shr_s(i16x8.add_sat_s(high, v128.shuffle<i16>(chroma, chroma, 4, 4, 5, 5, 6, 6, 7, 7)), 6),
  );
}

/** I420 to packed RGB24 (R first). Each chroma sample serves its 2x2 pixels. */
export function i420ToRgb(
  srcY: usize,
  strideY: i32,
  srcU: usize,
  srcV: usize,
  strideUV: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const luma = v128.load(srcY + x);
      const low = lumaOf(i16x8.extend_low_i8x16_u(luma));
      const high = lumaOf(i16x8.extend_high_i8x16_u(luma));
      const cb = chromaOf(v128.load8x8_u(srcU + (x >> 1)));
      const cr = chromaOf(v128.load8x8_u(srcV + (x >> 1)));
      const r = colorOf(low, high, redOf(cr));
      const g = colorOf(low, high, greenOf(cb, cr));
      const b = colorOf(low, high, blueOf(cb));
      // Three blocks of 16 bytes; −1 leaves a byte to the other two colours.
      const to = dst + 3 * x;
      const block0 = v128.or(
        i8x16.swizzle(r, i8x16(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5)),
        i8x16.swizzle(g, i8x16(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1)),
      );
      v128.store(
        to,
        v128.or(block0, i8x16.swizzle(b, i8x16(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1))),
      );
      const block1 = v128.or(
        i8x16.swizzle(r, i8x16(-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1)),
        i8x16.swizzle(g, i8x16(5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10)),
      );
      v128.store(
        to,
        v128.or(block1, i8x16.swizzle(b, i8x16(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1))),
        16,
      );
      const block2 = v128.or(
        i8x16.swizzle(r, i8x16(-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1)),
        i8x16.swizzle(g, i8x16(-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1)),
      );
      v128.store(
        to,
        v128.or(block2, i8x16.swizzle(b, i8x16(10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15))),
        32,
      );
    }
    for (; x < width; x++) {
      const luma = lumaOf(i16x8.splat(load<u8>(srcY + x)));
      const cb = chromaOf(i16x8.splat(load<u8>(srcU + (x >> 1))));
      const cr = chromaOf(i16x8.splat(load<u8>(srcV + (x >> 1))));
      const to = dst + 3 * x;
      store<u8>(to, i8x16.extract_lane_u(colorOf(luma, luma, redOf(cr)), 0));
      store<u8>(to, i8x16.extract_lane_u(colorOf(luma, luma, greenOf(cb, cr)), 0), 1);
      store<u8>(to, i8x16.extract_lane_u(colorOf(luma, luma, blueOf(cb)), 0), 2);
    }
    srcY += strideY;
    dst += dstStride;
    if (y & 1) {
      srcU += strideUV;
      srcV += strideUV;
    }
  }
}

// RGB to I420: four pixels as 16-bit pairs (r, g) and (b, 0), so that a pairwise product-sum gives a 32-bit lane a pixel.
// Luma has 15 fractional bits, chroma 16. Each row of chroma coefficients adds up to 0, so that grey has no colour.
const Y_RED: i32 = 8414; // 65.481 / 255
const Y_GREEN: i32 = 16519; // 128.553 / 255
const Y_BLUE: i32 = 3208; // 24.966 / 255
const U_RED: i32 = -9714; // −37.797 / 255
const U_GREEN: i32 = -19070; // −74.203 / 255
const UV_FULL: i32 = 28784; // 112 / 255
const V_GREEN: i32 = -24103; // −93.786 / 255
const V_BLUE: i32 = -4681; // −18.214 / 255
const Y_OFFSET: i32 = (16 << 15) + (1 << 14);
/** For the sum of four pixels, hence two bits more. */
const UV_OFFSET: i32 = (128 << 18) + (1 << 17);

/** Two 16-bit coefficients in every 32-bit lane. */
function pairOf(first: i32, second: i32): v128 {
  return i32x4.splat((first & 0xffff) | (second << 16));
}

function redGreen(rgb: v128): v128 {
  return i8x16.swizzle(rgb, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
}

function blueZero(rgb: v128): v128 {
  return i8x16.swizzle(rgb, i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
}

function lumaFour(rg: v128, b: v128): v128 {
  const sum = i32x4.add(i32x4.dot_i16x8_s(rg, pairOf(Y_RED, Y_GREEN)), i32x4.dot_i16x8_s(b, pairOf(Y_BLUE, 0)));
  return i32x4.shr_u(i32x4.add(sum, i32x4.splat(Y_OFFSET)), 15);
}

/** Chroma of four pairs of columns from the sums of two rows. */
function chromaFour(rg0: v128, b0: v128, rg1: v128, b1: v128, kRedGreen: v128, kBlue: v128): v128 {
  const left = i32x4.add(i32x4.dot_i16x8_s(rg0, kRedGreen), i32x4.dot_i16x8_s(b0, kBlue));
  const right = i32x4.add(i32x4.dot_i16x8_s(rg1, kRedGreen), i32x4.dot_i16x8_s(b1, kBlue));
  const sum = i32x4.add(v128.shuffle<i32>(left, right, 0, 2, 4, 6), v128.shuffle<i32>(left, right, 1, 3, 5, 7));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(UV_OFFSET)), 18);
}

/** Packed RGB24 to I420. Chroma is that of the mean of its 2x2 pixels; an odd last row or column is repeated. */
export function rgbToI420(
  src: usize,
  srcStride: i32,
  dstY: usize,
  strideY: i32,
  dstU: usize,
  dstV: usize,
  strideUV: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y += 2) {
    const alone = y + 1 == height;
    const src1 = alone ? src : src + srcStride;
    const dstY1 = alone ? dstY : dstY + strideY;
    let x = 0;
    // Eight pixels; the second load of a row reads 4 bytes beyond them, which must be the row's.
    for (; x <= width - 10; x += 8) {
      const upper = src + 3 * x;
      const lower = src1 + 3 * x;
      const a0 = v128.load(upper);
      const a1 = v128.load(upper, 12);
      const b0 = v128.load(lower);
      const b1 = v128.load(lower, 12);
      const rgA0 = redGreen(a0);
      const rgA1 = redGreen(a1);
      const rgB0 = redGreen(b0);
      const rgB1 = redGreen(b1);
      const bA0 = blueZero(a0);
      const bA1 = blueZero(a1);
      const bB0 = blueZero(b0);
      const bB1 = blueZero(b1);
      const rows = i8x16.narrow_i16x8_u(
        i16x8.narrow_i32x4_s(lumaFour(rgA0, bA0), lumaFour(rgA1, bA1)),
        i16x8.narrow_i32x4_s(lumaFour(rgB0, bB0), lumaFour(rgB1, bB1)),
      );
      v128.store64_lane(dstY + x, rows, 0);
      v128.store64_lane(dstY1 + x, rows, 1);
      const rg0 = i16x8.add(rgA0, rgB0);
      const rg1 = i16x8.add(rgA1, rgB1);
      const blue0 = i16x8.add(bA0, bB0);
      const blue1 = i16x8.add(bA1, bB1);
      const u = chromaFour(rg0, blue0, rg1, blue1, pairOf(U_RED, U_GREEN), pairOf(UV_FULL, 0));
      const v = chromaFour(rg0, blue0, rg1, blue1, pairOf(UV_FULL, V_GREEN), pairOf(V_BLUE, 0));
      const words = i16x8.narrow_i32x4_s(u, v);
      const bytes = i8x16.narrow_i16x8_u(words, words);
      v128.store32_lane(dstU + (x >> 1), bytes, 0);
      v128.store32_lane(dstV + (x >> 1), bytes, 1);
    }
    for (; x < width; x += 2) {
      const next = x + 1 < width ? 1 : 0;
      let sumR = 0;
      let sumG = 0;
      let sumB = 0;
      for (let i = 0; i < 4; i++) {
        const column = x + (i & 1) * next;
        const from = (i & 2 ? src1 : src) + 3 * column;
        const r = <i32>load<u8>(from);
        const g = <i32>load<u8>(from, 1);
        const b = <i32>load<u8>(from, 2);
        store<u8>((i & 2 ? dstY1 : dstY) + column, (Y_RED * r + Y_GREEN * g + Y_BLUE * b + Y_OFFSET) >> 15);
        sumR += r;
        sumG += g;
        sumB += b;
      }
      store<u8>(dstU + (x >> 1), (U_RED * sumR + U_GREEN * sumG + UV_FULL * sumB + UV_OFFSET) >> 18);
      store<u8>(dstV + (x >> 1), (UV_FULL * sumR + V_GREEN * sumG + V_BLUE * sumB + UV_OFFSET) >> 18);
    }
    src += 2 * srcStride;
    dstY += 2 * strideY;
    dstU += strideUV;
    dstV += strideUV;
  }
}
