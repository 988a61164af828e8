import { expect, test } from 'vitest';
import { FlickerMeter } from '../../../src/training/evaluation/flicker.js';
import { disc, noise, planeOf } from './patterns.js';

const SIDE = 64;
const FRAMES = 12;
const face = disc(SIDE, 28, 1);

/** Twelve frames of a still under noise, and what an effect made of it. */
function measure(effect: (noisy: number, frame: number, x: number) => number, mask = face) {
  const draw = noise(5);
  const meter = new FlickerMeter();
  for (let frame = 0; frame < FRAMES; frame++) {
    const input = planeOf(SIDE, SIDE, () => 120 + 3 * draw());
    const output = planeOf(SIDE, SIDE, (x, y) => effect(input.data[y * SIDE + x]!, frame, x));
    meter.add(input, output, mask);
  }
  return meter.ratio!;
}

test('an effect that leaves the picture alone flickers as the camera does', () => {
  expect(measure((value) => value)).toEqual({ fine: 1, coarse: 1 });
});

test('noise made twice as strong is twice the flicker, a still picture none', () => {
  expect(measure((value) => 2 * value - 120).fine).toBeCloseTo(2, 5);
  expect(measure((value) => 2 * value - 120).coarse).toBeCloseTo(2, 5);
  expect(measure(() => 120)).toEqual({ fine: 0, coarse: 0 });
});

test('light that goes up and down by one step is hidden in noise, and found in the coarse picture', () => {
  const { fine, coarse } = measure((value, frame) => value + (frame % 2));
  expect(fine).toBeLessThan(1.2);
  expect(coarse).toBeGreaterThan(2);
});

test('what lies outside of the face does not count', () => {
  const left = planeOf(SIDE, SIDE, (x) => (x < 20 ? 1 : 0));
  expect(measure((value, frame, x) => (x < 20 ? value : value + 50 * (frame % 2)), left).fine).toBeCloseTo(1, 6);
});

test('frames before and after a cut are not compared', () => {
  const meter = new FlickerMeter();
  const grey = (level: number) => planeOf(SIDE, SIDE, () => level);
  meter.add(grey(100), grey(100), face);
  expect(meter.ratio).toBeNull();
  meter.cut();
  meter.add(grey(101), grey(200), face);
  expect(meter.ratio).toBeNull();
  meter.add(grey(102), grey(203), face);
  expect(meter.ratio!.fine).toBeCloseTo(3, 5);
});
