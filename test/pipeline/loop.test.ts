import { once } from 'node:events';
import { existsSync, mkdtempSync, truncateSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClipSpec, createSource, type SourceSpec } from '../../src/capture/create-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import { LiveSettings } from '../../src/config/settings.js';
import { UserError } from '../../src/errors.js';
import type { Rate } from '../../src/frame/frame.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Y4mWriter } from '../../src/output/y4m-writer.js';
import { Loop } from '../../src/pipeline/loop.js';
import type { LoopOptions } from '../../src/pipeline/loop-options.js';
import type { SinkSpec } from '../../src/pipeline/messages.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-loop-'));

function synthetic(change: Partial<ClipSpec> = {}): ClipSpec {
  return {
    kind: 'clip',
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
    avatars: {
      open: () => Promise.reject(new UserError('AVATAR_MISSING', 'There is no avatar here.', 'Make one.')),
      list: () => [],
      wornFor: 'live-calls',
      renderCard: async (layout) => new Uint8Array(layout.byteLength).fill(55),
    },
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
  // Times of the source, not of this machine: where it is slow, a live recording repeats frames.
  const file = { ...recording('offline.y4m'), preset: 'offline' as const };
  const loop = await Loop.start(options({ sinks: [file, { kind: 'counting' }] }));
  let last: Telemetry | null = null;
  loop.on('telemetry', (telemetry) => {
    last = telemetry;
  });
  await loop.done;
  expect(await frameNumbers(file.path)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  expect((last as Telemetry | null)?.frames).toEqual({ captured: 120, written: 120, dropped: 0 });
});

test('live, each frame of the source is written or counted as dropped: captured = written + dropped', async () => {
  const source = synthetic({ width: 1920, height: 1080, fps: 120, paced: true, frameLimit: 240 });
  const loop = await Loop.start(options({ source, mode: 'live' }));
  let last: Telemetry | null = null;
  loop.on('telemetry', (telemetry) => {
    last = telemetry;
  });
  await loop.done;
  const { frames } = last as unknown as Telemetry;
  expect(frames.written).toBeGreaterThan(0);
  expect(frames.written + frames.dropped).toBe(frames.captured);
});

test('paused from the start, the card is in every frame, though it was drawn before the models were loaded', async () => {
  const file = { ...recording('card.y4m'), preset: 'offline' as const };
  const loop = await Loop.start(options({ sinks: [file], settings: LiveSettings.parse({ paused: true }) }));
  await loop.done;
  const source = createSource({ ...synthetic(), input: file.path, width: null, height: null, fps: null });
  const { layout } = await source.open();
  const pixels = new Uint8Array(layout.byteLength);
  let frames = 0;
  while (await source.read(pixels)) {
    expect(pixels.every((byte) => byte === 99)).toBe(true);
    frames++;
  }
  await source.close();
  expect(frames).toBe(120);
});

/** A clip of 64x48 pixels. */
function writeClip(name: string, frames: number, rate: Rate): string {
  const clip = join(folder, name);
  const layout = i420Layout(64, 48);
  const writer = new Y4mWriter({ layout, rate }, clip);
  for (let frame = 0; frame < frames; frame++) writer.write(new Uint8Array(layout.byteLength).fill(100));
  writer.close();
  return clip;
}

test('what threads told before the loop was ready reaches those who listen to it once they have it', async () => {
  const source: SourceSpec = {
    kind: 'camera',
    camera: 'no such camera',
    onDemand: true,
    controls: {},
    width: 320,
    height: 180,
    fps: 60,
    fit: 'crop',
  };
  const loop = await Loop.start(options({ source, sinks: [{ kind: 'preview', port: 0 }], mode: 'live' }));
  const [severity, text] = await once(loop, 'message');
  expect([severity, text]).toEqual(['info', 'Webcam "no such camera" is off: nobody watches']);
  await loop.stop();
});

test('stopping does not wait for the next frame of a source that has one in ten minutes', async () => {
  const input = writeClip('slides.y4m', 2, { num: 1, den: 600 });
  const source = synthetic({ input, width: null, height: null, fps: null, paced: true });
  const loop = await Loop.start(options({ source, mode: 'live' }));
  await once(loop, 'first-frame');
  await loop.stop();
});

test('a file that is cut short while it is read ends the run with the cause', async () => {
  const input = writeClip('cut.y4m', 3000, { num: 30, den: 1 });
  const source = synthetic({ input, width: null, height: null, fps: null, paced: true });
  const loop = await Loop.start(options({ source, mode: 'live' }));
  loop.once('first-frame', () => truncateSync(input, 100));
  await expect(loop.done).rejects.toMatchObject({ name: 'UserError', code: 'INPUT_INVALID' });
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

test('recording twice on and twice off, all at once, makes one film and leaves no sink', async () => {
  const source = synthetic({ paced: true, frameLimit: null, fps: 30 });
  const paths: string[] = [];
  const nextRecording = () => {
    const file = recording(`quick-${paths.length}.y4m`);
    paths.push(file.path);
    return file;
  };
  const loop = await Loop.start(options({ source, mode: 'live', nextRecording }));
  const recordings: (string | null)[] = [];
  const told: string[] = [];
  loop.on('recording', (path) => recordings.push(path));
  loop.on('message', (_, text) => told.push(text));
  // Before the engine is ready: what is asked of it meanwhile must not be lost.
  for (const on of [true, true, false, false]) loop.command({ kind: 'record', on });
  await once(loop, 'recording');
  if (recordings.length < 2) await once(loop, 'recording');
  await loop.stop();
  expect(recordings).toEqual([paths[0], null]);
  expect(paths).toHaveLength(1);
  expect(told).toHaveLength(1);
  expect(loop.outputs.map(({ name }) => name)).toEqual(['counting']);
});

test('stopping while a recording is being opened ends, and leaves no empty film', async () => {
  const file = recording('late.mp4');
  const source = synthetic({ paced: true, frameLimit: null, fps: 30 });
  const loop = await Loop.start(options({ source, mode: 'live', nextRecording: () => file }));
  await once(loop, 'first-frame');
  loop.command({ kind: 'record', on: true });
  await loop.stop();
  if (existsSync(file.path)) expect((await frameNumbers(file.path)).length).toBeGreaterThan(0);
});

test('when one sink cannot be opened, the others leave no file', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = recording('unwanted.mp4');
  const sinks: SinkSpec[] = [file, { kind: 'preview', port }];
  await expect(Loop.start(options({ mode: 'live', sinks }))).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  server.close();
  expect(existsSync(file.path)).toBe(false);
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
