import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClipOptions, ClipSource } from '../../src/capture/clip-source.js';
import { UserError, type UserErrorCode } from '../../src/errors.js';
import { makeMedia } from './media-maker.js';

let folder = '';
const file = (name: string): string => join(folder, name);
const h264 = { codec: 'libx264', frameCount: 50, options: { preset: 'ultrafast' } };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mien-bad-'));
  await makeMedia(file('good.mp4'), { container: 'mp4', video: h264 });
  await makeMedia(file('good.mkv'), { container: 'matroska', video: h264 });
  await makeMedia(file('good.y4m'), { container: 'yuv4mpegpipe', video: { codec: 'rawvideo' } });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function openError(path: string, options: ClipOptions = {}): Promise<UserError> {
  const source = new ClipSource(path, options);
  const error = await source.open().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  await source.close();
  await source.close();
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, not ${error}`);
  return error;
}

async function expectError(
  path: string,
  code: UserErrorCode,
  message: RegExp,
  remedy: RegExp,
  options: ClipOptions = {},
): Promise<void> {
  const error = await openError(path, options);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/\.$/);
  expect(error.remedy).toMatch(remedy);
}

async function countFrames(path: string): Promise<number> {
  const source = new ClipSource(path);
  const { layout } = await source.open();
  const into = new Uint8Array(layout.byteLength);
  let count = 0;
  while (await source.read(into)) count++;
  await source.close();
  return count;
}

describe('a file that cannot be played says what it is and what to do', () => {
  test('no such file', () =>
    expectError(file('none.mp4'), 'INPUT_MISSING', /There is no file .*none\.mp4/, /spelling/));

  test('a file taken for a folder', () =>
    expectError(join(file('good.mp4'), 'x.mp4'), 'INPUT_MISSING', /There is no file/, /spelling/));

  test('a folder', () => expectError(folder, 'INPUT_INVALID', /is a folder/, /Name a file in it/));

  test('a device', () => expectError('/dev/null', 'INPUT_INVALID', /device, pipe or socket/, /to a file first/));

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    writeFileSync(file('secret.mp4'), 'x');
    chmodSync(file('secret.mp4'), 0);
    await expectError(file('secret.mp4'), 'INPUT_INVALID', /may not be read/, /chmod u\+r/);
  });

  test('sound without video', async () => {
    await makeMedia(file('sound.m4a'), { container: 'mp4', sounds: [{ codec: 'aac', seconds: 1 }] });
    await expectError(file('sound.m4a'), 'INPUT_INVALID', /no video in it \(its streams: audio\)/, /video stream/);
  });

  test('zero bytes', async () => {
    writeFileSync(file('empty.mp4'), '');
    await expectError(file('empty.mp4'), 'INPUT_INVALID', /is empty \(0 bytes\)/, /again/);
  });

  for (const name of ['notes.txt', 'notes.mp4', 'notes.y4m', 'notes.gif', 'notes.mkv', 'notes.mjpeg', 'notes.srt']) {
    test(`text called ${name}`, async () => {
      writeFileSync(file(name), 'Dear diary,\ntoday I joined a call.\n'.repeat(100));
      await expectError(file(name), 'INPUT_INVALID', /not a video file|Not one picture|no video in it/, /\./);
    });
  }

  for (const name of ['noise.mp4', 'noise.bin', 'noise.mjpeg', 'noise.y4m', 'noise.h264']) {
    test(`random bytes called ${name}`, async () => {
      const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => (Math.imul(index + 1, 0x9e3779b1) >>> 13) & 255);
      writeFileSync(file(name), bytes);
      await expectError(file(name), 'INPUT_INVALID', /not a video file|Not one picture|no video in it/, /\./);
    });
  }

  test('a playlist that names another file does not reach for it', async () => {
    writeFileSync(file('list.m3u8'), `#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/never.ts\n#EXT-X-ENDLIST\n`);
    await expectError(file('list.m3u8'), 'INPUT_INVALID', /not a video file|Not one picture|no video in it/, /\./);
  });

  test('a header without pictures', async () => {
    writeFileSync(file('head.y4m'), 'YUV4MPEG2 W64 H48 F25:1 C420jpeg\n');
    await expectError(file('head.y4m'), 'INPUT_INVALID', /ends before its first picture is complete/, /again/);
  });

  test('a y4m picture of an absurd size', async () => {
    writeFileSync(file('huge.y4m'), 'YUV4MPEG2 W1000000 H1000000 F25:1 C420jpeg\nFRAME\nabc');
    await expectError(file('huge.y4m'), 'INPUT_INVALID', /ends before its first picture|1000000x1000000/, /\./);
  });

  for (const [name, bytes] of [
    ['good.mp4', 300],
    ['good.mkv', 600],
    ['good.y4m', 3000],
  ] as const) {
    test(`${name} cut to ${bytes} bytes`, async () => {
      writeFileSync(file(`cut-${name}`), readFileSync(file(name)).subarray(0, bytes));
      await expectError(
        file(`cut-${name}`),
        'INPUT_INVALID',
        /not a video file|Not one picture|no video in it|ends before/,
        /\./,
      );
    });
  }

  for (const [width, height] of [
    [0, 720],
    [1280, 0],
    [1, 1],
    [20_000, 720],
    [1280, 20_000],
    [-5, 100],
    [12.5, 100],
    [Number.NaN, 100],
  ] as const) {
    for (const name of ['good.mp4', 'good.y4m']) {
      test(`${name} in the size ${width}x${height}`, () =>
        expectError(file(name), 'CONFIG_INVALID', /pixels was asked for.* 2 to 8192/, /--size 1280x720/, {
          width,
          height,
        }));
    }
  }

  for (const fps of [0, -1, 1000, Number.NaN]) {
    test(`at ${fps} frames a second`, () =>
      expectError(file('good.mp4'), 'CONFIG_INVALID', /must be a number from 1 to 240/, /--fps 30/, { fps }));
  }
});

describe('a damaged file plays what there is', () => {
  for (const name of ['good.mkv', 'good.y4m']) {
    test(`${name} cut in the middle`, async () => {
      const bytes = readFileSync(file(name));
      writeFileSync(file(`half-${name}`), bytes.subarray(0, bytes.length / 2));
      const [whole, half] = [await countFrames(file(name)), await countFrames(file(`half-${name}`))];
      expect(half).toBeGreaterThanOrEqual(0.3 * whole);
      expect(half).toBeLessThanOrEqual(0.7 * whole);
    });
  }

  test('a fragmented mp4 cut in the middle', async () => {
    const movflags = { movflags: 'frag_keyframe+empty_moov' };
    await makeMedia(file('fragments.mp4'), { container: 'mp4', video: h264, formatOptions: movflags });
    const bytes = readFileSync(file('fragments.mp4'));
    writeFileSync(file('half.mp4'), bytes.subarray(0, bytes.length / 2));
    expect(await countFrames(file('half.mp4'))).toBeGreaterThanOrEqual(10);
  });

  test('bytes gone bad in the middle', async () => {
    const bytes = readFileSync(file('good.mkv'));
    bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 500);
    writeFileSync(file('scratched.mkv'), bytes);
    expect(await countFrames(file('scratched.mkv'))).toBeGreaterThanOrEqual(20);
  });

  test('a y4m file that shrinks while it plays fails with its name', async () => {
    writeFileSync(file('shrinks.y4m'), readFileSync(file('good.y4m')));
    const source = new ClipSource(file('shrinks.y4m'), { loop: true });
    const { layout } = await source.open();
    const into = new Uint8Array(layout.byteLength);
    await source.read(into);
    truncateSync(file('shrinks.y4m'), 100);
    const failure = await (async () => {
      for (let i = 0; i < 30; i++) await source.read(into);
    })().catch((thrown: unknown) => thrown);
    await source.close();
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as UserError).message).toMatch(/shrinks\.y4m .*shorter/);
  });

  test('a file that is deleted while it loops fails with its name where it has to be opened again', async () => {
    const mjpeg = { codec: 'mjpeg', pixelFormat: 'yuvj420p', range: 'full' } as const;
    await makeMedia(file('gone.mjpeg'), { container: 'mjpeg', video: mjpeg });
    const source = new ClipSource(file('gone.mjpeg'), { loop: true });
    const { layout } = await source.open();
    const into = new Uint8Array(layout.byteLength);
    rmSync(file('gone.mjpeg'));
    const failure = await (async () => {
      for (let i = 0; i < 30; i++) await source.read(into);
      return null; // the open file could be wound back: fine, too
    })().catch((thrown: unknown) => thrown);
    await source.close();
    if (failure !== null) {
      expect((failure as UserError).code).toBe('INPUT_MISSING');
      expect((failure as UserError).message).toMatch(/gone\.mjpeg/);
    }
  });
});
