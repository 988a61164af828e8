import { expect, test } from 'vitest';
import { Membrane } from '../../src/blending/membrane.js';
import { ACROSS, isInDisc, openSquare, paint, type SquareBench } from './square-bench.js';

const SKIN = [0.6, 0.45, 0.35] as const;
const MIDDLE = (ACROSS / 2) * ACROSS + ACROSS / 2;
/** The last cell to the left that is shown. */
const EDGE =
  (ACROSS / 2) * ACROSS +
  Array.from({ length: ACROSS }, (_, x) => x).find((x) => isInDisc((ACROSS / 2) * ACROSS + x, 0.33))!;

function stretch({ kernels, run, cells }: SquareBench, frames = 1): Membrane {
  const membrane = new Membrane(kernels, run, cells);
  const gains = new Float32Array(3 * cells.count).fill(1);
  for (let i = 0; i < frames; i++) membrane.update(gains, new Float64Array(3), 1 / 30);
  return membrane;
}

test('an avatar that meets its surroundings is left as it is', async () => {
  const { ratios } = stretch(await openSquare(SKIN, SKIN));
  expect(Math.max(...ratios.map(Math.abs))).toBeLessThan(1e-5);
});

test('at the edge the avatar meets the user, in the middle it keeps its colour', async () => {
  const bench = await openSquare(
    SKIN.map((value) => 1.2 * value),
    SKIN,
  );
  const { ratios } = stretch(bench);
  for (let channel = 0; channel < 3; channel++) {
    const whole = Math.log((1.2 * SKIN[channel]! + 0.04) / (SKIN[channel]! + 0.04));
    // Half a step inside the edge it is already fading.
    expect(ratios[channel * bench.cells.count + EDGE]! / whole).toBeGreaterThan(0.25);
    expect(ratios[channel * bench.cells.count + EDGE]! / whole).toBeLessThanOrEqual(1.001);
    expect(Math.abs(ratios[channel * bench.cells.count + MIDDLE]! / whole)).toBeLessThan(0.01);
  }
});

test('hair beside the face does not colour it', async () => {
  const bench = await openSquare(SKIN, SKIN);
  paint(bench.cells.user, SKIN, (i) => (isInDisc(i, 0.36) ? 1 : 0.1));
  const { ratios } = stretch(bench);
  expect(Math.abs(ratios[EDGE]!)).toBeLessThan(0.02);
});

test('what is learnt is followed over some frames, and begun anew after a reset', async () => {
  const bench = await openSquare(SKIN, SKIN);
  const membrane = stretch(bench);
  paint(bench.cells.user, SKIN, () => 1.2);
  const gains = new Float32Array(3 * bench.cells.count).fill(1);
  const none = new Float64Array(3);
  membrane.update(gains, none, 1 / 30);
  const first = membrane.ratios[EDGE]!;
  for (let i = 0; i < 30; i++) membrane.update(gains, none, 1 / 30);
  const settled = membrane.ratios[EDGE]!;
  expect(first / settled).toBeGreaterThan(0.1);
  expect(first / settled).toBeLessThan(0.4);
  membrane.reset();
  paint(bench.cells.user, SKIN);
  membrane.update(gains, none, 1 / 30);
  expect(Math.abs(membrane.ratios[EDGE]!)).toBeLessThan(1e-5);
});
