import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import { noise, put, sizes } from './planes.js';

let kernels: Kernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(4 << 20);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

describe.each(sizes)('%i x %i, padded rows:', (width, height) => {
  const src = noise((width + 5) * height, 31);
  const mask = noise((width + 2) * height, 32);
  const weigh = (masked: boolean, x: number, y: number): number => (masked ? mask[y * (width + 2) + x]! : 255);

  test.each([true, false])('statistics, masked: %s', (masked) => {
    const values: number[] = [];
    const weights: number[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const weight = weigh(masked, x, y);
        if (weight === 0) continue;
        values.push(src[y * (width + 5) + x]!);
        weights.push(weight / 255);
      }
    }
    const total = weights.reduce((a, b) => a + b, 0);
    const mean = values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
    const variance = values.reduce((sum, value, i) => sum + (value - mean) ** 2 * weights[i]!, 0) / total;
    const at = masked ? { address: put(kernels, mask), stride: width + 2 } : null;
    const found = kernels.statistics(put(kernels, src), width + 5, width, height, at);
    expect(found.pixels).toBe(values.length);
    expect(found.min).toBe(Math.min(...values));
    expect(found.max).toBe(Math.max(...values));
    expect(found.weight).toBeCloseTo(total, 6);
    expect(found.mean).toBeCloseTo(mean, 6);
    expect(found.variance).toBeCloseTo(variance, 6);
  });

  test.each([true, false])('histogram, masked: %s', (masked) => {
    const expected = new Int32Array(256);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (weigh(masked, x, y) >= 128) expected[src[y * (width + 5) + x]!]!++;
    }
    const at = masked ? { address: put(kernels, mask), stride: width + 2 } : null;
    const out = kernels.i32(kernels.alloc(1024), 256).fill(-1);
    kernels.histogram(put(kernels, src), width + 5, width, height, at, out.byteOffset);
    expect(out).toEqual(expected);
  });
});

test('a mask that weighs nothing gives zeros', () => {
  const mask = { address: put(kernels, new Uint8Array(400)), stride: 20 };
  expect(kernels.statistics(put(kernels, noise(400, 1)), 20, 20, 20, mask)).toEqual({
    weight: 0,
    pixels: 0,
    mean: 0,
    variance: 0,
    min: 0,
    max: 0,
  });
});

test('the sums of a whole white 1920x1080 plane do not overflow', () => {
  const [width, height] = [1920, 1080];
  const white = put(kernels, new Uint8Array(width * height).fill(255));
  expect(kernels.statistics(white, width, width, height, { address: white, stride: width })).toEqual({
    weight: width * height,
    pixels: width * height,
    mean: 255,
    variance: 0,
    min: 255,
    max: 255,
  });
});
