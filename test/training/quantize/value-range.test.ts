import { expect, test } from 'vitest';
import { chooseRange, rangeOf } from '../../../src/training/quantize/value-range.js';

const same = (value: number): number => value;

/** Statistics of numbers that are equally often in `bins` bins of 4096 from `least` to `most`. */
function statistics(least: number, most: number, counts: (bin: number) => number) {
  return {
    least,
    most,
    histogram: Float64Array.from({ length: 4096 }, (_, bin) => counts(bin)),
    channelMeans: new Float64Array(1),
  };
}

test('numbers that are spread evenly keep their whole range, and byte 0 is 0 where none is below', () => {
  const range = chooseRange([statistics(0, 2, () => 1)], same);
  expect(range.zeroPoint).toBe(0);
  expect(range.scale).toBeCloseTo(2 / 255, 4);
});

test('a rare number far out is cut off', () => {
  const range = chooseRange([statistics(0, 16, (bin) => (bin < 256 ? 1e6 : bin === 4095 ? 1 : 0))], same);
  expect(range.scale * 255).toBeLessThan(3);
});

test('0 is a byte of its own in a range on both sides of it', () => {
  const { scale, zeroPoint } = rangeOf(-1, 3);
  expect(zeroPoint).toBe(64);
  expect((0 - zeroPoint) * scale).toBeCloseTo(-1, 1);
});

test('before a sigmoid what lies far out is worth little', () => {
  const wide = statistics(-40, 40, () => 1);
  const plain = chooseRange([wide], same);
  const forgiven = chooseRange([wide], (value) => 1 / (1 + Math.exp(-value)));
  expect(plain.scale * 255).toBeGreaterThan(75);
  expect(forgiven.scale * 255).toBeLessThan(20);
});

test('a value that is always 0 has a range', () => {
  expect(chooseRange([statistics(0, 0, (bin) => (bin === 0 ? 9 : 0))], same)).toMatchObject({ zeroPoint: 0 });
});
