import { describe, expect, test } from 'vitest';
import { PairCollector } from '../../../src/training/job/pair-collector.js';
import { flatPairs, nearness, onGrey } from '../../../src/training/job/unseen-pictures.js';
import type { TargetPair } from '../../../src/training/targets.js';

const SIDE = 18;
const AREA = SIDE * SIDE;

/** Plain colours: what is seen, what is wanted, and a mask over all of it. */
function pair(input: readonly number[], target: readonly number[], mask: number, weight = 85): TargetPair {
  const planes = (colour: readonly number[]) =>
    Uint8Array.from({ length: 3 * AREA }, (_, at) => colour[Math.floor(at / AREA)]!);
  return {
    side: SIDE,
    input: planes(input),
    target: planes(target),
    mask: new Uint8Array(AREA).fill(mask),
    weight: new Uint8Array(AREA).fill(weight),
    points: new Float32Array(0),
    window: { centreX: 0, centreY: 0, size: 1, roll: 0 },
  };
}

/** A guide of plain colour, covered throughout. */
function guide(red = 0, green = 0, blue = 0): Uint8Array {
  return Uint8Array.from({ length: 4 * AREA }, (_, at) => [red, green, blue, 255][Math.floor(at / AREA)]!);
}

describe('pairs in a set', () => {
  test('planes become pixels, mask and weight beside the colours', () => {
    const collector = new PairCollector(5, 16, 1);
    collector.add(pair([10, 20, 30], [40, 50, 60], 255, 200), guide(7, 8, 9));
    const set = collector.finish();
    expect([set.count, set.size, set.margin]).toEqual([1, 16, 1]);
    expect([set.inputs.length, set.targets.length]).toEqual([3 * AREA, 5 * AREA]);
    expect(set.guides.length).toBe(4 * AREA);
    expect([...set.guides.slice(-4)]).toEqual([7, 8, 9, 255]);
    expect([...set.inputs.slice(-3)]).toEqual([10, 20, 30]);
    expect([...set.targets.slice(-5)]).toEqual([40, 50, 60, 255, 200]);
  });

  test('a worn face is seen in place of the user’s own, and beside the avatar in the target too', () => {
    const collector = new PairCollector(2, 16, 1);
    const worn = pair([100, 100, 100], [200, 0, 100], 255);
    collector.add(pair([100, 100, 100], [50, 60, 70], 255), guide(), worn);
    collector.add(pair([100, 100, 100], [100, 100, 100], 0), guide(), worn);
    const { inputs, targets } = collector.finish();
    expect([...inputs.slice(0, 3)]).toEqual([200, 0, 100]);
    expect([...targets.slice(0, 4)]).toEqual([50, 60, 70, 255]);
    expect([...targets.slice(-5, -1)]).toEqual([200, 0, 100, 0]);
  });

  test('where a drawn avatar fades over a worn face, colours stay within their bytes', () => {
    const collector = new PairCollector(2, 16, 1);
    collector.add(pair([10, 200, 100], [10, 250, 100], 0), guide(), pair([10, 200, 100], [0, 255, 100], 255));
    collector.add(pair([100, 200, 100], [20, 200, 100], 0), guide(), pair([100, 200, 100], [0, 200, 100], 255));
    const { targets } = collector.finish();
    expect([...targets.slice(0, 3)]).toEqual([0, 255, 100]);
    expect(targets[5 * AREA]).toBe(0);
  });

  test('no more than there is room for', () => {
    const collector = new PairCollector(2, 16, 1);
    for (let at = 0; at < 4; at++) collector.add(pair([at, at, at], [0, 0, 0], 0), guide());
    expect(collector.count).toBe(2);
    expect(collector.finish().inputs[0]).toBe(0);
  });
});

test('pairs come out of a set as the network takes them, without their margin', () => {
  const collector = new PairCollector(4, 16, 1);
  for (const value of [0, 51, 102, 255]) collector.add(pair([value, 0, 0], [0, value, 0], 255), guide(value));
  const pairs = flatPairs(collector.finish(), 2);
  expect(pairs.map(({ face }) => face[0])).toEqual([Math.fround(0.2), 1]);
  const [{ face, guide: guided, target, size }] = pairs as [(typeof pairs)[0]];
  expect([size, face.length, target.length]).toEqual([16, 3 * 256, 4 * 256]);
  expect([guided.length, guided[0], guided[256], guided[3 * 256]]).toEqual([4 * 256, Math.fround(0.2), 0, 1]);
  expect([target[256], target[3 * 256]]).toEqual([Math.fround(0.2), 1]);

  expect(nearness(pairs[0]!, target)).toBe(Number.POSITIVE_INFINITY);
  const off = target.map((value) => value + 0.1);
  expect(nearness(pairs[0]!, off)).toBeCloseTo(20, 3);
});

test('a picture of the avatar shows nothing of the user: grey where its mask is not', () => {
  const avatar = new Float32Array(4 * 256).fill(1);
  avatar.fill(0, 3 * 256 + 128);
  const { data, width, height } = onGrey(avatar, 16, 0.2);
  expect([width, height]).toEqual([16, 16]);
  expect([data[0], data[3 * 256 - 1]]).toEqual([255, 51]);
});
