import { expect, test } from 'vitest';
import { drawFace, landmarksOf, normalNoise, PLAIN_FACE } from './synthetic-face.js';
import { faceOf, maskOfPixels, openBench, touchUpStill } from './touch-up-bench.js';

test('on a still face with camera noise (2 levels) and jittering landmarks (0.3 px), the output moves no more than 1.1 x the input', async () => {
  const picture = drawFace(PLAIN_FACE);
  const bench = await openBench(picture.layout);
  const noise = normalNoise(11);
  const still = landmarksOf(PLAIN_FACE);
  let input = 0;
  let output = 0;
  let last: { before: Uint8Array; after: Uint8Array } | null = null;
  for (let frame = 0; frame < 12; frame++) {
    const before = picture.data.map((value) => Math.min(Math.max(Math.round(value + 2 * noise()), 0), 255));
    const points = still.map((value) => value + 0.3 * noise());
    const after = bench.touchUp(before, faceOf(points, frame / 30), 60);
    if (last) {
      const mask = maskOfPixels(bench);
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        input += (before[i]! - last.before[i]!) ** 2;
        output += (after[i]! - last.after[i]!) ** 2;
      }
    }
    last = { before, after };
  }
  const ratio = Math.sqrt(output / input);
  console.log(`change from frame to frame, output over input, RMS: ${ratio.toFixed(3)}`);
  expect(ratio).toBeLessThanOrEqual(1.1);
});

/** The change that the touch-up makes to luma, over the frame. */
async function changeOf(dx: number, dy: number): Promise<Float32Array> {
  const spec = { ...PLAIN_FACE, x: PLAIN_FACE.x + dx, y: PLAIN_FACE.y + dy };
  const picture = drawFace(spec);
  const { after } = await touchUpStill(picture, spec, 60);
  return Float32Array.from({ length: spec.width * spec.height }, (_, i) => after[i]! - picture.data[i]!);
}

test.each([
  [4, 2],
  [0.5, 0.25],
  [2.7, 1.4],
])(
  'what is changed moves with the face, shifted by (%s, %s) px: PSNR of the shifted output >= 46 dB, no swimming',
  async (dx, dy) => {
    const [here, there] = [await changeOf(0, 0), await changeOf(dx, dy)];
    const { width } = PLAIN_FACE;
    let squares = 0;
    let size = 0;
    let count = 0;
    for (let y = 20; y < PLAIN_FACE.height - 10; y++) {
      for (let x = 50; x < width - 50; x++) {
        const value = here[y * width + x]!;
        // The change there, between its four pixels: a smooth field, so that interpolation itself adds little.
        const [ix, iy] = [Math.floor(x + dx), Math.floor(y + dy)];
        const [a, b] = [x + dx - ix, y + dy - iy];
        const at = (i: number, j: number): number => there[(iy + j) * width + ix + i]!;
        const moved = (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b;
        squares += (moved - value) ** 2;
        size += value ** 2;
        count++;
      }
    }
    const psnr = 10 * Math.log10((255 * 255 * count) / squares);
    console.log(
      `shift (${dx}, ${dy}): ${psnr.toFixed(1)} dB; the change itself is ${Math.sqrt(size / count).toFixed(2)} levels RMS`,
    );
    expect(psnr).toBeGreaterThanOrEqual(46);
  },
);

test('a face that is lost is let go within 6 frames, evenly, and then nothing changes at all', async () => {
  const picture = drawFace(PLAIN_FACE);
  const bench = await openBench(picture.layout);
  const face = faceOf(landmarksOf(PLAIN_FACE));
  const changeOf = (after: Uint8Array) => after.reduce((sum, value, i) => sum + Math.abs(value - picture.data[i]!), 0);
  const followed = changeOf(bench.touchUp(picture.data, face, 60));
  const lost = Array.from({ length: 7 }, () => changeOf(bench.touchUp(picture.data, null, 60)) / followed);
  let before = 1;
  for (const share of lost.slice(0, 5)) {
    expect(share).toBeLessThan(before);
    expect(before - share).toBeLessThan(0.35);
    before = share;
  }
  expect(lost.slice(5)).toEqual([0, 0]);
});

test('a face that was lost while the strength was 0 does not come back', async () => {
  const picture = drawFace(PLAIN_FACE);
  const bench = await openBench(picture.layout);
  bench.touchUp(picture.data, faceOf(landmarksOf(PLAIN_FACE)), 60);
  bench.touchUp(picture.data, null, 0);
  expect(bench.touchUp(picture.data, null, 60)).toEqual(picture.data);
});
