import { describe, expect, test } from 'vitest';
import {
  noVariation,
  type SamplePlanes,
  Sampler,
  usualVariation,
  type Variation,
} from '../../src/training/augmentation.js';
import { Random } from '../../src/training/random.js';
import { sideOf } from '../../src/training/training-set.js';
import { blobSet } from './synthetic-set.js';

const set = blobSet(4);
const area = set.size ** 2;

function sampled(variation: Variation, seed = 1, picture = 2): SamplePlanes {
  const planes = {
    face: new Float32Array(3 * area),
    guide: new Float32Array(4 * area),
    target: new Float32Array(4 * area),
    weight: new Float32Array(4 * area),
  };
  new Sampler(set, variation, new Random(0)).sample(picture, new Random(seed), planes);
  return planes;
}

/** The stored picture without its margin: channel `channel` of `channels`. */
function stored(bytes: Uint8Array, channels: number, channel: number): number[] {
  const side = sideOf(set);
  return Array.from({ length: area }, (_, i) => {
    const [x, y] = [(i % set.size) + set.margin, Math.floor(i / set.size) + set.margin];
    return bytes[((2 * side + y) * side + x) * channels + channel]!;
  });
}

const plane = (planes: Float32Array, channel: number) => [...planes.subarray(channel * area, (channel + 1) * area)];
const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test('without variation, samples are the pictures', () => {
  const { face, guide, target, weight } = sampled(noVariation);
  for (let channel = 0; channel < 3; channel++) {
    expect(plane(face, channel).map((value) => Math.round(value * 255))).toEqual(stored(set.inputs, 3, channel));
    expect(plane(weight, channel).map((value) => Math.round(value * 85))).toEqual(stored(set.targets, 5, 4));
  }
  for (let channel = 0; channel < 4; channel++) {
    expect(plane(target, channel).map((value) => Math.round(value * 255))).toEqual(stored(set.targets, 5, channel));
    expect(plane(guide, channel).map((value) => Math.round(value * 255))).toEqual(stored(set.guides, 4, channel));
  }
  expect(new Set(plane(weight, 3))).toEqual(new Set([0.5]));
});

test('the same random numbers give the same sample, others another', () => {
  expect(sampled(usualVariation, 7)).toEqual(sampled(usualVariation, 7));
  expect(difference(sampled(usualVariation, 7).face, sampled(usualVariation, 8).face)).toBeGreaterThan(0.05);
});

test('everything stays in range, whatever the seed', () => {
  for (let seed = 0; seed < 60; seed++) {
    const { face, guide, target, weight } = sampled(usualVariation, seed);
    for (const values of [face, guide, target]) {
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(weight.every((value) => value >= 0 && value <= 3)).toBe(true);
  }
});

test('turn, scale and shift move input, guide and target alike', () => {
  const { face, guide, target } = sampled({ ...noVariation, turn: 0.2, scale: 0.1, shift: 1 }, 3);
  expect(difference(target, sampled(noVariation).target)).toBeGreaterThan(0.5);
  // Red of the input, coverage of the guide and mask of the target are the same blob.
  expect(plane(guide, 3)).toEqual(plane(target, 3));
  for (let i = 0; i < area; i++) expect(face[i]).toBeCloseTo((90 + 130 * target[3 * area + i]!) / 255, 1);
});

describe.each([
  ['misalignment', { misalignment: 1 }],
  ['gain', { gain: 0.3 }],
  ['colour', { colour: 0.1 }],
  ['gamma', { gamma: 0.4 }],
  ['offset', { offset: 0.1 }],
  ['shading', { shading: 0.3 }],
  ['noise', { noise: 0.05 }],
  ['blur', { blurred: 1 }],
  ['compression', { compressed: 1 }],
])('%s', (_, variation) => {
  test('changes the input and leaves what is aimed at', () => {
    const plain = sampled(noVariation);
    const varied = sampled({ ...noVariation, ...variation });
    expect(difference(varied.face, plain.face)).toBeGreaterThan(0.005);
    expect(varied.guide).toEqual(plain.guide);
    expect(varied.target).toEqual(plain.target);
    expect(varied.weight).toEqual(plain.weight);
  });
});

test('under a cover the mask is 0 and colours do not count; beside it all is as it was', () => {
  const plain = sampled(noVariation);
  let covered = 0;
  for (let seed = 0; seed < 30; seed++) {
    const { face, guide, target, weight } = sampled({ ...noVariation, covered: 1 }, seed);
    const wrong: number[] = [];
    for (let i = 0; i < area; i++) {
      const isSame = [0, 1, 2].every((channel) => face[channel * area + i] === plain.face[channel * area + i]);
      const [mask, before] = [target[3 * area + i]!, plain.target[3 * area + i]!];
      const isCounted = before > 0 && Math.abs(weight[i]! / plain.weight[i]! - mask / before) > 1e-5;
      if (mask > before || (mask < before && isSame) || isCounted) wrong.push(i);
      if (before === 1 && mask === 0) covered++;
    }
    expect(wrong).toEqual([]);
    expect(guide).toEqual(plain.guide);
    expect(target.subarray(0, 3 * area)).toEqual(plain.target.subarray(0, 3 * area));
  }
  expect(covered / 30).toBeGreaterThan(0.01 * area);
});
