// Plain TypeScript twins of the conversions: slow, obvious, the oracle of their tests.
import type { I420Layout } from '../../src/frame/i420.js';

const clip = (value: number): number => Math.max(0, Math.min(255, value));

/** YUYV with `luma` 0 and `chroma` 1, UYVY the other way round. Writes into `dst`, whose other bytes stay. */
export function packedToI420(
  src: Uint8Array,
  srcStride: number,
  luma: 0 | 1,
  dst: Uint8Array,
  { width, height, strideY, strideUV, heightUV, offsetY, offsetU, offsetV }: I420Layout,
): void {
  const chroma = 1 - luma;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) dst[offsetY + y * strideY + x] = src[y * srcStride + 2 * x + luma]!;
  }
  for (let y = 0; y < heightUV; y++) {
    const upper = 2 * y * srcStride;
    const lower = Math.min(2 * y + 1, height - 1) * srcStride;
    for (let x = 0; x < (width + 1) >> 1; x++) {
      const u = 4 * x + chroma;
      dst[offsetU + y * strideUV + x] = (src[upper + u]! + src[lower + u]! + 1) >> 1;
      dst[offsetV + y * strideUV + x] = (src[upper + u + 2]! + src[lower + u + 2]! + 1) >> 1;
    }
  }
}

export function i420ToYuyv(src: Uint8Array, layout: I420Layout, dst: Uint8Array, dstStride: number): void {
  const { width, height, strideY, strideUV, offsetY, offsetU, offsetV } = layout;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < (width + 1) >> 1; x++) {
      const to = y * dstStride + 4 * x;
      dst[to] = src[offsetY + y * strideY + 2 * x]!;
      dst[to + 1] = src[offsetU + (y >> 1) * strideUV + x]!;
      dst[to + 2] = src[offsetY + y * strideY + Math.min(2 * x + 1, width - 1)]!;
      dst[to + 3] = src[offsetV + (y >> 1) * strideUV + x]!;
    }
  }
}

/** RGB of one pixel in exact arithmetic, neither rounded nor clipped. Source: ITU-R BT.601-7, limited range. */
export function exactRgb(y: number, u: number, v: number): [number, number, number] {
  const luma = ((y - 16) * 255) / 219;
  const cb = ((u - 128) * 255) / 224;
  const cr = ((v - 128) * 255) / 224;
  const [kr, kg, kb] = [0.299, 0.587, 0.114];
  return [
    luma + 2 * (1 - kr) * cr,
    luma - ((2 * kb * (1 - kb)) / kg) * cb - ((2 * kr * (1 - kr)) / kg) * cr,
    luma + 2 * (1 - kb) * cb,
  ];
}

/** RGB of one pixel in the kernel's 16-bit arithmetic. */
export function fixedRgb(y: number, u: number, v: number): [number, number, number] {
  const product = (a: number, b: number): number => (a * b + 0x4000) >> 15;
  const saturated = (value: number): number => Math.max(-32768, Math.min(32767, value));
  const luma = product((y - 16) * 128, 19077) + 32;
  const cb = (u - 128) * 128;
  const cr = (v - 128) * 128;
  return [
    clip(saturated(luma + product(cr, 26149)) >> 6),
    clip(saturated(luma + product(cb, -6419) + product(cr, -13320)) >> 6),
    clip(saturated(luma + product(cb, 16666) + (cb >> 1)) >> 6),
  ];
}

export function i420ToRgb(src: Uint8Array, layout: I420Layout, dst: Uint8Array, dstStride: number): void {
  const { width, height, strideY, strideUV, offsetY, offsetU, offsetV } = layout;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = (y >> 1) * strideUV + (x >> 1);
      const rgb = fixedRgb(src[offsetY + y * strideY + x]!, src[offsetU + chroma]!, src[offsetV + chroma]!);
      dst.set(rgb, y * dstStride + 3 * x);
    }
  }
}

export function rgbToI420(src: Uint8Array, srcStride: number, dst: Uint8Array, layout: I420Layout): void {
  const { width, height, strideY, strideUV, heightUV, offsetY, offsetU, offsetV } = layout;
  const pixel = (x: number, y: number, channel: number): number =>
    src[Math.min(y, height - 1) * srcStride + 3 * Math.min(x, width - 1) + channel]!;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = [pixel(x, y, 0), pixel(x, y, 1), pixel(x, y, 2)];
      dst[offsetY + y * strideY + x] = (8414 * r + 16519 * g + 3208 * b + (16 << 15) + (1 << 14)) >> 15;
    }
  }
  for (let y = 0; y < heightUV; y++) {
    for (let x = 0; x < (width + 1) >> 1; x++) {
      const sum = (channel: number): number =>
        pixel(2 * x, 2 * y, channel) +
        pixel(2 * x + 1, 2 * y, channel) +
        pixel(2 * x, 2 * y + 1, channel) +
        pixel(2 * x + 1, 2 * y + 1, channel);
      const [r, g, b] = [sum(0), sum(1), sum(2)];
      const middle = (128 << 18) + (1 << 17);
      dst[offsetU + y * strideUV + x] = (-9714 * r - 19070 * g + 28784 * b + middle) >> 18;
      dst[offsetV + y * strideUV + x] = (28784 * r - 24103 * g - 4681 * b + middle) >> 18;
    }
  }
}
