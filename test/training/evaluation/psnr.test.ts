import { expect, test } from 'vitest';
import { psnr } from '../../../src/training/evaluation/psnr.js';

const zeros = new Float32Array(12);

test('an error of a tenth everywhere is 20 dB, no error is infinite', () => {
  expect(
    psnr(
      zeros.map(() => 0.1),
      zeros,
    ),
  ).toBeCloseTo(20, 4);
  expect(psnr(zeros, zeros)).toBe(Number.POSITIVE_INFINITY);
});

test('a mask is for one plane, and holds for all channels: 3 planes of 4 pixels', () => {
  const values = Float32Array.of(0.1, 0.1, 1, 1, 0.1, 0.1, 1, 1, 0.1, 0.1, 1, 1);
  expect(psnr(values, zeros, Float32Array.of(1, 1, 0, 0))).toBeCloseTo(20, 4);
  expect(psnr(values, zeros, Float32Array.of(0, 0, 1, 1))).toBeCloseTo(0, 4);
  // Half weight on an error of 1, full weight on one of 0.1: (0.5 · 1 + 0.01) / 1.5.
  expect(psnr(values, zeros, Float32Array.of(1, 0, 0.5, 0))).toBeCloseTo(-10 * Math.log10(0.51 / 1.5), 4);
});
