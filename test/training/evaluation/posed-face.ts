import { canonicalFace } from '../../../src/blending/canonical-face.js';
import { toFrame } from '../../../src/blending/face-pose.js';
import { LANDMARK_COUNT } from '../../../src/inference/face-region.js';

const RIGHT_IRIS = 468;
const LEFT_IRIS = 473;

/** The canonical face in a frame, 12 px a cm, about (200, 150), turned by a yaw and rolled; irises moved by pixels. */
export function face({ yaw = 0, roll = 0, gazeX = 0, gazeY = 0 } = {}): Float32Array {
  const { points } = canonicalFace();
  const shape = new Float32Array(3 * LANDMARK_COUNT);
  shape.set(points.subarray(0, 3 * 468));
  for (const [iris, left, right] of [
    [RIGHT_IRIS, 33, 133],
    [LEFT_IRIS, 362, 263],
  ] as const) {
    for (let k = 0; k < 3; k++) shape[3 * iris + k] = (shape[3 * left + k]! + shape[3 * right + k]!) / 2;
    shape[3 * iris]! += gazeX / 12;
    shape[3 * iris + 1]! += gazeY / 12;
  }
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  const [C, S] = [Math.cos(roll), Math.sin(roll)];
  // The nose points along −z: a turn to the right of the picture takes it to +x.
  const rotation = Float64Array.of(C * c, -S, -C * s, S * c, C, -S * s, s, 0, c);
  return toFrame(
    { scale: 12, rotation, translation: Float64Array.of(200, 150, 0) },
    shape,
    new Float32Array(shape.length),
  );
}
