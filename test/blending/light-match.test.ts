import { expect, test } from 'vitest';
import { LightMatch } from '../../src/blending/light-match.js';
import { ACROSS, openSquare, paint } from './square-bench.js';

const SKIN = [0.7, 0.5, 0.4] as const;
const MIDDLE = (ACROSS / 2) * ACROSS + ACROSS / 2;
const STEP = 1 / 30;

test('a user and an avatar that look alike need no light', async () => {
  const { cells } = await openSquare(SKIN, SKIN);
  const light = new LightMatch(cells);
  expect(light.update(0)).toBe(true);
  expect(light.gain).toBeCloseTo(1, 4);
  for (const offset of light.offsets) expect(offset).toBeCloseTo(0, 4);
  for (const plane of [0, 1, 2]) expect(light.gains[plane * cells.count + MIDDLE]!).toBeCloseTo(1, 4);
});

test('darker skin at first sight is skin; the lamp that goes to half afterwards is light', async () => {
  const { cells } = await openSquare([0.35, 0.25, 0.2], SKIN);
  const light = new LightMatch(cells);
  light.update(0);
  const first = light.gain;
  expect(first).toBeGreaterThan(0.8);
  expect(first).toBeLessThan(1);
  paint(cells.user, [0.175, 0.125, 0.1]);
  for (let i = 0; i < 60; i++) light.update(STEP);
  expect(light.gain / first).toBeGreaterThan(0.45);
  expect(light.gain / first).toBeLessThan(0.58);
});

test('a change of 1 % is followed slowly, one to half at once', async () => {
  const { cells } = await openSquare(SKIN, SKIN);
  const share = async (times: number): Promise<number> => {
    const light = new LightMatch(cells);
    paint(cells.user, SKIN);
    light.update(0);
    paint(cells.user, SKIN, () => times);
    light.update(STEP);
    return Math.log(light.gain) / Math.log(times);
  };
  expect(await share(0.99)).toBeLessThan(0.1);
  expect(await share(0.99)).toBeGreaterThan(0.02);
  expect(await share(0.5)).toBeGreaterThan(0.2);
});

test('light from the right lights the right', async () => {
  const { cells } = await openSquare(SKIN, SKIN);
  paint(cells.user, SKIN, (i) => 1 + 0.25 * (((i % ACROSS) + 0.5) / ACROSS - 0.5));
  const light = new LightMatch(cells);
  light.update(0);
  expect(light.gains[MIDDLE + 4]!).toBeGreaterThan(light.gains[MIDDLE - 5]! * 1.005);
  expect(light.gains[MIDDLE - 4 * ACROSS]!).toBeCloseTo(light.gains[MIDDLE + 3 * ACROSS]!, 3);
});

test('without a face there is no light to match', async () => {
  const { cells } = await openSquare(SKIN, SKIN);
  cells.face.fill(0);
  expect(new LightMatch(cells).update(0)).toBe(false);
});
