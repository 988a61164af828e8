import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import type { Micros } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import { RecordingSink } from '../../src/output/recording-sink.js';

// As in an installation without optional packages.
vi.mock('node-av/lib', () => {
  throw Object.assign(new Error("Cannot find package 'node-av'"), { code: 'ERR_MODULE_NOT_FOUND' });
});

const folder = mkdtempSync(join(tmpdir(), 'mien-bare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LAYOUT = i420Layout(64, 48);
const MISSING = {
  name: 'UserError',
  code: 'LIBRARY_MISSING',
  message: expect.stringContaining('node-av'),
  remedy: expect.stringContaining('npm install --include=optional'),
};

test('without node-av, video files ask for it', async () => {
  await expect(new ClipSource(demoClipPath()).open()).rejects.toMatchObject(MISSING);
  const sink = new RecordingSink(join(folder, 'a.mp4'), { preset: 'live' });
  await expect(sink.open({ layout: LAYOUT, rate: { num: 25, den: 1 } })).rejects.toMatchObject(MISSING);
});

test('without node-av, bad paths are still told apart', async () => {
  writeFileSync(join(folder, 'empty.mp4'), '');
  await expect(new ClipSource(join(folder, 'empty.mp4')).open()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(new ClipSource(join(folder, 'none.mp4')).open()).rejects.toMatchObject({ code: 'INPUT_MISSING' });
});

test('without node-av, y4m is recorded and read back byte for byte', async () => {
  const path = join(folder, 'a.y4m');
  const sink = new RecordingSink(path, { preset: 'offline' });
  await sink.open({ layout: LAYOUT, rate: { num: 25, den: 1 } });
  const data = Uint8Array.from({ length: LAYOUT.byteLength }, (_, index) => index % 251);
  sink.write({ layout: LAYOUT, data, sequence: 0, capturedAt: 0 as Micros, pts: 0 });
  await sink.close();

  const source = new ClipSource(path);
  expect((await source.open()).layout).toEqual(LAYOUT);
  const into = new Uint8Array(new SharedArrayBuffer(LAYOUT.byteLength));
  expect(await source.read(into)).toMatchObject({ sequence: 0, pts: 0 });
  expect(Buffer.compare(into, data)).toBe(0);
  expect(await source.read(into)).toBeNull();
  await source.close();
  await expect(new ClipSource(path, { width: 32, height: 24 }).open()).rejects.toMatchObject(MISSING);
});
