// Packed 4:2:2 (YUYV, UYVY) and I420. A group of 4 bytes holds two luma and one chroma pair; a row of odd width ends in a
// whole group, whose second luma is no pixel.

/**
 * Chroma of two rows is averaged, rounded up; the last row of an odd height stands alone. Columns are kept as they are.
 * `lumaShift` is 0 where luma comes first in a byte pair (YUYV), 8 where chroma does (UYVY).
 */
export function packedToI420(
  src: usize,
  srcStride: i32,
  lumaShift: i32,
  dstY: usize,
  strideY: i32,
  dstU: usize,
  dstV: usize,
  strideUV: i32,
  width: i32,
  height: i32,
): void {
  const chromaShift = 8 - lumaShift;
  const lumaAt = lumaShift >> 3;
  const chromaAt = 1 - lumaAt;
  const low = i16x8.splat(255);
  for (let y = 0; y < height; y += 2) {
    // A last single row is its own partner: it is then averaged with itself and written twice.
    const alone = y + 1 == height;
    const src1 = alone ? src : src + srcStride;
    const dstY1 = alone ? dstY : dstY + strideY;
    let x = 0;
    for (; x <= width - 32; x += 32) {
      const a0 = v128.load(src + 2 * x);
      const a1 = v128.load(src + 2 * x, 16);
      const a2 = v128.load(src + 2 * x, 32);
      const a3 = v128.load(src + 2 * x, 48);
      const b0 = v128.load(src1 + 2 * x);
      const b1 = v128.load(src1 + 2 * x, 16);
      const b2 = v128.load(src1 + 2 * x, 32);
      const b3 = v128.load(src1 + 2 * x, 48);
      v128.store(
        dstY + x,
        i8x16.narrow_i16x8_u(v128.and(i16x8.shr_u(a0, lumaShift), low), v128.and(i16x8.shr_u(a1, lumaShift), low)),
      );
      v128.store(
        dstY + x,
        i8x16.narrow_i16x8_u(v128.and(i16x8.shr_u(a2, lumaShift), low), v128.and(i16x8.shr_u(a3, lumaShift), low)),
        16,
      );
      v128.store(
        dstY1 + x,
        i8x16.narrow_i16x8_u(v128.and(i16x8.shr_u(b0, lumaShift), low), v128.and(i16x8.shr_u(b1, lumaShift), low)),
      );
      v128.store(
        dstY1 + x,
        i8x16.narrow_i16x8_u(v128.and(i16x8.shr_u(b2, lumaShift), low), v128.and(i16x8.shr_u(b3, lumaShift), low)),
        16,
      );
      // Rows are averaged with luma still in place: the wasted lanes cost less than separating twice.
      const c0 = v128.and(i16x8.shr_u(i8x16.avgr_u(a0, b0), chromaShift), low);
      const c1 = v128.and(i16x8.shr_u(i8x16.avgr_u(a1, b1), chromaShift), low);
      const c2 = v128.and(i16x8.shr_u(i8x16.avgr_u(a2, b2), chromaShift), low);
      const c3 = v128.and(i16x8.shr_u(i8x16.avgr_u(a3, b3), chromaShift), low);
      const uv0 = i8x16.narrow_i16x8_u(c0, c1);
      const uv1 = i8x16.narrow_i16x8_u(c2, c3);
      v128.store(dstU + (x >> 1), i8x16.narrow_i16x8_u(v128.and(uv0, low), v128.and(uv1, low)));
      v128.store(dstV + (x >> 1), i8x16.narrow_i16x8_u(i16x8.shr_u(uv0, 8), i16x8.shr_u(uv1, 8)));
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
