import { beforeAll, describe, expect, test } from 'vitest';
import { fitPose } from '../../src/blending/face-pose.js';
import { frameToTensor, windowOf } from '../../src/blending/face-window.js';
import { WornMask } from '../../src/blending/worn-mask.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { bindWearKernels } from '../../src/kernels/wear.js';
import { landmarksOf, normalNoise, PLAIN_FACE } from '../effects/synthetic-face.js';

const SIDE = 128;
const points = landmarksOf(PLAIN_FACE);
const pose = fitPose(points);
const toSquare = frameToTensor(windowOf(pose), SIDE);

let kernels: Kernels;
beforeAll(async () => {
  kernels = await Kernels.load(8 << 20);
});

/** A mask, fed with what a network would say of each pixel (places as shares of the square); gives what is shown. */
function openMask() {
  const mask = new WornMask(kernels, bindWearKernels(kernels), SIDE);
  const learned = kernels.f32(kernels.alloc(4 * SIDE * SIDE), SIDE * SIDE);
  return (learnedAt: (x: number, y: number) => number): Float32Array => {
    for (let i = 0; i < learned.length; i++) {
      learned[i] = Math.min(Math.max(learnedAt(((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE), 0), 1);
    }
    mask.update(points, pose, toSquare, learned.byteOffset);
    return kernels.f32(mask.shown, SIDE * SIDE).slice();
  };
}

/** A hand before the cheek and the mouth: 6 by 8 cm of 21, its edge soft over 2 pixels. */
const hand =
  (left: number, top = 0.45) =>
  (x: number, y: number): number => {
    const inside = Math.min(x - left, left + 0.29 - x, y - top, top + 0.38 - y);
    return Math.min(Math.max(0.5 - inside * 64, 0), 1);
  };
const at = (shown: Float32Array, x: number, y: number): number =>
  shown[Math.floor(y * SIDE) * SIDE + Math.floor(x * SIDE)]!;
const nothing = (): number => 1;
const area = (shown: Float32Array): number => shown.reduce((sum, value) => sum + value, 0);

describe('a hand before the face', () => {
  test('is in front within a frame of coming and the face is back within two of its going', () => {
    const show = openMask();
    expect(at(show(nothing), 0.6, 0.6)).toBe(1);
    expect(at(show(hand(0.5)), 0.6, 0.6)).toBeLessThan(0.02);
    show(nothing);
    expect(at(show(nothing), 0.6, 0.6)).toBeGreaterThan(0.95);
  });

  test('is in front with all of its width: no finger is swallowed', () => {
    const show = openMask();
    const whole = area(show(nothing));
    const finger = (x: number, y: number): number => (Math.abs(x - 0.5) < 0.04 && y > 0.3 ? 0 : 1);
    const shown = show(finger);
    expect(at(shown, 0.5, 0.5)).toBeLessThan(0.02);
    expect(at(shown, 0.47, 0.5)).toBeLessThan(0.1);
    expect(at(shown, 0.6, 0.5)).toBeGreaterThan(0.9);
    expect(area(shown)).toBeLessThan(whole * 0.95);
  });

  test('moves as fast as a hand does without a trail', () => {
    const show = openMask();
    show(nothing);
    let shown = show(hand(0.3));
    // A tenth of the square in a frame: 60 cm a second.
    for (let left = 0.32; left < 0.5; left += 0.1) shown = show(hand(left));
    expect(at(shown, 0.36, 0.6)).toBeGreaterThan(0.9);
    expect(at(shown, 0.6, 0.6)).toBeLessThan(0.02);
  });

  test('does not flicker where the network is not quite sure', () => {
    const show = openMask();
    const next = normalNoise(3);
    const steps: number[] = [];
    let before: Float32Array | null = null;
    for (let frame = 0; frame < 40; frame++) {
      // All of a frame moves up and down together, as a network's answer does, and each pixel a little by itself.
      const drift = 0.06 * next();
      const shown = show((x, y) => 0.15 + 0.7 * hand(0.4)(x, y) + drift + 0.03 * next());
      if (before && frame > 5) steps.push(Math.abs(area(shown) - area(before)) / area(shown));
      if (frame > 5) {
        expect(at(shown, 0.55, 0.62)).toBeLessThan(0.05);
        expect(at(shown, 0.3, 0.5)).toBeGreaterThan(0.95);
      }
      before = shown;
    }
    expect(Math.max(...steps)).toBeLessThan(0.03);
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeLessThan(0.008);
  });
});
