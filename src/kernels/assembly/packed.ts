// Packed 4:2:2 (YUYV, UYVY) and I420. A group of 4 bytes holds two luma and one chroma pair; a row of odd width ends in a
// whole group, whose second luma is no pixel.

/**
 * Chroma of two rows is averaged, rounded up; the last row of an odd height stands alone. Columns are kept as they are.
 * `lumaAt` is 0 where luma comes first in a byte pair (YUYV), 1 where chroma does (UYVY).
 */
export function packedToI420(
  src: usize,
  srcStride: i32,
  lumaAt: i32,
  dstY: usize,
  strideY: i32,
  dstU: usize,
  dstV: usize,
  strideUV: i32,
  width: i32,
  height: i32,
): void {
  const chromaAt = 1 - lumaAt;
  // Sorts a vector of four groups: eight luma, four U, four V.
  const yuyvOrder = i8x16(0, 2, 4, 6, 8, 10, 12, 14, 1, 5, 9, 13, 3, 7, 11, 15);
  const uyvyOrder = i8x16(1, 3, 5, 7, 9, 11, 13, 15, 0, 4, 8, 12, 2, 6, 10, 14);
  const order = lumaAt == 0 ? yuyvOrder : uyvyOrder;
  for (let y = 0; y < height; y += 2) {
    // A last single row is its own partner: it is then averaged with itself and written twice.
    const alone = y + 1 == height;
    const src1 = alone ? src : src + srcStride;
    const dstY1 = alone ? dstY : dstY + strideY;
    let x = 0;
    for (; x <= width - 32; x += 32) {
      const upper = src + 2 * x;
      const a0 = i8x16.swizzle(v128.load(upper), order);
      const a1 = i8x16.swizzle(v128.load(upper, 16), order);
      const a2 = i8x16.swizzle(v128.load(upper, 32), order);
      const a3 = i8x16.swizzle(v128.load(upper, 48), order);
      v128.store(dstY + x, v128.shuffle<i64>(a0, a1, 0, 2));
      v128.store(dstY + x, v128.shuffle<i64>(a2, a3, 0, 2), 16);
      const lower = src1 + 2 * x;
      const b0 = i8x16.swizzle(v128.load(lower), order);
      const b1 = i8x16.swizzle(v128.load(lower, 16), order);
      const b2 = i8x16.swizzle(v128.load(lower, 32), order);
      const b3 = i8x16.swizzle(v128.load(lower, 48), order);
      v128.store(dstY1 + x, v128.shuffle<i64>(b0, b1, 0, 2));
      v128.store(dstY1 + x, v128.shuffle<i64>(b2, b3, 0, 2), 16);
      const chroma0 = i8x16.avgr_u(v128.shuffle<i64>(a0, a1, 1, 3), v128.shuffle<i64>(b0, b1, 1, 3));
      const chroma1 = i8x16.avgr_u(v128.shuffle<i64>(a2, a3, 1, 3), v128.shuffle<i64>(b2, b3, 1, 3));
      v128.store(dstU + (x >> 1), v128.shuffle<i32>(chroma0, chroma1, 0, 2, 4, 6));
      v128.store(dstV + (x >> 1), v128.shuffle<i32>(chroma0, chroma1, 1, 3, 5, 7));
    }
    for (; x < width; x += 2) {
      const a = src + 2 * x;
      const b = src1 + 2 * x;
      store<u8>(dstY + x, load<u8>(a + lumaAt));
      store<u8>(dstY1 + x, load<u8>(b + lumaAt));
      if (x + 1 < width) {
        store<u8>(dstY + x, load<u8>(a + lumaAt, 2), 1);
        store<u8>(dstY1 + x, load<u8>(b + lumaAt, 2), 1);
      }
      store<u8>(dstU + (x >> 1), (<u32>load<u8>(a + chromaAt) + <u32>load<u8>(b + chromaAt) + 1) >> 1);
      store<u8>(dstV + (x >> 1), (<u32>load<u8>(a + chromaAt, 2) + <u32>load<u8>(b + chromaAt, 2) + 1) >> 1);
    }
    src += 2 * srcStride;
    dstY += 2 * strideY;
    dstU += strideUV;
    dstV += strideUV;
  }
}

/** I420 to YUYV; a chroma row serves two luma rows. The spare luma at the end of an odd row repeats the last pixel. */
export function i420ToYuyv(
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
    for (; x <= width - 32; x += 32) {
      const u = v128.load(srcU + (x >> 1));
      const v = v128.load(srcV + (x >> 1));
      const uvLow = i8x16.shuffle(u, v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const uvHigh = i8x16.shuffle(u, v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const y0 = v128.load(srcY + x);
      const y1 = v128.load(srcY + x, 16);
      const to = dst + 2 * x;
      v128.store(to, i8x16.shuffle(y0, uvLow, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(to, i8x16.shuffle(y0, uvLow, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
      v128.store(to, i8x16.shuffle(y1, uvHigh, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), 32);
      v128.store(to, i8x16.shuffle(y1, uvHigh, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 48);
    }
    for (; x < width; x += 2) {
      const to = dst + 2 * x;
      store<u8>(to, load<u8>(srcY + x));
      store<u8>(to, load<u8>(srcU + (x >> 1)), 1);
      store<u8>(to, load<u8>(srcY + min(x + 1, width - 1)), 2);
      store<u8>(to, load<u8>(srcV + (x >> 1)), 3);
    }
    srcY += strideY;
    dst += dstStride;
    if (y & 1) {
      srcU += strideUV;
      srcV += strideUV;
    }
  }
}
