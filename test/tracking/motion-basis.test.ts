import { describe, expect, test } from 'vitest';
import { LANDMARK_COUNT } from '../../src/inference/face-region.js';
import { MOTION_SIZE, MotionBasis } from '../../src/tracking/smoothing/motion-basis.js';
import { POINT_GROUPS, POINT_ORDER } from '../../src/tracking/smoothing/point-groups.js';
import { facePoints, makeNoise } from './fake-face.js';

const ME = { x: 640, y: 360, radius: 120 };

function split(basis: MotionBasis, points: Float32Array) {
  const motion = new Float64Array(MOTION_SIZE);
  const within = new Float64Array(3 * LANDMARK_COUNT);
  basis.measure(points, motion);
  basis.remainder(points, motion, within);
  return { motion, within };
}

describe('point groups', () => {
  test('each of the 478 points is in one group', () => {
    const all = POINT_GROUPS.flatMap(({ points }) => points);
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: LANDMARK_COUNT }, (_, i) => i));
  });

  test('every place in the array of groups is used once', () => {
    const places = POINT_ORDER.flatMap(({ x, y, z }) => [x, y, z]).sort((a, b) => a - b);
    expect(places).toEqual(Array.from({ length: 3 * LANDMARK_COUNT }, (_, i) => i));
  });
});

describe('motion and remainder', () => {
  const noise = makeNoise(1);
  const odd = facePoints({ ...ME, roll: 0.5 }).map((value) => value + 5 * noise());

  test('put together they give the points within 0.001 px', () => {
    const basis = new MotionBasis();
    basis.learn(facePoints(ME));
    const { motion, within } = split(basis, odd);
    const back = new Float32Array(odd.length);
    basis.compose(motion, within, back);
    expect(Math.max(...back.map((value, i) => Math.abs(value - odd[i]!)))).toBeLessThan(1e-3);
  });

  test('shift, roll and zoom leave no remainder', () => {
    const basis = new MotionBasis();
    basis.learn(facePoints(ME));
    const { within } = split(basis, facePoints({ x: 200, y: 500, radius: 75, roll: -0.7 }));
    expect(Math.max(...within.map(Math.abs))).toBeLessThan(1e-5);
  });

  test('a turn of the head by 30 degrees leaves no remainder either', () => {
    const basis = new MotionBasis();
    const front = facePoints({ ...ME, x: 0, y: 0 });
    basis.learn(front);
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const turned = front.map((_, i) => {
      const [x, y, z] = [front[i - (i % 3)]!, front[i - (i % 3) + 1]!, front[i - (i % 3) + 2]!];
      return [cos * x + sin * z, y, cos * z - sin * x][i % 3]!;
    });
    expect(Math.max(...split(basis, turned).within.map(Math.abs))).toBeLessThan(1e-4);
  });

  test('lips that part by 10 px shift the whole face by less than 1 px', () => {
    const basis = new MotionBasis();
    basis.learn(facePoints(ME));
    const talking = facePoints(ME);
    for (const lip of POINT_GROUPS.find(({ name }) => name === 'lips')!.points) {
      talking[3 * lip + 1] = talking[3 * lip + 1]! + 10;
    }
    const [before, after] = [facePoints(ME), talking].map((points) => split(basis, points).motion);
    expect(Math.hypot(...before!.map((value, i) => value - after![i]!))).toBeLessThan(1);
  });

  test('the remainder of an expression is the same wherever the head is', () => {
    const basis = new MotionBasis();
    basis.learn(facePoints(ME));
    const smile = (place: { x: number; y: number; radius: number; roll: number }) => {
      const points = facePoints(place);
      const [cos, sin] = [Math.cos(place.roll), Math.sin(place.roll)];
      for (const lip of [61, 291, 0, 17]) {
        points[3 * lip] = points[3 * lip]! - sin * 0.05 * place.radius;
        points[3 * lip + 1] = points[3 * lip + 1]! + cos * 0.05 * place.radius;
      }
      return split(basis, points).within;
    };
    const here = smile({ ...ME, roll: 0 });
    const there = smile({ x: 100, y: 600, radius: 60, roll: 0.6 });
    expect(Math.max(...here.map((value, i) => Math.abs(value - there[i]!)))).toBeLessThan(1e-4);
    expect(Math.max(...here.map(Math.abs))).toBeGreaterThan(0.05);
  });

  test('white noise of 1 px on each point shows in the numbers of the motion as less than 0.06 px', () => {
    const basis = new MotionBasis();
    basis.learn(facePoints(ME));
    const still = split(basis, facePoints(ME)).motion;
    const draw = makeNoise(2);
    let sum = 0;
    for (let k = 0; k < 200; k++) {
      const { motion } = split(
        basis,
        facePoints(ME).map((value) => value + draw()),
      );
      for (let i = 0; i < MOTION_SIZE; i++) sum += (motion[i]! - still[i]!) ** 2;
    }
    expect(Math.sqrt(sum / (200 * MOTION_SIZE))).toBeLessThan(0.06);
  });
});
