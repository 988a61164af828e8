import { expect, test } from 'vitest';
import { type Budget, progressOf, rateAt } from '../../src/training/schedule.js';

const minutes: Budget = { kind: 'minutes', minutes: 2 };

test('progress is the share of the steps or of the time, earlier runs included, and never more than all', () => {
  expect(progressOf({ kind: 'steps', steps: 200 }, 50, 1e9)).toBe(0.25);
  expect(progressOf(minutes, 1e9, 30_000)).toBe(0.25);
  expect(progressOf(minutes, 0, 130_000)).toBe(1);
});

test('the rate grows over 100 steps, is full up to 30 %, and falls along a cosine to a two-hundredth', () => {
  expect(rateAt(minutes, 0, 0)).toBeCloseTo(0.01);
  expect(rateAt(minutes, 49, 0.01)).toBeCloseTo(0.5);
  expect(rateAt(minutes, 99, 0.02)).toBe(1);
  expect(rateAt(minutes, 5000, 0.3)).toBe(1);
  expect(rateAt(minutes, 5000, 0.65)).toBeCloseTo(0.5025);
  expect(rateAt(minutes, 5000, 1)).toBeCloseTo(0.005);
});

test('a budget of few steps warms up in a tenth of them', () => {
  const budget: Budget = { kind: 'steps', steps: 40 };
  expect(rateAt(budget, 0, 0)).toBeCloseTo(0.25);
  expect(rateAt(budget, 3, 0.1)).toBe(1);
});
