// A plain TypeScript twin of the range kernels: slow, obvious, the oracle of their tests.
import type { I420Layout } from '../../src/frame/i420.js';

/** Luma by the book. Source: ITU-T T.871 and ITU-R BT.601-7. */
export const exactLuma = (full: number): number => 16 + (219 * full) / 255;
/** Chroma by the book, neither rounded nor clipped. */
export const exactChroma = (full: number): number => 128 + (224 * (full - 128)) / 255;

/** Luma in the kernel's arithmetic. */
export const fixedLuma = (full: number): number => (((full * 128 * 28142 + 0x4000) >> 15) + 16 * 128 + 64) >> 7;
/** Chroma in the kernel's arithmetic; `full` may be a multiple of a quarter. */
export const fixedChroma = (full: number): number =>
  ((((full * 256 - 32768) * 28784 + 0x4000) >> 15) + 128 * 256 + 128) >> 8;

/** A plane of bytes. */
export interface Plane {
  readonly bytes: Uint8Array;
  readonly stride: number;
}

/** Writes into `dst`, whose other bytes stay. @param pixels - that a chroma sample serves; null for gray. */
export function planarToI420(
  [luma, ...chroma]: readonly [Plane, Plane, Plane],
  pixels: readonly [x: number, y: number] | null,
  dst: Uint8Array,
  { width, height, strideY, strideUV, heightUV, offsetY, offsetU, offsetV }: I420Layout,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) dst[offsetY + y * strideY + x] = fixedLuma(luma.bytes[y * luma.stride + x]!);
  }
  for (const [index, offset] of [offsetU, offsetV].entries()) {
    const { bytes, stride } = chroma[index]!;
    for (let y = 0; y < heightUV; y++) {
      for (let x = 0; x < (width + 1) >> 1; x++) {
        let value = 128;
        if (pixels) {
          const at = (dx: number, dy: number): number => {
            const column = Math.floor(Math.min(2 * x + dx, width - 1) / pixels[0]);
            const row = Math.floor(Math.min(2 * y + dy, height - 1) / pixels[1]);
            return bytes[row * stride + column]!;
          };
          value = fixedChroma((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4);
        }
        dst[offset + y * strideUV + x] = value;
      }
    }
  }
}
