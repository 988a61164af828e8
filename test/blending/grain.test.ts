import { beforeAll, describe, expect, test } from 'vitest';
import { Grain } from '../../src/blending/grain.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { normalNoise } from '../effects/synthetic-face.js';

const layout = i420Layout(160, 120);
const WINDOW = { centreX: 80, centreY: 60, size: 100, roll: 0 };
const TILE = 256;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await Kernels.load(4 << 20);
});

/** Frames of a grey wall as `luma` says, half a minute of them. */
function measure(luma: (frame: number, at: number) => number): Grain {
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const pixels = kernels.u8(frame.address, layout.byteLength);
  const grain = new Grain(kernels, frame);
  for (let i = 0; i < 60; i++) {
    for (let at = 0; at < layout.offsetU; at++) pixels[at] = Math.round(luma(i, at));
    grain.measure(WINDOW, 1 / 30);
  }
  return grain;
}

describe('what is measured', () => {
  test("is the camera's noise, made up for what the blend takes", () => {
    const next = normalNoise(3);
    const { amount } = measure(() => 120 + 2.5 * next());
    expect(amount / 2.5).toBeGreaterThan(1.05);
    expect(amount / 2.5).toBeLessThan(1.6);
  });

  test('is nothing in a picture without noise, of whatever texture, however its light flickers', () => {
    const next = normalNoise(4);
    const texture = Float32Array.from({ length: layout.offsetU }, () => 8 * next());
    expect(measure(() => 120).amount).toBe(0);
    expect(measure((_, at) => 120 + texture[at]!).amount).toBe(0);
    expect(measure((frame) => 120 + 5 * (frame % 2)).amount).toBe(0);
  });

  test('is forgotten by a reset', () => {
    const next = normalNoise(5);
    const grain = measure(() => 120 + 3 * next());
    expect(grain.amount).toBeGreaterThan(2);
    grain.reset();
    expect(grain.amount).toBe(0);
  });
});

test('the tile has a deviation of 1, and no patches: means of 8 x 8 hardly differ', () => {
  const grain = measure(() => 120);
  const tile = kernels.f32(grain.tile, TILE * TILE);
  const square = (values: ArrayLike<number>): number =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length);
  expect(square(tile)).toBeCloseTo(1, 3);
  const means = new Float64Array((TILE / 8) ** 2);
  tile.forEach((value, i) => {
    means[Math.floor(i / TILE / 8) * (TILE / 8) + Math.floor((i % TILE) / 8)]! += value / 64;
  });
  // White noise would have 1/8.
  expect(square(means)).toBeLessThan(0.07);
});
