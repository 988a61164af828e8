import { expect, test } from 'vitest';
import { canonicalFace } from '../../src/blending/canonical-face.js';
import type { FacePose } from '../../src/blending/face-pose.js';
import { frameToTensor, windowOf } from '../../src/blending/face-window.js';

const FRONTAL: FacePose = {
  scale: 20,
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: Float64Array.of(640, 360, 0),
};

/** Where DeepFaceLab's template has the corners of eyes and mouth in its unit square, and the canonical face has them. */
const CORNERS = [
  [33, 0.121737, 0.216423],
  [263, 0.858516, 0.216423],
  [61, 0.254149, 0.780233],
  [291, 0.726104, 0.780233],
] as const;

test("DeepFaceLab's window has eyes and mouth where its training had them", () => {
  const { points } = canonicalFace();
  const [a, b, c, d, e, f] = frameToTensor(windowOf(FRONTAL, 'dfl-whole-face'), 1);
  const unit = 2 * (0.4 * Math.SQRT2 + 0.5);
  for (const [point, x, y] of CORNERS) {
    const frameX = FRONTAL.scale * points[3 * point]! + FRONTAL.translation[0]!;
    const frameY = FRONTAL.scale * points[3 * point + 1]! + FRONTAL.translation[1]!;
    // 3 in 100 of the window: faces differ by as much.
    expect(Math.abs(a * frameX + b * frameY + c - ((x - 0.5) / unit + 0.5))).toBeLessThan(0.03);
    expect(Math.abs(d * frameX + e * frameY + f - ((y - 0.43) / unit + 0.5))).toBeLessThan(0.03);
  }
});
