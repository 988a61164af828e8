import { describe, expect, test } from 'vitest';
import type { Micros } from '../../src/frame/clock.js';
import { MovingAverage } from '../../src/tracking/filters/moving-average.js';
import { OneEuro } from '../../src/tracking/filters/one-euro.js';

const at = (seconds: number) => (seconds * 1e6) as Micros;

describe('One Euro with MediaPipe’s settings', () => {
  // A face 200 wide and 100 high: its size is 150. The third point moves.
  const face = (x: number) => Float32Array.of(0, 0, 0, 200, 100, 0, x, 50, 0);

  test('one step of 3 px in 0.1 s, worked out by hand from the paper’s formulas', () => {
    const filter = new OneEuro();
    const out = new Float32Array(9);
    filter.update(face(100), at(1), out);
    filter.update(face(103), at(1.1), out);
    // Speed 3 px / 150 px / 0.1 s = 0.2 faces/s, low-passed at 1 Hz: share 1 / (1 + 10 / 2π) = 0.38587, so 0.077174.
    // Cut-off 0.05 + 80 · 0.077174 = 6.22389 Hz: share 1 / (1 + 10 / (2π · 6.22389)) = 0.79636.
    expect(out[6]).toBeCloseTo(100 + 3 * 0.79636, 3);
    expect(out[0]).toBe(0);
  });

  test('at rest it takes 1 % of a new value at 30 Hz, as MediaPipe’s source says', () => {
    const filter = new OneEuro();
    const out = new Float32Array(9);
    filter.update(face(100), at(1), out);
    filter.update(face(100.0001), at(1 + 1 / 30), out);
    expect((out[6]! - 100) / 0.0001).toBeLessThan(0.09); // floats: steps of 7.6e-6 at 100
  });

  test('reset starts afresh', () => {
    const filter = new OneEuro();
    const out = new Float32Array(9);
    filter.update(face(100), at(1), out);
    filter.reset();
    filter.update(face(150), at(1.1), out);
    expect(out[6]).toBe(150);
  });
});

describe('moving average', () => {
  test('is the mean of the last three', () => {
    const filter = new MovingAverage(3);
    const out = new Float32Array(1);
    const means = [3, 6, 9, 30].map((value) => {
      filter.update(Float32Array.of(value), at(1), out);
      return out[0];
    });
    expect(means).toEqual([3, 4.5, 6, 15]);
  });
});
