// Whole planes of bytes: copies, (de)interleaving of chroma, mirroring, alpha-over. Rows may have padding, which is
// neither read into a result nor written.

/** Copies `width` x `height` bytes. The planes must not overlap unless they are the same. */
export function copyPlane(src: usize, srcStride: i32, dst: usize, dstStride: i32, width: i32, height: i32): void {
  if (srcStride == width && dstStride == width) {
    memory.copy(dst, src, width * height);
    return;
  }
  for (let y = 0; y < height; y++) {
    memory.copy(dst, src, width);
    src += srcStride;
    dst += dstStride;
  }
}

/** Sets `width` x `height` bytes to one value. */
export function fillPlane(dst: usize, dstStride: i32, width: i32, height: i32, value: i32): void {
  for (let y = 0; y < height; y++) {
    memory.fill(dst, <u8>value, width);
    dst += dstStride;
  }
}

/** Splits rows of byte pairs (NV12 chroma: U V U V) into two planes of `width` x `height`. */
export function splitPairs(
  src: usize,
  srcStride: i32,
  first: usize,
  second: usize,
  dstStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const low = v128.load(src + 2 * x);
      const high = v128.load(src + 2 * x, 16);
      v128.store(first + x, i8x16.shuffle(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
      v128.store(second + x, i8x16.shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
    }
    for (; x < width; x++) {
      store<u8>(first + x, load<u8>(src + 2 * x));
      store<u8>(second + x, load<u8>(src + 2 * x, 1));
    }
    src += srcStride;
    first += dstStride;
    second += dstStride;
  }
}

/** The inverse of `splitPairs`: joins two planes of `width` x `height` into rows of byte pairs. */
export function joinPairs(
  first: usize,
  second: usize,
  srcStride: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const a = v128.load(first + x);
      const b = v128.load(second + x);
      v128.store(dst + 2 * x, i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(dst + 2 * x, i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
    }
    for (; x < width; x++) {
      store<u8>(dst + 2 * x, load<u8>(first + x));
      store<u8>(dst + 2 * x, load<u8>(second + x), 1);
    }
    first += srcStride;
    second += srcStride;
    dst += dstStride;
  }
}

/** Flips a plane left to right. Works from both ends inwards, so `dst` may be `src`. */
export function mirrorPlane(src: usize, srcStride: i32, dst: usize, dstStride: i32, width: i32, height: i32): void {
  const reversed = i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  for (let y = 0; y < height; y++) {
    let left = 0;
    let right = width - 16;
    for (; right >= left + 16; left += 16, right -= 16) {
      const a = v128.load(src + left);
      const b = v128.load(src + right);
      v128.store(dst + right, i8x16.swizzle(a, reversed));
      v128.store(dst + left, i8x16.swizzle(b, reversed));
    }
    for (let last = right + 15; left <= last; left++, last--) {
      const a = load<u8>(src + left);
      const b = load<u8>(src + last);
      store<u8>(dst + left, b);
      store<u8>(dst + last, a);
    }
    src += srcStride;
    dst += dstStride;
  }
}

/** (src·a + dst·(255 − a) + 127) / 255 of eight products in 16 bits; floor(t / 255) is (t + 1 + (t >> 8)) >> 8 here. */
function over(products: v128): v128 {
  const t = i16x8.add(products, i16x8.splat(127));
  return i16x8.shr_u(i16x8.add(i16x8.add(t, i16x8.splat(1)), i16x8.shr_u(t, 8)), 8);
}

/** Alpha-over of bytes in place: dst = (src·a + dst·(255 − a) + 127) / 255, rounded down. Source: Porter & Duff 1984. */
export function blendPlane(
  src: usize,
  srcStride: i32,
  alpha: usize,
  alphaStride: i32,
  dst: usize,
  dstStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const a = v128.load(alpha + x);
      if (!v128.any_true(a)) continue;
      const s = v128.load(src + x);
      const d = v128.load(dst + x);
      const keep = v128.not(a);
      const low = over(i16x8.add(i16x8.extmul_low_i8x16_u(s, a), i16x8.extmul_low_i8x16_u(d, keep)));
      const high = over(i16x8.add(i16x8.extmul_high_i8x16_u(s, a), i16x8.extmul_high_i8x16_u(d, keep)));
      v128.store(dst + x, i8x16.narrow_i16x8_u(low, high));
    }
    for (; x < width; x++) {
      const a = <u32>load<u8>(alpha + x);
      const t = <u32>load<u8>(src + x) * a + <u32>load<u8>(dst + x) * (255 - a) + 127;
      store<u8>(dst + x, t / 255);
    }
    src += srcStride;
    alpha += alphaStride;
    dst += dstStride;
  }
}
