import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClipOptions, ClipSource } from '../../src/capture/clip-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import { RecordingSink } from '../../src/output/recording-sink.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-sizes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 6;

async function recordSynthetic(path: string, width: number, height: number, preset: 'live' | 'offline') {
  const source = new SyntheticSource({ width, height });
  const { layout, rate } = await source.open();
  const sink = new RecordingSink(path, { preset });
  await sink.open({ layout, rate });
  const data = new Uint8Array(layout.byteLength);
  for (let index = 0; index < FRAMES; index++) {
    const stamp = await source.read(data);
    sink.write({ ...stamp!, layout, data });
  }
  await sink.close();
  await source.close();
}

async function numbersIn(path: string, options: ClipOptions = {}) {
  const source = new ClipSource(path, options);
  const { layout } = await source.open();
  const data = new Uint8Array(layout.byteLength);
  const numbers: number[] = [];
  while (await source.read(data)) {
    const { top, bottom } = readFrameNumber(data, layout);
    numbers.push(top === bottom ? (top ?? -1) : -1);
  }
  await source.close();
  return numbers;
}

describe('the frame number survives H.264, and scaling by half after it', () => {
  for (const [width, height] of [
    [64, 64],
    [66, 90],
    [128, 128],
    [160, 120],
    [176, 144],
    [320, 180],
    [400, 300],
    [640, 480],
    [854, 480],
    [1280, 720],
    [1920, 1080],
  ] as const) {
    for (const preset of ['live', 'offline'] as const) {
      test(`${width}x${height}, ${preset}`, async () => {
        const path = join(folder, `${preset}-${width}x${height}.mkv`);
        await recordSynthetic(path, width, height, preset);
        const all = [...Array(FRAMES).keys()];
        expect(await numbersIn(path)).toEqual(all);
        if (width >= 128) expect(await numbersIn(path, { width: width >> 1, height: height >> 1 })).toEqual(all);
      });
    }
  }
});
