import { describe, expect, test } from 'vitest';
import { MESH_POINTS } from '../../src/blending/canonical-face.js';
import { eyeOpenness, mouthOpening } from '../../src/blending/expression.js';
import { LEFT_EYE, RIGHT_EYE } from '../../src/blending/face-outlines.js';
import { createPose, fitPose, toCanonical } from '../../src/blending/face-pose.js';
import { RestingShape } from '../../src/blending/resting-shape.js';
import { landmarksOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const STEP = 1 / 30;
const points = landmarksOf(PLAIN_FACE);
const shape = toCanonical(fitPose(points), points.slice(0, 3 * MESH_POINTS), new Float32Array(3 * MESH_POINTS));
const pose = createPose();

/** The face with its lower lip moved down, and with its upper lids moved down; in pixels. */
function changed(lip: number, lids: number): Float32Array {
  const out = points.slice();
  out[3 * 14 + 1]! += lip;
  for (const upper of [...LEFT_EYE.slice(9), ...RIGHT_EYE.slice(9)]) out[3 * upper + 1]! += lids;
  return out;
}

/** The mesh with its left half `by` cm deeper: somebody else's. */
const deeper = (by: number): Float32Array => shape.map((value, i) => (i % 3 === 2 && i % 2 === 0 ? value + by : value));

function see(resting: RestingShape, frames: readonly Float32Array[]): number {
  let step = 0;
  for (const frame of frames) {
    const before = resting.shape.slice();
    resting.update(frame, fitPose(frame, pose), STEP);
    step = Math.max(step, distance(before, resting.shape));
  }
  return step;
}

const distance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
const times = (count: number, frame: Float32Array): Float32Array[] => Array.from({ length: count }, () => frame);

describe('a shape that is learnt', () => {
  test('is known after a second at rest, and is that of the face', () => {
    const resting = new RestingShape(null);
    expect(resting.confidence).toBe(0);
    see(resting, times(30, points));
    expect(resting.confidence).toBe(1);
    expect(distance(resting.shape, shape)).toBeLessThan(1e-3);
    resting.reset();
    expect(resting.confidence).toBe(0);
  });

  test('is not learnt from an open mouth, a turned head or a blink', () => {
    const turned = landmarksOf({ ...PLAIN_FACE, turn: 0.6 });
    const resting = new RestingShape(null);
    see(resting, [points, ...times(10, changed(15, 0)), ...times(10, turned), ...times(10, changed(0, 6))]);
    expect(resting.confidence).toBeLessThan(0.1);
    expect(distance(resting.shape, shape)).toBeLessThan(1e-3);
  });

  test('begins with the first frame as it is, with its mouth closed and a blink opened', () => {
    const first = changed(15, 9);
    const seen = toCanonical(fitPose(first), first.slice(0, 3 * MESH_POINTS), new Float32Array(3 * MESH_POINTS));
    expect(mouthOpening(seen)).toBeGreaterThan(0.5);
    expect(eyeOpenness(seen)).toBeLessThan(0.15);
    const resting = new RestingShape(null);
    see(resting, [first]);
    expect(resting.confidence).toBe(0);
    expect(mouthOpening(resting.shape)).toBeLessThan(0.2);
    expect(eyeOpenness(resting.shape)).toBeCloseTo(0.29, 1);
    expect(distance(resting.shape.subarray(0, 600), seen.subarray(0, 600))).toBeGreaterThan(0.1);
    expect(distance(resting.shape.subarray(30, 33), seen.subarray(30, 33))).toBeLessThan(1e-3);
  });

  test('takes the place of the first guess without a jump', () => {
    const resting = new RestingShape(null);
    see(resting, [changed(15, 0)]);
    const off = distance(resting.shape, shape);
    expect(off).toBeGreaterThan(0.1);
    expect(see(resting, times(60, points))).toBeLessThan(off / 5);
    expect(distance(resting.shape, shape)).toBeLessThan(off / 8);
  });
});

describe('a shape that was measured', () => {
  test('is kept while it fits what is seen', () => {
    const resting = new RestingShape(deeper(0.08));
    expect(resting.confidence).toBe(1);
    see(resting, times(60, points));
    expect(resting.isAnothers).toBe(false);
    expect(distance(resting.shape, deeper(0.08))).toBeLessThan(1e-6);
  });

  test("gives way to the learnt one if it is somebody else's, without a jump, and comes back with its owner", () => {
    const other = deeper(0.3);
    const resting = new RestingShape(other);
    see(resting, times(8, points));
    expect(resting.isAnothers).toBe(false);
    expect(see(resting, times(90, points))).toBeLessThan(0.3 / 8);
    expect(resting.isAnothers).toBe(true);
    expect(distance(resting.shape, shape)).toBeLessThan(0.01);
    resting.reset();
    expect(resting.isAnothers).toBe(false);
    expect(distance(resting.shape, other)).toBe(0);
  });
});
