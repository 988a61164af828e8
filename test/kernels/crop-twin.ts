import type { I420Layout } from '../../src/frame/i420.js';
import type { AffineMatrix } from '../../src/kernels/kernels.js';
import { exactRgb } from './conversion-twins.js';

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** The four taps round a position, and their weights. */
function bilinear(x: number, y: number, tap: (x: number, y: number) => number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const upper = tap(left, top) * (1 - fx) + tap(left + 1, top) * fx;
  const lower = tap(left, top + 1) * (1 - fx) + tap(left + 1, top + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

/** Twin of `Kernels.cropToTensor` in double precision. */
export function cropToTensor(
  frame: Uint8Array,
  layout: I420Layout,
  [a, b, c, d, e, f]: AffineMatrix,
  width: number,
  height: number,
  scale: number,
  bias: number,
): Float64Array {
  const inside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < layout.width && y < layout.height;
  const luma = (x: number, y: number): number => frame[layout.offsetY + y * layout.strideY + x]! - 16;
  const chroma = (offset: number) => (x: number, y: number) =>
    frame[offset + clamp(y, 0, layout.heightUV - 1) * layout.strideUV + clamp(x, 0, ((layout.width + 1) >> 1) - 1)]! -
    128;

  const out = new Float64Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      // In taps: tap i is at pixel coordinate i + ½; chroma tap j is at pixel coordinate 2j + 1.
      const x = a * (column + 0.5) + b * (row + 0.5) + c - 0.5;
      const y = d * (column + 0.5) + e * (row + 0.5) + f - 0.5;
      const cx = (clamp(x, 0, layout.width - 1) + 0.5 - 1) / 2;
      const cy = (clamp(y, 0, layout.height - 1) + 0.5 - 1) / 2;
      const covered = bilinear(x, y, (i, j) => (inside(i, j) ? 1 : 0));
      const rgb = exactRgb(
        bilinear(x, y, (i, j) => (inside(i, j) ? luma(i, j) : 0)) + 16,
        bilinear(cx, cy, chroma(layout.offsetU)) * covered + 128,
        bilinear(cx, cy, chroma(layout.offsetV)) * covered + 128,
      );
      for (let channel = 0; channel < 3; channel++) {
        out[(channel * height + row) * width + column] = clamp(rgb[channel]!, 0, 255) * scale + bias;
      }
    }
  }
  return out;
}
