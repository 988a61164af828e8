import { beforeAll, describe, expect, test } from 'vitest';
import { LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE } from '../../src/blending/face-outlines.js';
import { i420Layout } from '../../src/frame/i420.js';
import {
  drawFace,
  type FaceSpec,
  isInside,
  landmarksOf,
  normalNoise,
  outlineOf,
  type Picture,
  PLAIN_FACE,
} from './synthetic-face.js';
import { type Bench, faceOf, maskOfPixels, openBench, touchUpStill } from './touch-up-bench.js';

/** Bytes of each plane outside the mask that differ: luma pixel by pixel, chroma wherever no luma pixel of four is inside. */
function changedOutside(before: Uint8Array, after: Uint8Array, { layout }: Bench, mask: Float32Array): number {
  let changed = 0;
  for (let i = 0; i < layout.width * layout.height; i++) if (mask[i] === 0 && before[i] !== after[i]) changed++;
  for (let y = 0; y < layout.heightUV; y++) {
    for (let x = 0; x < layout.strideUV; x++) {
      // Chroma is sampled at the middle of four pixels: a cell away it may still be touched.
      let reach = 0;
      for (let dy = -1; dy <= 2; dy++) {
        for (let dx = -1; dx <= 2; dx++) {
          const px = Math.min(Math.max(2 * x + dx, 0), layout.width - 1);
          const py = Math.min(Math.max(2 * y + dy, 0), layout.height - 1);
          reach = Math.max(reach, mask[py * layout.width + px]!);
        }
      }
      if (reach > 0) continue;
      const at = y * layout.strideUV + x;
      if (before[layout.offsetU + at] !== after[layout.offsetU + at]) changed++;
      if (before[layout.offsetV + at] !== after[layout.offsetV + at]) changed++;
    }
  }
  return changed;
}

function countChanged(before: Uint8Array, after: Uint8Array): number {
  let changed = 0;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) changed++;
  return changed;
}

describe('what is not skin stays, byte for byte', () => {
  let picture: Picture;
  let noisy: Uint8Array;
  beforeAll(() => {
    picture = drawFace(PLAIN_FACE);
    const noise = normalNoise(3);
    noisy = picture.data.map((value) => Math.min(Math.max(Math.round(value + 4 * noise()), 0), 255));
  });

  test('0 bytes change outside the mask at strength 100, of a noisy picture; more than 20000 inside', async () => {
    const bench = await openBench(picture.layout);
    const after = bench.touchUp(noisy, faceOf(landmarksOf(PLAIN_FACE)), 100);
    expect(changedOutside(noisy, after, bench, maskOfPixels(bench))).toBe(0);
    expect(countChanged(noisy, after)).toBeGreaterThan(20_000);
  });

  test('strength 0 changes nothing and has nothing to blend; nor has a frame without a face', async () => {
    const bench = await openBench(picture.layout);
    const face = faceOf(landmarksOf(PLAIN_FACE));
    expect(countChanged(noisy, bench.touchUp(noisy, face, 0))).toBe(0);
    expect(countChanged(noisy, bench.touchUp(noisy, null, 60))).toBe(0);
  });

  test('luma of eyes, brows and lips changes by <= 3 levels, by > 1 in <= 1 % of pixels, at 100', async () => {
    const { after } = await touchUpStill(picture, PLAIN_FACE, 100);
    const points = landmarksOf(PLAIN_FACE);
    for (const loop of [RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS]) {
      const outline = outlineOf(points, loop);
      let inside = 0;
      let most = 0;
      let touched = 0;
      for (let y = 0; y < PLAIN_FACE.height; y++) {
        for (let x = 0; x < PLAIN_FACE.width; x++) {
          if (!isInside(outline, x + 0.5, y + 0.5)) continue;
          inside++;
          const at = y * PLAIN_FACE.width + x;
          const change = Math.abs(after[at]! - picture.data[at]!);
          most = Math.max(most, change);
          touched += change > 1 ? 1 : 0;
        }
      }
      expect(inside).toBeGreaterThan(200);
      expect(most).toBeLessThanOrEqual(3);
      expect(touched / inside).toBeLessThanOrEqual(0.01);
    }
  });

  test('the same frames give the same bytes', async () => {
    const [first, second] = [await touchUpStill(picture, PLAIN_FACE, 60), await touchUpStill(picture, PLAIN_FACE, 60)];
    expect(countChanged(first.after, second.after)).toBe(0);
  });
});

describe('any face on any frame', () => {
  const cases: readonly [string, Partial<FaceSpec>][] = [
    ['a face of 60 px', { size: 60 }],
    ['a frame of odd sides', { width: 401, height: 419 }],
    ['a face half out of the picture', { x: 20, y: 60 }],
    ['a face larger than the frame', { size: 900, x: 300, y: 200 }],
    ['a face that looks aside by 0.8 rad', { turn: 0.8 }],
  ];
  test.each(cases)('%s: 0 bytes change outside the mask, some inside', async (_name, change) => {
    const spec = { ...PLAIN_FACE, ...change };
    const picture = drawFace(spec);
    const { after, bench } = await touchUpStill(picture, spec, 60);
    expect(changedOutside(picture.data, after, bench, maskOfPixels(bench))).toBe(0);
    expect(countChanged(picture.data, after)).toBeGreaterThan(500);
  });

  test.each([
    [321, 1],
    [1, 241],
    [2, 2],
  ])('a frame of %sx%s in the middle of a face comes through', async (width, height) => {
    const spec = { ...PLAIN_FACE, width, height, x: width / 2, y: height / 2 };
    const picture = drawFace(spec);
    const { after, bench } = await touchUpStill(picture, spec, 60);
    expect(changedOutside(picture.data, after, bench, maskOfPixels(bench))).toBe(0);
  });

  test('landmarks that are no face (all in one point, not numbers, outside, in profile) leave the frame alone', async () => {
    const layout = i420Layout(320, 240);
    const bench = await openBench(layout);
    const picture = new Uint8Array(layout.byteLength).fill(120);
    const none = [
      new Float32Array(3 * 478).fill(50),
      new Float32Array(3 * 478).fill(Number.NaN),
      landmarksOf({ ...PLAIN_FACE, x: 5000 }),
      landmarksOf({ ...PLAIN_FACE, x: 160, y: 120, turn: 1.5 }),
    ];
    for (const points of none) expect(countChanged(picture, bench.touchUp(picture, faceOf(points), 60))).toBe(0);
  });

  test('a turning head fades out of the effect: per 0.05 rad the mask loses <= 10 % of its area, at 1.45 rad >= 97 % of it', async () => {
    const small = { ...PLAIN_FACE, width: 320, height: 240, size: 120, x: 160, y: 125 };
    const bench = await openBench(i420Layout(small.width, small.height));
    const areas: number[] = [];
    for (let turn = 0; turn <= 1.5; turn += 0.05) {
      const spec = { ...small, blotches: 0, pores: 0, redness: 0, turn };
      const { data } = drawFace(spec);
      const isTouched = countChanged(data, bench.touchUp(data, faceOf(landmarksOf(spec), turn), 60)) > 0;
      const mask = bench.effect.mask!;
      const area = mask.weights.reduce((sum, weight) => sum + weight, 0) * mask.cell ** 2;
      areas.push(isTouched ? area / small.size ** 2 : 0);
    }
    console.log(`mask area in squared face widths: ${areas.map((area) => area.toFixed(2)).join(' ')}`);
    const steps = areas.slice(1).map((area, i) => Math.abs(area - areas[i]!) / areas[0]!);
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.1);
    expect(areas.at(-1)! / areas[0]!).toBeLessThanOrEqual(0.03);
  });
});

test('prepare and blend allocate no buffers: arrayBuffers grow by 0 bytes over 300 frames', async () => {
  const picture = drawFace(PLAIN_FACE);
  const bench = await openBench(picture.layout);
  const points = landmarksOf(PLAIN_FACE);
  const settings = {
    effect: 'touch-up',
    avatar: '',
    strength: 60,
    mirror: false,
    split: false,
    paused: false,
  } as const;
  bench.pixels.set(picture.data);
  const run = (frames: number): void => {
    for (let i = 0; i < frames; i++) {
      if (bench.effect.prepare(faceOf(points, i / 30), settings) === 'blend') bench.effect.blend();
    }
  };
  run(10);
  const before = process.memoryUsage().arrayBuffers;
  run(300);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
});
