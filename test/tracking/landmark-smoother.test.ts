import { describe, expect, test } from 'vitest';
import type { Micros } from '../../src/frame/clock.js';
import { LandmarkSmoother } from '../../src/tracking/smoothing/landmark-smoother.js';
import { MOTION_SIZE, MotionBasis } from '../../src/tracking/smoothing/motion-basis.js';
import { POINT_GROUPS } from '../../src/tracking/smoothing/point-groups.js';
import { type FacePlace, facePoints, makeNoise } from './fake-face.js';

const ME: FacePlace = { x: 640, y: 360, radius: 120 };
const FRAME_MS = 1000 / 30;
const STEADY_POINT = 1; // tip of the nose
const LIP_POINT = 13;

/** Points with white noise of `sigma` pixels. */
function noisy(place: FacePlace, sigma: number, noise: () => number): Float32Array {
  return facePoints(place).map((value) => value + sigma * noise());
}

/** RMS distance in the picture plane. */
function rms(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 3) sum += (a[i]! - b[i]!) ** 2 + (a[i + 1]! - b[i + 1]!) ** 2;
  return Math.sqrt(sum / (a.length / 3));
}

/** Runs frames of noisy places; returns the RMS error of each smoothed frame. */
function run(
  smoother: LandmarkSmoother,
  frames: number,
  sigma: number,
  placeAt: (seconds: number) => FacePlace,
): number[] {
  const noise = makeNoise(5);
  const smoothed = new Float32Array(1434);
  return Array.from({ length: frames }, (_, k) => {
    const seconds = (k * FRAME_MS) / 1000;
    smoother.update(noisy(placeAt(seconds), sigma, noise), (1e6 + seconds * 1e6) as Micros, smoothed);
    return rms(smoothed, facePoints(placeAt(seconds)));
  });
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a face at rest', () => {
  for (const sigma of [0.15, 0.4, 0.8]) {
    test(`white noise of ${sigma} px falls to a fifth or less, without being told its size`, () => {
      const errors = run(new LandmarkSmoother(), 200, sigma, () => ME);
      expect(mean(errors.slice(100))).toBeLessThan((sigma * Math.SQRT2) / 5);
    });
  }

  test('the noise level measured is that of the camera within 15 %, near and far', () => {
    for (const radius of [60, 200]) {
      const smoother = new LandmarkSmoother();
      run(smoother, 200, 0.004 * radius, () => ({ ...ME, radius }));
      // In radii of the face as MotionBasis has them; where the made-up points lie decides how many pixels one is.
      const basis = new MotionBasis();
      const motion = new Float64Array(MOTION_SIZE);
      basis.learn(facePoints({ ...ME, radius }));
      basis.measure(facePoints({ ...ME, radius }), motion);
      const expected = (0.004 * radius) / basis.radius(motion);
      expect(smoother.noiseLevel / expected).toBeGreaterThan(0.85);
      expect(smoother.noiseLevel / expected).toBeLessThan(1.15);
    }
  });
});

describe('a face in motion', () => {
  test('constant speed, 300 px/s: the error stays below that of the measurement (no lag)', () => {
    const errors = run(new LandmarkSmoother(), 90, 0.4, (t) => ({ ...ME, x: 200 + 300 * t }));
    expect(mean(errors.slice(30))).toBeLessThan(0.4 * Math.SQRT2);
  });

  test('a start from rest to 300 px/s costs no more than 1.5 px in its first frames', () => {
    const errors = run(new LandmarkSmoother(), 90, 0.3, (t) => ({ ...ME, x: 300 + 300 * Math.max(0, t - 1.5) }));
    expect(Math.max(...errors.slice(44, 60))).toBeLessThan(1.5);
  });

  test('a stop settles within 0.3 s to below half the noise', () => {
    const errors = run(new LandmarkSmoother(), 120, 0.4, (t) => ({ ...ME, x: 300 + 300 * Math.min(1, t) }));
    expect(mean(errors.slice(39, 60))).toBeLessThan(0.4 * Math.SQRT2);
    expect(mean(errors.slice(60))).toBeLessThan((0.4 * Math.SQRT2) / 2);
  });

  test('coming nearer (double size in 1.5 s) while rolling stays within 1 px', () => {
    const errors = run(new LandmarkSmoother(), 90, 0.4, (t) => ({
      ...ME,
      radius: 80 * (1 + Math.min(1, t / 1.5)),
      roll: 0.4 * Math.sin(2 * t),
    }));
    expect(mean(errors.slice(20))).toBeLessThan(1);
  });
});

describe('what moves within the face', () => {
  test('lips that move by 10 px in two frames are there at once (90 %), and the nose does not move with it', () => {
    const smoother = new LandmarkSmoother();
    const noise = makeNoise(3);
    const smoothed = new Float32Array(1434);
    const lips = POINT_GROUPS.find(({ name }) => name === 'lips')!.points;
    for (let k = 0; k < 70; k++) {
      const open = Math.min(1, Math.max(0, (k - 59) / 2)) * 10;
      const points = noisy(ME, 0.3, noise);
      for (const lip of lips) points[3 * lip + 1] = points[3 * lip + 1]! + open;
      smoother.update(points, (1e6 + k * FRAME_MS * 1000) as Micros, smoothed);
      if (k === 61) {
        expect(smoothed[3 * LIP_POINT + 1]! - facePoints(ME)[3 * LIP_POINT + 1]!).toBeGreaterThan(9);
        expect(Math.abs(smoothed[3 * STEADY_POINT + 1]! - facePoints(ME)[3 * STEADY_POINT + 1]!)).toBeLessThan(1);
      }
    }
  });
});

describe('time', () => {
  test('the first frame, one after a gap of 0.6 s and one that steps back come out as they went in', () => {
    const smoother = new LandmarkSmoother();
    const noise = makeNoise(9);
    const smoothed = new Float32Array(1434);
    for (const seconds of [1, 1.6001, 1.2]) {
      const points = noisy(ME, 2, noise);
      smoother.update(points, (seconds * 1e6) as Micros, smoothed);
      expect(smoothed).toEqual(points);
    }
  });

  test('predict before the first frame writes nothing', () => {
    const points = new Float32Array(1434).fill(7);
    expect(new LandmarkSmoother().predict(1 as Micros, points)).toBe(false);
    expect(points.every((value) => value === 7)).toBe(true);
  });

  test('points that are not numbers do not poison the frames after a reset', () => {
    const smoother = new LandmarkSmoother();
    const smoothed = new Float32Array(1434);
    smoother.update(facePoints(ME), 1e6 as Micros, smoothed);
    smoother.update(new Float32Array(1434).fill(Number.NaN), 1.03e6 as Micros, smoothed);
    smoother.reset();
    const errors = run(smoother, 100, 0.4, () => ME);
    expect(mean(errors.slice(60))).toBeLessThan(0.2);
  });
});
