// I420 (BT.601, limited range) and packed RGB24. Source of all coefficients: ITU-R BT.601-7, 8-bit quantisation.

// I420 to RGB works in 16-bit lanes, in 64ths of a level. A product is round(x · 128 · k / 32768) with k = coefficient ·
// 16384; the blue coefficient passes 1, so that its whole part is added apart.
const Y_GAIN: i16 = 19077; // 255/219
const RED_V: i16 = 26149; // 1.402 · 255/224
const GREEN_U: i16 = -6419; // −0.344136 · 255/224
const GREEN_V: i16 = -13320; // −0.714136 · 255/224
const BLUE_U: i16 = 16666; // 1.772 · 255/224 − 1

let red: v128 = i32x4.splat(0);
let green: v128 = i32x4.splat(0);
let blue: v128 = i32x4.splat(0);

/** Eight pixels, luma and chroma as 16-bit lanes, to `red`, `green` and `blue` as 16-bit lanes not yet clipped. */
function toRgb(y: v128, u: v128, v: v128): void {
  const luma = i16x8.add(
    i16x8.q15mulr_sat_s(i16x8.shl(i16x8.sub(y, i16x8.splat(16)), 7), i16x8.splat(Y_GAIN)),
    i16x8.splat(32),
  );
  const cb = i16x8.shl(i16x8.sub(u, i16x8.splat(128)), 7);
  const cr = i16x8.shl(i16x8.sub(v, i16x8.splat(128)), 7);
  red = i16x8.shr_s(i16x8.add_sat_s(luma, i16x8.q15mulr_sat_s(cr, i16x8.splat(RED_V))), 6);
  green = i16x8.shr_s(
    i16x8.add_sat_s(
      luma,
      i16x8.add(i16x8.q15mulr_sat_s(cb, i16x8.splat(GREEN_U)), i16x8.q15mulr_sat_s(cr, i16x8.splat(GREEN_V))),
    ),
    6,
  );
  const blueU = i16x8.add(i16x8.q15mulr_sat_s(cb, i16x8.splat(BLUE_U)), i16x8.shr_s(cb, 1));
  blue = i16x8.shr_s(i16x8.add_sat_s(luma, blueU), 6);
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
      const u8s = v128.load64_zero(srcU + (x >> 1));
      const v8s = v128.load64_zero(srcV + (x >> 1));
      const u = i8x16.shuffle(u8s, u8s, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
      const v = i8x16.shuffle(v8s, v8s, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
      toRgb(i16x8.extend_low_i8x16_u(luma), i16x8.extend_low_i8x16_u(u), i16x8.extend_low_i8x16_u(v));
      const redLow = red;
      const greenLow = green;
      const blueLow = blue;
      toRgb(i16x8.extend_high_i8x16_u(luma), i16x8.extend_high_i8x16_u(u), i16x8.extend_high_i8x16_u(v));
      const r = i8x16.narrow_i16x8_u(redLow, red);
      const g = i8x16.narrow_i16x8_u(greenLow, green);
      const b = i8x16.narrow_i16x8_u(blueLow, blue);
      // Three blocks of 16 bytes: red and green are placed first, with holes that blue then fills.
      const to = dst + 3 * x;
      const rg0 = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
      const rg1 = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
      const rg2 = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
      v128.store(to, i8x16.shuffle(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
      v128.store(to, i8x16.shuffle(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
      v128.store(to, i8x16.shuffle(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
    }
    for (; x < width; x++) {
      const chroma = x >> 1;
      toRgb(
        i16x8.splat(load<u8>(srcY + x)),
        i16x8.splat(load<u8>(srcU + chroma)),
        i16x8.splat(load<u8>(srcV + chroma)),
      );
      const to = dst + 3 * x;
      store<u8>(to, clip(i16x8.extract_lane_s(red, 0)));
      store<u8>(to, clip(i16x8.extract_lane_s(green, 0)), 1);
      store<u8>(to, clip(i16x8.extract_lane_s(blue, 0)), 2);
    }
    srcY += strideY;
    dst += dstStride;
    if (y & 1) {
      srcU += strideUV;
      srcV += strideUV;
    }
  }
}

function clip(value: i32): i32 {
  return max(0, min(255, value));
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
    for (let x = 0; x < width; x += 2) {
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
        // 16-bit fixed point: 65.481, 128.553, 24.966 over 255, and 16 + ½.
        store<u8>((i & 2 ? dstY1 : dstY) + column, (16829 * r + 33039 * g + 6416 * b + 1081344) >> 16);
        sumR += r;
        sumG += g;
        sumB += b;
      }
      // The sums are of four pixels: 18 bits. Each row of coefficients adds up to 0, so that grey has no colour.
      store<u8>(dstU + (x >> 1), (-9714 * sumR - 19070 * sumG + 28784 * sumB + 33685504) >> 18);
      store<u8>(dstV + (x >> 1), (28784 * sumR - 24103 * sumG - 4681 * sumB + 33685504) >> 18);
    }
    src += 2 * srcStride;
    dstY += 2 * strideY;
    dstU += strideUV;
    dstV += strideUV;
  }
}
