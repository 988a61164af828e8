import { expect, test } from 'vitest';
import { isBefore013 } from '../../../src/output/v4l2loopback/module-version.js';
import { SettledCount } from '../../../src/output/v4l2loopback/settled-count.js';

/** What is believed, of counts given as [ms, count]. */
function believed(initial: number, steps: readonly [number, number][]): number[] {
  const count = new SettledCount(initial, 500);
  return steps.map(([ms, actual]) => count.update(actual, ms));
}

test('a rise is believed once it has held for half a second', () => {
  expect(
    believed(0, [
      [0, 1],
      [400, 1],
      [500, 1],
      [600, 1],
    ]),
  ).toEqual([0, 0, 1, 1]);
});

test('a program that opens the camera for a moment does not watch it, whoever else does', () => {
  expect(
    believed(0, [
      [0, 1],
      [100, 0],
      [700, 0],
    ]),
  ).toEqual([0, 0, 0]);
  expect(
    believed(1, [
      [0, 2],
      [100, 1],
      [700, 1],
    ]),
  ).toEqual([1, 1, 1]);
  expect(
    believed(0, [
      [0, 1],
      [300, 2],
      [350, 1],
      [500, 1],
    ]),
  ).toEqual([0, 0, 0, 1]);
});

test('a fall is believed at once', () => {
  expect(
    believed(2, [
      [0, 1],
      [10, 0],
    ]),
  ).toEqual([1, 0]);
});

test.each([
  [null, true],
  ['0.12.7', true],
  ['0.13.2', false],
  ['0.15.0', false],
  ['v0.12.7-3-gabc', true],
  ['1.0.0', false],
])('version %s is before 0.13: %s', (version, isOld) => {
  expect(isBefore013(version)).toBe(isOld);
});
