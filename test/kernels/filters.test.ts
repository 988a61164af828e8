import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import * as twin from './filter-twins.js';
import { noise, put, randomFrom } from './planes.js';

let kernels: Kernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(8 << 20);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

const planes: readonly (readonly [width: number, height: number])[] = [
  [1, 1],
  [3, 2],
  [8, 8],
  [17, 5],
  [31, 33],
  [64, 40],
];

/** Steps and gradients with noise on them: edges for the guided filter to keep. */
function scene(height: number, stride: number): Uint8Array {
  const random = randomFrom(7);
  return Uint8Array.from({ length: stride * height }, (_, i) => {
    const [x, y] = [i % stride, Math.floor(i / stride)];
    return ((x * 5) % 37 < 18 ? 60 : 180) + ((y / height) * 40 + random() * 30);
  });
}

/** The worst distance of the plane at `dst` from `expected`; padding must still hold what `before` holds. */
function worstError(
  out: ArrayLike<number>,
  before: ArrayLike<number>,
  expected: Float64Array,
  [width, height, stride]: readonly [number, number, number],
): number {
  let worst = 0;
  for (let i = 0; i < stride * height; i++) {
    const [x, y] = [i % stride, Math.floor(i / stride)];
    if (x < width) worst = Math.max(worst, Math.abs(out[i]! - expected[y * width + x]!));
    else if (out[i] !== before[i]) throw new Error(`padding was written at column ${x} of row ${y}`);
  }
  return worst;
}

describe.each(planes)('%i x %i, padded rows:', (width, height) => {
  test.each([0, 1, 3, 20, 100])('boxFilterU8 with radius %i is the mean of the true window, rounded', (radius) => {
    const src = noise((width + 5) * height, 1);
    const before = noise((width + 3) * height, 2);
    const dst = put(kernels, before);
    kernels.boxFilterU8(put(kernels, src), width + 5, dst, width + 3, width, height, radius);
    const expected = twin.boxFilter(src, width + 5, width, height, radius);
    const out = kernels.u8(dst, before.length);
    expect(worstError(out, before, expected, [width, height, width + 3])).toBeLessThanOrEqual(0.5001);
  });

  test.each([0, 1, 3, 20, 100])('boxFilterF32 with radius %i is the mean of the true window within 1e-6', (radius) => {
    const random = randomFrom(3);
    const [srcStride, dstStride] = [width + 5, width + 3];
    const src = kernels.f32(kernels.alloc(4 * srcStride * height), srcStride * height).map(random);
    const address = kernels.alloc(src.byteLength);
    kernels.f32(address, src.length).set(src);
    const dst = kernels.f32(kernels.alloc(4 * dstStride * height), dstStride * height).fill(-1);
    const before = dst.slice();
    kernels.boxFilterF32(address, 4 * srcStride, dst.byteOffset, 4 * dstStride, width, height, radius);
    const expected = twin.boxFilter(src, srcStride, width, height, radius);
    expect(worstError(dst, before, expected, [width, height, dstStride])).toBeLessThan(1e-6);
  });

  test.each([
    [1, 1, 50],
    [4, 1, 200],
    [40, 1, 1000],
    [4, 2, 200],
    [9, 3, 30],
    [16, 8, 400],
  ])(
    'guidedFilter with radius %i, subsample %i, epsilon %i is within 0.6 of exact (1.6 subsampled)',
    (radius, subsample, epsilon) => {
      const src = scene(height, width + 5);
      const before = noise((width + 3) * height, 4);
      const dst = put(kernels, before);
      kernels.guidedFilter(put(kernels, src), width + 5, dst, width + 3, width, height, radius, epsilon, subsample);
      const cells = Math.max(1, Math.round(radius / subsample));
      const expected = twin.guidedFilter(src, width + 5, width, height, cells, epsilon, subsample);
      const out = kernels.u8(dst, before.length);
      // Cells are rounded to whole levels, which moves the models.
      const tolerance = subsample === 1 ? 0.6 : 1.6;
      expect(worstError(out, before, expected, [width, height, width + 3])).toBeLessThan(tolerance);
    },
  );
});

test('guidedFilter in place gives the same bytes', () => {
  for (const subsample of [1, 3]) {
    kernels.release(empty);
    const src = put(kernels, scene(43, 64));
    const dst = put(kernels, scene(43, 64));
    kernels.guidedFilter(src, 64, dst, 64, 61, 43, 6, 100, subsample);
    kernels.guidedFilter(src, 64, src, 64, 61, 43, 6, 100, subsample);
    expect(kernels.u8(src, 64 * 43)).toEqual(kernels.u8(dst, 64 * 43));
  }
});

test('guidedFilter at its largest radius survives the largest sums', () => {
  const [width, height] = [300, 200];
  const src = new Uint8Array(width * height).fill(255);
  const address = put(kernels, src);
  kernels.guidedFilter(address, width, address, width, width, height, 90, 1);
  expect(kernels.u8(address, src.length)).toEqual(src);
});

test('guidedFilter smooths noise of 4 levels to less than 1.2 and keeps 90% of a step of 100', () => {
  const [width, height] = [128, 64];
  const random = randomFrom(9);
  // A sum of twelve uniform numbers is near enough to normal.
  const normal = (): number => Array.from({ length: 12 }, random).reduce((a, b) => a + b) - 6;
  const src = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 64 ? 70 : 170) + 4 * normal() + 0.5);
  for (const subsample of [1, 2]) {
    kernels.release(empty);
    const at = put(kernels, src);
    kernels.guidedFilter(at, width, at, width, width, height, 8, 100, subsample);
    const left = kernels.statistics(at + 4, width, 40, height, null);
    expect(Math.sqrt(left.variance)).toBeLessThan(1.2);
    const before = kernels.statistics(at + 62, width, 2, height, null);
    const after = kernels.statistics(at + 64, width, 2, height, null);
    expect(after.mean - before.mean).toBeGreaterThan(90);
  }
});

test.each([
  [8, 0, 1],
  [8, 10, 0],
  [8, 10, 1.5],
  [8, 10, 17],
  [91, 10, 1],
])('guidedFilter refuses radius %d, epsilon %d, subsample %d', (radius, epsilon, subsample) => {
  expect(() => kernels.guidedFilter(0, 8, 0, 8, 8, 8, radius, epsilon, subsample)).toThrow(RangeError);
});
