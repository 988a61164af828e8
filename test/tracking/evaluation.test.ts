import { describe, expect, test } from 'vitest';
import { i420Layout } from '../../src/frame/i420.js';
import { compareBlinks } from '../../src/tracking/evaluation/expression-signals.js';
import { errorAt, follow, jitter, lagOf, type Truth, tremble } from '../../src/tracking/evaluation/jitter-and-lag.js';
import { AT_REST, KNOWN_MOTIONS } from '../../src/tracking/evaluation/known-motion.js';
import { MovingPicture } from '../../src/tracking/evaluation/moving-picture.js';
import { makeNoise } from './fake-face.js';

const FRAMES = 150;
const times = Array.from({ length: FRAMES }, (_, k) => k / 30);

describe('the yardsticks', () => {
  const truth: Truth = (seconds, into) => {
    const { shiftX, shiftY } = KNOWN_MOTIONS.lively(seconds);
    into.set([shiftX, shiftY, 0, 100 + shiftX, shiftY, 0]);
  };
  const delayed = (lag: number) =>
    times.map((seconds) => {
      const points = new Float32Array(6);
      truth(seconds - lag, points);
      return points;
    });

  for (const lagMs of [0, 7.5, 40, -12]) {
    test(`a delay of ${lagMs} ms is measured within 0.1 ms`, () => {
      expect(Math.abs(1000 * lagOf(delayed(lagMs / 1000), times, truth) - lagMs)).toBeLessThan(0.1);
    });
  }

  test('the error of a delay is that of the distance gone meanwhile', () => {
    expect(errorAt(delayed(0.04), times, truth, 0.04)).toBeLessThan(1e-5);
    expect(errorAt(delayed(0.04), times, truth)).toBeGreaterThan(4);
  });

  test('white noise of 1 px a coordinate is a jitter of 1.41 px and moves by 2 px from frame to frame', () => {
    const noise = makeNoise(4);
    const track = Array.from({ length: 2000 }, () => Float32Array.from({ length: 6 }, () => noise()));
    expect(jitter(track)).toBeCloseTo(Math.SQRT2, 1);
    expect(tremble(track)).toBeCloseTo(2, 1);
  });

  test('a signal 50 ms behind another, scaled and shifted, is found so with a correlation of 1', () => {
    const signal = (seconds: number) => Math.sin(5 * seconds) + 0.5 * Math.sin(11 * seconds);
    const { lag, correlation } = follow(
      times.map((t) => 3 - 2 * -signal(t - 0.05)),
      times.map(signal),
      1 / 30,
    );
    expect(lag * 1000).toBeCloseTo(50, -0.5);
    expect(correlation).toBeGreaterThan(0.999);
  });

  test('a blink smeared to 60 % one frame late is told as such', () => {
    const measured = Array.from({ length: 60 }, (_, k) => (k === 30 ? 0.05 : 0.3));
    const filtered = Array.from({ length: 60 }, (_, k) => (k === 31 ? 0.15 : 0.3));
    const [blink, ...others] = compareBlinks(measured, filtered);
    expect(others).toHaveLength(0);
    expect(blink).toMatchObject({ frame: 30, delayFrames: 1 });
    expect(blink!.depth).toBeCloseTo(0.6, 6);
  });
});

describe('the moving picture', () => {
  const layout = i420Layout(160, 120);
  const still = new Uint8Array(layout.byteLength).fill(128);
  // A soft spot of light, so that its place can be told to a fraction of a pixel.
  const spotAt = (x: number, y: number) => 60 + 150 * Math.exp(-((x - 80.5) ** 2 + (y - 60.5) ** 2) / 50);
  for (let y = 0; y < 120; y++) for (let x = 0; x < 160; x++) still[y * 160 + x] = Math.round(spotAt(x + 0.5, y + 0.5));
  const picture = (sigma: number) =>
    new MovingPicture(still, layout, { centerX: 70, centerY: 60, size: 90, rotation: 0 }, sigma);

  /** Centre of the light. */
  function centre(pixels: Uint8Array): { x: number; y: number } {
    let sum = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i < 160 * 120; i++) {
      const light = Math.max(0, pixels[i]! - 70);
      sum += light;
      x += light * ((i % 160) + 0.5);
      y += light * (Math.floor(i / 160) + 0.5);
    }
    return { x: x / sum, y: y / sum };
  }

  test('shifts by fractions of a pixel are exact to 0.02 px', () => {
    const out = new Uint8Array(layout.byteLength);
    for (const [shiftX, shiftY] of [
      [0.25, -0.5],
      [3.7, 1.1],
      [-5.33, 4.9],
    ] as const) {
      picture(0).render({ ...AT_REST, shiftX, shiftY }, out);
      expect(centre(out).x - 80.5).toBeCloseTo(shiftX, 1.4);
      expect(centre(out).y - 60.5).toBeCloseTo(shiftY, 1.4);
    }
  });

  test('turn and zoom take the spot where they should', () => {
    const out = new Uint8Array(layout.byteLength);
    picture(0).render({ shiftX: 0, shiftY: 0, turn: Math.PI / 2, zoom: 1.2 }, out);
    // The spot lies (10.5, 0.5) from the middle of the face; a quarter turn clockwise takes that to (-0.5, 10.5).
    expect(centre(out).x).toBeCloseTo(70 - 0.6, 1);
    expect(centre(out).y).toBeCloseTo(60 + 12.6, 1);
  });

  test('noise has the deviation asked for and is fresh in each frame', () => {
    const [a, b] = [new Uint8Array(layout.byteLength), new Uint8Array(layout.byteLength)];
    const noisy = picture(3);
    noisy.render(AT_REST, a);
    noisy.render(AT_REST, b);
    const luma = 160 * 120;
    let sum = 0;
    let difference = 0;
    for (let i = 0; i < luma; i++) {
      sum += (a[i]! - still[i]!) ** 2;
      difference += (a[i]! - b[i]!) ** 2;
    }
    expect(Math.sqrt(sum / luma)).toBeCloseTo(3, 0.7);
    expect(Math.sqrt(difference / luma)).toBeCloseTo(3 * Math.SQRT2, 0.7);
  });
});
