import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSource, type SourceSpec } from '../../src/capture/create-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import { LiveSettings } from '../../src/config/settings.js';
import { Loop, type LoopOptions } from '../../src/pipeline/loop.js';
import type { SinkSpec } from '../../src/pipeline/messages.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-loop-'));

function synthetic(change: Partial<SourceSpec> = {}): SourceSpec {
  return {
    input: 'synthetic',
    width: 320,
    height: 180,
    fps: 60,
    fit: 'crop',
    loop: false,
    paced: false,
    frameLimit: 120,
    ...change,
  };
}

function recording(name: string): Extract<SinkSpec, { kind: 'recording' }> {
  return { kind: 'recording', path: join(folder, name), preset: 'live', overwrite: false, copyAudioFrom: null };
}

function options(change: Partial<LoopOptions>): LoopOptions {
  return {
    source: synthetic(),
    sinks: [{ kind: 'counting' }],
    settings: LiveSettings.parse({}),
    mode: 'offline',
    nextRecording: () => recording(`next-${Math.random()}.y4m`),
    renderCard: async (layout) => new Uint8Array(layout.byteLength).fill(99),
    ...change,
  };
}

/** The frame numbers that stand in the pixels of a file; null where none can be read. */
async function frameNumbers(path: string): Promise<(number | null)[]> {
  const source = createSource({ ...synthetic(), input: path, width: null, height: null, fps: null, frameLimit: null });
  const { layout } = await source.open();
  const pixels = new Uint8Array(layout.byteLength);
  const numbers: (number | null)[] = [];
  while (await source.read(pixels)) {
    const found = readFrameNumber(pixels, layout);
    numbers.push(found.top === found.bottom ? found.top : null);
  }
  await source.close();
  return numbers;
}

test('offline, each of 120 frames comes out once, in order and whole, through both sinks', async () => {
  const file = recording('offline.y4m');
  const loop = await Loop.start(options({ sinks: [file, { kind: 'counting' }] }));
  let last: Telemetry | null = null;
  loop.on('telemetry', (telemetry) => {
    last = telemetry;
  });
  await loop.done;
  expect(await frameNumbers(file.path)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  expect((last as Telemetry | null)?.frames).toEqual({ captured: 120, written: 120, dropped: 0 });
});

test('live, a slow machine drops frames and counts them: captured = written + dropped', async () => {
  const source = synthetic({ width: 1920, height: 1080, fps: 120, paced: true, frameLimit: 240 });
  const loop = await Loop.start(options({ source, mode: 'live' }));
  let last: Telemetry | null = null;
  loop.on('telemetry', (telemetry) => {
    last = telemetry;
  });
  await loop.done;
  const { frames } = last as unknown as Telemetry;
  // The source itself skips what is overdue; what it delivered is either written or counted as dropped.
  expect(frames.written).toBeGreaterThan(0);
  expect(frames.written + frames.dropped).toBeLessThanOrEqual(frames.captured);
});

test('a recording starts and stops while the loop runs; settings and the card change what goes out', async () => {
  const file = recording('live.y4m');
  const source = synthetic({ paced: true, frameLimit: null, fps: 30 });
  const loop = await Loop.start(options({ source, mode: 'live', nextRecording: () => file }));
  const recordings: (string | null)[] = [];
  loop.on('recording', (path) => recordings.push(path));
  const seen = (until: (telemetry: Telemetry) => boolean) =>
    new Promise<Telemetry>((resolve) => {
      const look = (telemetry: Telemetry) => {
        if (!until(telemetry)) return;
        loop.off('telemetry', look);
        resolve(telemetry);
      };
      loop.on('telemetry', look);
    });
  await seen(({ frames }) => frames.written > 5);
  loop.command({ kind: 'record', on: true });
  await seen(({ sinks }) => (sinks[1]?.written ?? 0) > 10);
  loop.command({ kind: 'set', patch: { paused: true } });
  const paused = await seen(({ sinks, settings }) => settings.paused && (sinks[1]?.written ?? 0) > 25);
  expect(paused.settings.paused).toBe(true);
  loop.command({ kind: 'record', on: false });
  await seen(({ sinks }) => sinks.length === 1);
  await loop.stop();
  expect(recordings).toEqual([file.path, null]);
  const numbers = await frameNumbers(file.path);
  const live = numbers.filter((number) => number !== null);
  expect(live.length).toBeGreaterThanOrEqual(10);
  expect(live).toEqual([...live].sort((a, b) => a - b));
  expect(numbers.at(-1)).toBeNull(); // the card carries no frame number
});

test('a sink that fails live is told of and left; the loop goes on', async () => {
  const loop = await Loop.start(
    options({
      mode: 'live',
      source: synthetic({ paced: true, frameLimit: 60 }),
      nextRecording: () => recording('no/such/folder.mp4'),
    }),
  );
  const told: string[] = [];
  loop.on('message', (severity, text) => told.push(`${severity}: ${text}`));
  loop.command({ kind: 'record', on: true });
  await loop.done;
  expect(told.join()).toMatch(/error: .*folder\.mp4/);
});

test('a source that cannot be opened is a UserError and leaves no thread behind', async () => {
  await expect(Loop.start(options({ source: synthetic({ input: join(folder, 'none.mp4') }) }))).rejects.toMatchObject({
    name: 'UserError',
    code: 'INPUT_MISSING',
  });
});
