import { expect, test } from 'vitest';
import { LossCurve } from '../../../src/training/job/loss-curve.js';

test('a long training is a bounded curve, evenly spread, and goes on after it was stored', () => {
  let curve = new LossCurve();
  const count = 5000;
  for (let at = 0; at < count; at++) {
    curve.add(at);
    if (at === 1777) curve = new LossCurve(JSON.parse(JSON.stringify(curve)));
  }
  const { points } = curve;
  expect(points.length).toBeLessThan(480);
  expect(points.length).toBeGreaterThan(200);
  const steps = points.slice(1).map((point, at) => point - points[at]!);
  // Each point is the mean of as many losses as the next one; at most one was lost where it was stored.
  for (const step of steps) expect(step).toBeGreaterThanOrEqual(steps[0]! - 1e-9);
  expect(Math.max(...steps)).toBeLessThanOrEqual(2 * steps[0]!);
  expect(points.at(-1)!).toBeGreaterThan(0.95 * count);
});

test('a short one is the losses themselves', () => {
  const curve = new LossCurve();
  for (const loss of [3, 2, 1]) curve.add(loss);
  expect(curve.points).toEqual([3, 2, 1]);
});
