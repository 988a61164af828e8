import { expect, test } from 'vitest';
import { resampleAxis, WEIGHT_ONE } from '../../src/kernels/resampling.js';

const RATIOS = [1 / 16, 0.11, 0.5, 2 / 3, 0.99, 1, 1.01, 1.5, 2, 7.3, 16];

test.each(RATIOS)('ratio %f: weights of a place sum up to one, none is beyond the samples', (ratio) => {
  for (const samples of [1, 2, 7, 64]) {
    const count = Math.max(1, Math.round(samples * ratio));
    const { taps, first, weights } = resampleAxis(count, 0, samples / count, 0, samples, 4);
    expect(taps % 4).toBe(0);
    for (let place = 0; place < count; place++) {
      const run = weights.subarray(place * taps, (place + 1) * taps);
      expect(run.reduce((sum, weight) => sum + weight, 0)).toBe(WEIGHT_ONE);
      expect(first[place]).toBeGreaterThanOrEqual(0);
      expect(first[place]! + 1 + run.findLastIndex((weight) => weight !== 0)).toBeLessThanOrEqual(samples);
    }
  }
});

// A mean over part of a sample counts all of it at the sample's middle: hence up to a tenth where samples are cut.
test.each(RATIOS)('ratio %f: a ramp stays where it is, within 0.1 of a sample', (ratio) => {
  const samples = 200;
  const count = Math.round(samples * ratio);
  const step = samples / count;
  const { taps, first, weights } = resampleAxis(count, 0, step, 0, samples, 2);
  for (let place = 0; place < count; place++) {
    const middle = (place + 0.5) * step;
    if (middle < 2 || middle > samples - 2) continue;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += weights[place * taps + tap]! * (first[place]! + tap + 0.5);
    expect(Math.abs(sum / WEIGHT_ONE - middle)).toBeLessThan(ratio < 1 ? 0.1 : 0.001);
  }
});

test('half size is the mean of two, one and a half cuts a sample in two', () => {
  const half = resampleAxis(2, 0, 2, 0, 4, 2);
  expect([...half.first]).toEqual([0, 2]);
  expect([...half.weights]).toEqual([8192, 8192, 8192, 8192]);
  const thirds = resampleAxis(2, 0, 1.5, 0, 3, 2);
  expect([...thirds.first]).toEqual([0, 1]);
  expect([...thirds.weights]).toEqual([10923, 5461, 5461, 10923]);
});

test('double size is the cubic of Keys, and the edge repeats', () => {
  const { first, weights } = resampleAxis(8, 0, 0.5, 0, 4, 4);
  expect(first[4]).toBe(0);
  const quarter = [-0.0703125, 0.8671875, 0.2265625, -0.0234375].map((weight) => weight * WEIGHT_ONE);
  expect([...weights.subarray(3 * 4, 4 * 4)]).toEqual(quarter);
  expect(first[0]).toBe(0);
});
