import { expect, test } from 'vitest';
import { canonicalFace, MESH_POINTS } from '../../src/blending/canonical-face.js';
import { gazeOf, LEFT_EYE_PARTS, RIGHT_EYE_PARTS } from '../../src/blending/expression.js';
import { createPose, toFrame } from '../../src/blending/face-pose.js';
import { placeIris } from '../../src/blending/iris.js';

/** A head turned to a side, then nodding. */
function turned(yaw: number, pitch: number) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const rotation = Float64Array.of(cy, 0, -sy, sp * sy, cp, sp * cy, cp * sy, -sp, cp * cy);
  return Object.assign(createPose(), { scale: 20, rotation, translation: Float64Array.of(300, 200, 0) });
}

test.each([
  [0, 0],
  [0.5, 0],
  [-0.6, 0.2],
  [0.3, -0.4],
])('in a head turned by %f and %f an iris is seen to look where it is to', (yaw, pitch) => {
  const pose = turned(yaw, pitch);
  const place = new Float64Array(3);
  for (const eye of [RIGHT_EYE_PARTS, LEFT_EYE_PARTS]) {
    for (const gaze of [
      { x: 0, y: 0 },
      { x: 0.2, y: -0.1 },
      { x: -0.15, y: 0.1 },
    ]) {
      const shape = new Float32Array(3 * (MESH_POINTS + 10));
      shape.set(canonicalFace().points);
      placeIris(shape, eye, pose, gaze, place);
      shape.set(place, 3 * eye.iris);
      const seen = gazeOf(toFrame(pose, shape, new Float32Array(shape.length)), eye);
      expect(seen.x).toBeCloseTo(gaze.x, 4);
      expect(seen.y).toBeCloseTo(gaze.y, 4);
      // On the eye: its lids are just as far away.
      const [upper, lower] = eye.lids[3]!;
      expect(Math.abs(place[2]! - (shape[3 * upper + 2]! + shape[3 * lower + 2]!) / 2)).toBeLessThan(0.2);
    }
  }
});
