import { expect, test } from 'vitest';
import { BadFrames } from '../../src/pipeline/bad-frames.js';

const fault = new Error('a fault');

test('live, single bad frames are left out, counted and told of', () => {
  const bad = new BadFrames(false);
  for (let round = 0; round < 100; round++) {
    expect(bad.failed(fault)).toBe(true);
    bad.passed();
  }
  expect(bad.count).toBe(100);
});

test('live, the eleventh in a row ends the run with its cause, and only the first is told of', () => {
  const bad = new BadFrames(false);
  const told = Array.from({ length: 10 }, () => bad.failed(fault));
  expect(told).toEqual([true, ...Array(9).fill(false)]);
  expect(() => bad.failed(fault)).toThrow(fault);
});

test('offline, the first ends the run', () => {
  expect(() => new BadFrames(true).failed(fault)).toThrow(fault);
});
