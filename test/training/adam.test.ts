import { expect, test } from 'vitest';
import { adamStep, type TrainedArrays } from '../../src/training/adam.js';

const arrays = (...weights: number[]): TrainedArrays => ({
  weights: Float32Array.from(weights),
  firstMoment: new Float32Array(weights.length),
  secondMoment: new Float32Array(weights.length),
  average: Float32Array.from(weights),
});

test('the first step is of the rate, against the sign of the mean gradient, and only of its range', () => {
  const trained = arrays(1, 1, 1, 1);
  const gradients = [Float32Array.of(4, 4, -1, 4), Float32Array.of(-2, -2, -1, -2)];
  adamStep(trained, gradients, 0, 0.01, 1, 3);
  expect([...trained.weights]).toEqual([1, expect.closeTo(0.99), expect.closeTo(1.01), 1]);
  expect([...trained.firstMoment]).toEqual([0, expect.closeTo(0.1), expect.closeTo(-0.1), 0]);
  expect([...trained.secondMoment]).toEqual([0, expect.closeTo(0.001), expect.closeTo(0.001), 0]);
});

test('reaches the lowest point of a bowl, and the average follows', () => {
  const trained = arrays(3, -2);
  const gradient = new Float32Array(2);
  for (let step = 0; step < 2000; step++) {
    for (let i = 0; i < 2; i++) gradient[i] = 2 * (trained.weights[i]! - [1, 5][i]!);
    adamStep(trained, [gradient], step, 0.01, 0, 2);
  }
  for (const values of [trained.weights, trained.average]) {
    expect(values[0]).toBeCloseTo(1, 1);
    expect(values[1]).toBeCloseTo(5, 1);
  }
});
