import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { GUIDE, GUIDE_SECONDS } from '../../src/capture/guide.js';
import type { FrameSource, SourceInfo } from '../../src/capture/source.js';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import { recordGuided } from '../../src/cli/guided-recording.js';
import type { Micros } from '../../src/frame/clock.js';
import type { FrameStamp } from '../../src/frame/frame.js';
import type { SourceStatus } from '../../src/telemetry/telemetry.js';
import type { GuideState } from '../../src/tui/guide-screen.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-guided-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A webcam whose minute passes as fast as its frames are read. */
class HastyCamera implements FrameSource {
  onStatus?: (status: SourceStatus) => void;
  #frames = 0;

  constructor(
    readonly inner: FrameSource,
    readonly fps: number,
    /** Called before each frame. */
    readonly onFrame: (camera: HastyCamera, frame: number) => void = () => {},
  ) {}

  open(): Promise<SourceInfo> {
    return this.inner.open();
  }

  async read(into: Uint8Array): Promise<FrameStamp | null> {
    this.onFrame(this, this.#frames);
    const stamp = await this.inner.read(into);
    return stamp && { ...stamp, capturedAt: ((this.#frames++ * 1e6) / this.fps) as Micros };
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

const demo = (onFrame?: (camera: HastyCamera, frame: number) => void) =>
  new HastyCamera(new ClipSource(demoClipPath(), { fps: 5, loop: true }), 5, onFrame);

function record(source: FrameSource, name: string, signal = new AbortController().signal) {
  const path = join(folder, `${name}.mp4`);
  const shown: GuideState[] = [];
  const done = recordGuided({ source, path, name, note: '', signal, show: (state) => shown.push(state) });
  return { path, shown, done };
}

test('a minute is recorded in which every step was asked for, with a countdown before it', async () => {
  const { path, shown, done } = record(demo(), 'whole');
  expect(await done).toBe(true);
  expect(shown[0]).toMatchObject({ phase: 'getting-ready', recordedS: 0, totalS: 60 });
  const recorded = shown.filter(({ phase }) => phase === 'recording');
  expect([...new Set(recorded.map(({ title }) => title))]).toEqual(GUIDE.map(({ title }) => title));
  const withFace = recorded.filter(({ hasFace }) => hasFace);
  expect(withFace.length / recorded.length).toBeGreaterThan(0.9);
  const { width, height, data } = recorded[0]!.picture!;
  expect(data.length).toBe(3 * width * height);

  const film = new ClipSource(path);
  const { layout, frameCount } = await film.open();
  await film.close();
  expect([layout.width, layout.height]).toEqual([400, 300]);
  expect(frameCount).toBeCloseTo(5 * GUIDE_SECONDS, -1);
});

test('ended by the user: nothing is kept', async () => {
  const stop = new AbortController();
  const camera = demo((_, frame) => {
    if (frame === 40) stop.abort();
  });
  const { path, done } = record(camera, 'ended', stop.signal);
  expect(await done).toBe(false);
  expect(existsSync(path)).toBe(false);
});

test('unplugged half way: an error that says so, and nothing is kept', async () => {
  const camera = demo((self, frame) => {
    if (frame === 40) self.onStatus?.({ kind: 'missing', detail: 'BRIO is unplugged.' });
  });
  const { path, done } = record(camera, 'unplugged');
  await expect(done).rejects.toMatchObject({ code: 'DEVICE_MISSING', message: expect.stringContaining('BRIO') });
  expect(existsSync(path)).toBe(false);
});

test('nobody in the picture: an error, and nothing is kept', async () => {
  const empty = new HastyCamera(new SyntheticSource({ width: 320, height: 240, fps: 5, paced: false }), 5);
  const { path, shown, done } = record(empty, 'empty');
  await expect(done).rejects.toThrow('A face was seen in 0 % of the recording; at least 70 % is needed.');
  expect(shown.every(({ hasFace }) => !hasFace)).toBe(true);
  expect(existsSync(path)).toBe(false);
});
