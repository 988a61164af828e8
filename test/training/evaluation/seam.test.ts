import { expect, test } from 'vitest';
import { blur } from '../../../src/training/evaluation/gaussian.js';
import { SeamMeter } from '../../../src/training/evaluation/seam.js';
import { disc, noise, planeOf } from './patterns.js';

const SIDE = 160;
const RADIUS = 45;
const FRAMES = 8;
const draw = noise(11);
/** Skin: smooth texture without a direction, other patches of it in each frame. */
const skins = Array.from({ length: FRAMES }, () =>
  blur(
    planeOf(SIDE, SIDE, () => 120 + 40 * draw()),
    1.5,
  ),
);
const mask = disc(SIDE, RADIUS, 8);

/** What is found along the edge of `at` when skin is made brighter by `step` through `alpha`. */
function measure(step: number, alpha = mask, at = mask, pictures = skins) {
  const meter = new SeamMeter();
  for (const skin of pictures) {
    const blended = planeOf(SIDE, SIDE, (x, y) => skin.data[y * SIDE + x]! + step * alpha.data[y * SIDE + x]!);
    meter.add(blended, at);
  }
  return meter.seam;
}

test('skin without a seam: as steep at the edge as beside it', () => {
  expect(measure(0)!.ratio).toBeGreaterThan(0.9);
  expect(measure(0)!.ratio).toBeLessThan(1.12);
});

test('a planted seam is found, at the height of its step', () => {
  const hard = disc(SIDE, RADIUS, 1);
  const seam = measure(20, hard, hard, [planeOf(SIDE, SIDE, () => 100)])!;
  // A step of 20 in a Gaussian of 1 px, over the middle pixel: 20 · erf(0.5 / √2) = 7.7; the picture's own edge is 1 px wide.
  expect(seam.edge).toBeGreaterThan(6);
  expect(seam.edge).toBeLessThan(8);
  expect(seam.inside).toBeLessThan(0.01);
  expect(seam.outside).toBeLessThan(0.01);
  expect(measure(20, hard, hard)!.ratio).toBeGreaterThan(1.5);
});

test('a seam 2 px beside the edge of the mask is found as well', () => {
  expect(measure(20, disc(SIDE, RADIUS + 2, 1))!.ratio).toBeGreaterThan(1.5);
});

test('the wider the feather, the less of a seam', () => {
  const [hard, soft, softest] = [1, 8, 24].map((feather) => measure(20, disc(SIDE, RADIUS, feather))!.ratio);
  expect(hard).toBeGreaterThan(1.2 * soft!);
  expect(soft).toBeGreaterThan(softest!);
  expect(softest).toBeLessThan(1.15);
});

test('a mask without an edge in the picture has no seam to measure', () => {
  const everywhere = planeOf(SIDE, SIDE, () => 1);
  const border = planeOf(SIDE, SIDE, (x) => (x < 5 ? 1 : 0));
  expect(measure(20, mask, everywhere)).toBeNull();
  expect(measure(20, mask, border)).toBeNull();
});
