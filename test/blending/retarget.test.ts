import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalFace, MESH_POINTS } from '../../src/blending/canonical-face.js';
import {
  type Eye,
  eyeGap,
  gazeOf,
  LEFT_EYE_PARTS,
  LIP_PAIRS,
  mouthOpening,
  RIGHT_EYE_PARTS,
} from '../../src/blending/expression.js';
import { FACE_OVAL } from '../../src/blending/face-outlines.js';
import { createPose, type FacePose, toCanonical, toFrame } from '../../src/blending/face-pose.js';
import { GAZE_GAIN } from '../../src/blending/iris.js';
import { neutralShape } from '../../src/blending/neutral-shape.js';
import { CLOSED_EYE, Retargeter } from '../../src/blending/retarget.js';

const EYES = [RIGHT_EYE_PARTS, LEFT_EYE_PARTS];

/** The canonical face with irises in the middle of its eyes, as far away as the lids, which are apart as the lips are. */
function restingFace(): Float32Array {
  const shape = new Float32Array(3 * 478);
  shape.set(canonicalFace().points);
  for (const eye of EYES) {
    for (let i = 0; i < 5; i++) {
      for (let axis = 0; axis < 3; axis++) {
        shape[3 * (eye.iris + i) + axis] = (shape[3 * eye.outer + axis]! + shape[3 * eye.inner + axis]!) / 2;
      }
      shape[3 * (eye.iris + i) + 2] = depthOf(shape, eye);
      if (i > 0) shape[3 * (eye.iris + i)]! += [0.55, 0, -0.55, 0][i - 1]!;
      if (i > 0) shape[3 * (eye.iris + i) + 1]! += [0, -0.55, 0, 0.55][i - 1]!;
    }
  }
  return shape;
}

/** Of the surface of an eye at its middle. */
function depthOf(shape: Float32Array, { lids }: Eye): number {
  return [2, 3, 4].reduce((sum, i) => sum + (shape[3 * lids[i]![0] + 2]! + shape[3 * lids[i]![1] + 2]!) / 6, 0);
}

function closeEye(shape: Float32Array, eye: Eye, share: number): void {
  for (const [upper, lower] of eye.lids) {
    for (let axis = 0; axis < 3; axis++) {
      shape[3 * upper + axis]! += share * (shape[3 * lower + axis]! - shape[3 * upper + axis]!);
    }
  }
}

function lookAside(shape: Float32Array, x: number, y: number): void {
  for (const eye of EYES) {
    for (let i = 0; i < 5; i++) {
      shape[3 * (eye.iris + i)]! += x;
      shape[3 * (eye.iris + i) + 1]! += y;
    }
  }
}

/** Another person: narrower in the jaw, with smaller eyes that are further apart, and a higher mouth. */
function otherFace(): Float32Array {
  const shape = restingFace();
  for (const eye of EYES) closeEye(shape, eye, 0.3);
  for (let point = 0; point < 478; point++) {
    shape[3 * point]! *= 1.04 - 0.008 * Math.max(shape[3 * point + 1]!, 0);
    if (shape[3 * point + 1]! > 2.5 && shape[3 * point + 1]! < 6.5) shape[3 * point + 1]! -= 0.3;
  }
  return shape;
}

const TURNED: FacePose = {
  scale: 24,
  rotation: Float64Array.of(Math.cos(0.4), 0, -Math.sin(0.4), 0, 1, 0, Math.sin(0.4), 0, Math.cos(0.4)),
  translation: Float64Array.of(320, 240, 10),
};
let user: Float32Array;
let avatar: Float32Array;
beforeEach(() => {
  user = restingFace();
  avatar = otherFace();
});

/** The avatar's shape in canonical space when the user, in a turned pose, has a shape. */
function answer(shape: Float32Array): Float32Array {
  const points = toFrame(TURNED, shape, new Float32Array(shape.length));
  const into = new Float32Array(shape.length);
  const pose = new Retargeter(user, avatar).apply(points, into);
  expect(pose.scale).toBeCloseTo(TURNED.scale, 2);
  return toCanonical(TURNED, into, into);
}

const outline = new Set<number>(FACE_OVAL);

test('a user at rest gets the avatar at rest, but for the rim', () => {
  const found = answer(user);
  for (let point = 0; point < MESH_POINTS; point++) {
    const x = avatar[3 * point]!;
    const y = avatar[3 * point + 1]! - 0.6;
    if (Math.hypot(x / 7.8, y / 8.8) > 0.66) continue;
    for (let axis = 0; axis < 3; axis++) {
      expect(Math.abs(found[3 * point + axis]! - avatar[3 * point + axis]!), `point ${point}`).toBeLessThan(0.02);
    }
  }
});

test('the rim covers a jaw that is broader than the avatar’s, and lets a narrower one be', () => {
  const found = answer(user);
  for (const point of outline) {
    const mine = Math.hypot(user[3 * point]!, user[3 * point + 1]! - 0.6);
    const got = Math.hypot(found[3 * point]!, found[3 * point + 1]! - 0.6);
    expect(got).toBeGreaterThan(mine * 1.005);
  }
  avatar = restingFace();
  for (const point of outline) if (avatar[3 * point + 1]! > 3) avatar[3 * point]! *= 1.2;
  const kept = answer(user);
  for (const point of [172, 397]) expect(kept[3 * point]).toBeCloseTo(avatar[3 * point]!, 2);
});

test('the mouth opens as far as the user’s, and never through itself', () => {
  const open = user.slice();
  for (const [, lower] of LIP_PAIRS) open[3 * lower + 1]! += 2;
  expect(mouthOpening(answer(open)) - mouthOpening(avatar)).toBeCloseTo(2, 1);
  const pressed = user.slice();
  for (const [, lower] of LIP_PAIRS) pressed[3 * lower + 1]! -= 1.5;
  const found = answer(pressed);
  for (const [upper, lower] of LIP_PAIRS) {
    expect(found[3 * lower + 1]!).toBeGreaterThanOrEqual(found[3 * upper + 1]! - 1e-3);
  }
});

describe('eyes', () => {
  test.each([0.25, 0.5, 0.75])(
    'closed by %s of their own opening are so by nearly as much of the avatar’s',
    (share) => {
      const shape = user.slice();
      for (const eye of EYES) closeEye(shape, eye, share);
      const found = answer(shape);
      for (const eye of EYES) {
        const open = eyeGap(found, eye) / eyeGap(avatar, eye);
        expect(open).toBeCloseTo(Math.max(1 - share - CLOSED_EYE, 0) / (1 - CLOSED_EYE), 1);
      }
    },
  );

  test('that blink are closed without a slit, and do not cross', () => {
    const shape = user.slice();
    closeEye(shape, RIGHT_EYE_PARTS, 0.9);
    const found = answer(shape);
    expect(eyeGap(found, RIGHT_EYE_PARTS)).toBeLessThan(0.01);
    expect(eyeGap(found, LEFT_EYE_PARTS)).toBeCloseTo(eyeGap(avatar, LEFT_EYE_PARTS), 2);
  });

  test('look where the user is seen to look', () => {
    const seen = (face: Float32Array): Float32Array => toFrame(TURNED, face, new Float32Array(face.length));
    const shape = user.slice();
    lookAside(shape, 0.4, -0.15);
    const found = answer(shape);
    for (const eye of EYES) {
      const rest = gazeOf(user, eye);
      const asked = gazeOf(seen(shape), eye);
      const mine = gazeOf(avatar, eye);
      const got = gazeOf(seen(found), eye);
      expect(got.x - mine.x).toBeCloseTo(GAZE_GAIN * (asked.x - rest.x), 2);
      expect(got.y - mine.y).toBeCloseTo(GAZE_GAIN * (asked.y - rest.y), 2);
    }
  });
});

test('the shape at rest comes from frames with open eyes and a closed mouth', () => {
  const shapes = Array.from({ length: 40 }, (_, i) => {
    const shape = restingFace();
    if (i % 4 === 0) for (const eye of EYES) closeEye(shape, eye, 0.9);
    if (i % 2 === 0) for (const [, lower] of LIP_PAIRS) shape[3 * lower + 1]! += 1.5;
    return shape;
  });
  const found = neutralShape(shapes);
  for (let i = 0; i < 3 * MESH_POINTS; i++) expect(found[i]).toBeCloseTo(user[i]!, 4);
});

test('a call allocates no buffers', () => {
  const retargeter = new Retargeter(user, avatar);
  const points = toFrame(TURNED, user, new Float32Array(user.length));
  const into = new Float32Array(user.length);
  for (let i = 0; i < 50; i++) retargeter.apply(points, into);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 300; i++) retargeter.apply(points, into);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 16);
  expect(createPose().scale).toBe(1);
});
