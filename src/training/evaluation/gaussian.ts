import type { Plane } from './picture.js';

/** A plane blurred by a Gaussian of `sigma` pixels; beyond the edges, what lies at them goes on. */
export function blur({ width, height, data }: Plane, sigma: number): Plane {
  const radius = Math.ceil(4 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  for (let i = 0; i < kernel.length; i++) kernel[i]! /= sum;
  const across = new Float32Array(data.length);
  convolve(data, across, kernel, width, height, 1, width);
  const blurred = new Float32Array(data.length);
  convolve(across, blurred, kernel, height, width, width, 1);
  return { width, height, data: blurred };
}

/** Convolves `lines` lines of `length` values that lie `step` apart; lines begin `pitch` apart. */
function convolve(
  from: Float32Array,
  into: Float32Array,
  kernel: Float64Array,
  length: number,
  lines: number,
  step: number,
  pitch: number,
): void {
  const radius = (kernel.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    const start = line * pitch;
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const place = Math.min(length - 1, Math.max(0, at + k));
        sum += kernel[k + radius]! * from[start + place * step]!;
      }
      into[start + at * step] = sum;
    }
  }
}
