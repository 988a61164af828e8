import type { I420Layout } from '../../src/frame/i420.js';
import type { AffineMatrix, PixelBox } from '../../src/kernels/kernels.js';

export interface Patch {
  readonly width: number;
  readonly height: number;
  /** [3, height, width], to be mapped to 0..255 by scale and bias. */
  readonly rgb: Float32Array;
  readonly alpha: Float32Array;
  readonly scale: number;
  readonly bias: number;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Twin of `Kernels.warpBlend` in double precision: the frame's samples, not rounded. */
export function warpBlend(
  patch: Patch,
  [a, b, c, d, e, f]: AffineMatrix,
  frame: Uint8Array,
  { width, height, strideY, strideUV, offsetY, offsetU, offsetV }: I420Layout,
  box: PixelBox,
): Float64Array {
  const { alpha, rgb, scale, bias } = patch;
  const plane = patch.width * patch.height;
  /** One tap: Y·α, U·α, V·α, α. */
  const tap = (x: number, y: number): [number, number, number, number] => {
    if (x < 0 || y < 0 || x >= patch.width || y >= patch.height) return [0, 0, 0, 0];
    const at = y * patch.width + x;
    const opacity = clamp(alpha[at]!, 0, 1);
    const r = clamp(rgb[at]! * scale + bias, 0, 255);
    const g = clamp(rgb[plane + at]! * scale + bias, 0, 255);
    const blue = clamp(rgb[2 * plane + at]! * scale + bias, 0, 255);
    const full = 0.299 * r + 0.587 * g + 0.114 * blue;
    return [
      opacity * (16 + (219 * full) / 255),
      opacity * (128 + (112 * (blue - full)) / (255 * 0.886)),
      opacity * (128 + (112 * (r - full)) / (255 * 0.701)),
      opacity,
    ];
  };
  const sample = (pixelX: number, pixelY: number, channel: 0 | 1 | 2, ground: number): number => {
    const x = a * pixelX + b * pixelY + c - 0.5;
    const y = d * pixelX + e * pixelY + f - 0.5;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    let color = 0;
    let opacity = 0;
    for (const [i, j] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const weight = (i ? x - left : left + 1 - x) * (j ? y - top : top + 1 - y);
      const values = tap(left + i, top + j);
      color += weight * values[channel];
      opacity += weight * values[3];
    }
    return ground * (1 - opacity) + color;
  };

  const out = Float64Array.from(frame);
  const left = Math.max(0, box.x);
  const top = Math.max(0, box.y);
  const right = Math.min(width, box.x + box.width);
  const bottom = Math.min(height, box.y + box.height);
  if (left >= right || top >= bottom) return out;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = offsetY + y * strideY + x;
      out[at] = sample(x + 0.5, y + 0.5, 0, frame[at]!);
    }
  }
  for (let y = top >> 1; y < (bottom + 1) >> 1; y++) {
    for (let x = left >> 1; x < (right + 1) >> 1; x++) {
      const at = y * strideUV + x;
      out[offsetU + at] = sample(2 * x + 1, 2 * y + 1, 1, frame[offsetU + at]!);
      out[offsetV + at] = sample(2 * x + 1, 2 * y + 1, 2, frame[offsetV + at]!);
    }
  }
  return out;
}
