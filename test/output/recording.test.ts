import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import type { UserErrorCode } from '../../src/errors.js';
import type { Micros } from '../../src/frame/clock.js';
import type { Rate } from '../../src/frame/frame.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import { type RecordingOptions, RecordingSink } from '../../src/output/recording-sink.js';
import { loadFfmpeg } from '../../src/system/ffmpeg.js';
import { openMediaFile } from '../../src/system/media-file.js';
import { makeMedia } from '../capture/media-maker.js';
import { colourError, drawTestPicture, NATURAL_COLOURS } from '../capture/test-picture.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-recording-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const RATE: Rate = { num: 25, den: 1 };
const LAYOUT = i420Layout(192, 144);
const OFFLINE: RecordingOptions = { preset: 'offline' };

/** Frame `index` as the sinks get it, its number in its pixels. */
function frameAt(layout: I420Layout, index: number, seconds: number) {
  const data = drawTestPicture(layout, NATURAL_COLOURS, index);
  // The clock of capture is another one than that of the source.
  return { layout, data, sequence: index, capturedAt: (5e6 + seconds * 1e6) as Micros, pts: seconds };
}

async function record(
  path: string,
  options: RecordingOptions,
  {
    layout = LAYOUT,
    rate = RATE,
    times = evenTimes(30, rate),
  }: { layout?: I420Layout; rate?: Rate; times?: number[] } = {},
): Promise<void> {
  const sink = new RecordingSink(path, options);
  try {
    await sink.open({ layout, rate });
    for (const [index, seconds] of times.entries()) sink.write(frameAt(layout, index, seconds));
    await sink.close();
  } finally {
    sink.discard();
  }
}

function evenTimes(count: number, { num, den }: Rate): number[] {
  return Array.from({ length: count }, (_, index) => (index * den) / num);
}

async function play(path: string) {
  const source = new ClipSource(path);
  const info = await source.open();
  const data = new Uint8Array(info.layout.byteLength);
  const times: number[] = [];
  const numbers: (number | null)[] = [];
  let squares = 0;
  let worstColour = 0;
  for (let stamp = await source.read(data); stamp; stamp = await source.read(data)) {
    const { top, bottom } = readFrameNumber(data, info.layout);
    numbers.push(top === bottom ? top : null);
    worstColour = Math.max(worstColour, colourError(data, info.layout, NATURAL_COLOURS));
    const sent = drawTestPicture(info.layout, NATURAL_COLOURS, times.length);
    for (let i = 0; i < sent.length; i++) squares += (sent[i]! - data[i]!) ** 2;
    times.push(stamp.pts);
  }
  await source.close();
  const psnr = 10 * Math.log10(255 ** 2 / (squares / (times.length * data.length)));
  return { info, times, numbers, psnr, worstColour };
}

async function expectError(path: string, options: RecordingOptions, code: UserErrorCode, message: RegExp) {
  await expect(record(path, options)).rejects.toMatchObject({
    name: 'UserError',
    code,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/^[A-Z].{10,}/),
  });
}

describe('what is recorded is what was sent: every frame, its number, its time, PSNR over 38 dB, colours within 3', () => {
  for (const name of ['a.mp4', 'a.m4v', 'a.mov', 'a.mkv', 'a.y4m']) {
    for (const preset of ['live', 'offline'] as const) {
      test(`${name}, ${preset}`, async () => {
        const path = file(`${preset}-${name}`);
        await record(path, { preset });
        const { info, times, numbers, psnr, worstColour } = await play(path);
        expect(info).toMatchObject({ rate: RATE, layout: LAYOUT });
        expect(numbers).toEqual([...Array(30).keys()]);
        for (const [index, seconds] of times.entries()) expect(Math.abs(seconds - index / 25)).toBeLessThan(0.001);
        expect(psnr).toBeGreaterThan(38);
        expect(worstColour).toBeLessThanOrEqual(3);
        expect(existsSync(`${path}.part`)).toBe(false);
      });
    }
  }

  test('the file says BT.601 and limited range', async () => {
    await record(file('tagged.mp4'), OFFLINE);
    const ffmpeg = await loadFfmpeg();
    const format = openMediaFile(ffmpeg, file('tagged.mp4'));
    const { colorSpace, colorRange } = format.streams[0]!.codecpar;
    format.closeInputSync();
    expect(colorSpace).toBe(ffmpeg.AVCOL_SPC_SMPTE170M);
    expect(colorRange).toBe(ffmpeg.AVCOL_RANGE_MPEG);
  });

  for (const rate of [
    { num: 30_000, den: 1001 },
    { num: 24_000, den: 1001 },
    { num: 50, den: 3 },
    { num: 60, den: 1 },
  ]) {
    test(`${rate.num}/${rate.den} frames a second stay so`, async () => {
      const path = file(`rate-${rate.num}.mp4`);
      await record(path, OFFLINE, { rate });
      const { info, times } = await play(path);
      expect(info.rate.num / info.rate.den).toBeCloseTo(rate.num / rate.den, 3);
      expect(times.length).toBe(30);
      expect(times.at(-1)).toBeCloseTo((29 * rate.den) / rate.num, 3);
    });
  }

  for (const preset of ['live', 'offline'] as const) {
    test(`uneven times are kept, ${preset}`, async () => {
      const times = [0, 0.02, 0.1, 0.14, 0.5, 0.51, 0.9];
      await record(file(`uneven-${preset}.mp4`), { preset }, { times });
      const played = await play(file(`uneven-${preset}.mp4`));
      expect(played.numbers).toEqual([0, 1, 2, 3, 4, 5, 6]);
      for (const [index, seconds] of played.times.entries()) expect(seconds).toBeCloseTo(times[index]!, 3);
    });
  }

  test('times that run back or stand still still make a film of every frame', async () => {
    await record(file('back.mp4'), OFFLINE, { times: [3, 3.04, 3.04, 0, 0.04] });
    const { numbers, times } = await play(file('back.mp4'));
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
    for (const [index, seconds] of times.entries()) expect(seconds).toBeCloseTo(index * 0.04, 3);
  });

  test('y4m, live: a gap is filled, so that the film is as long as the session', async () => {
    await record(file('gap.y4m'), { preset: 'live' }, { times: [0, 0.04, 0.2, 0.24] });
    expect((await play(file('gap.y4m'))).numbers).toEqual([0, 1, 2, 2, 2, 2, 3]);
  });

  test('odd sides: the last column and row are doubled in H.264, and kept as they are in y4m', async () => {
    const layout = i420Layout(193, 145);
    await record(file('odd.mp4'), OFFLINE, { layout });
    await record(file('odd.y4m'), OFFLINE, { layout });
    expect((await play(file('odd.mp4'))).info.layout).toMatchObject({ width: 194, height: 146 });
    const y4m = await play(file('odd.y4m'));
    expect(y4m.info.layout).toMatchObject({ width: 193, height: 145 });
    expect(y4m.psnr).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the file', () => {
  test('offline: nothing has its name before it is complete, and nothing is left of a run that gave up', async () => {
    const path = file('atomic.mp4');
    const sink = new RecordingSink(path, OFFLINE);
    await sink.open({ layout: LAYOUT, rate: RATE });
    for (let index = 0; index < 20; index++) sink.write(frameAt(LAYOUT, index, index / 25));
    expect(existsSync(path)).toBe(false);
    sink.discard();
    sink.discard();
    await sink.close();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('live: what a killed process leaves plays up to its last second', async () => {
    const path = file('killed.mp4');
    const sink = new RecordingSink(path, { preset: 'live' });
    await sink.open({ layout: LAYOUT, rate: RATE });
    for (let index = 0; index < 100; index++) sink.write(frameAt(LAYOUT, index, index / 25));
    writeFileSync(file('left.mp4'), readFileSync(path));
    await sink.close();
    const left = await play(file('left.mp4'));
    expect(left.numbers.length).toBeGreaterThanOrEqual(75);
    expect(left.numbers).toEqual([...Array(left.numbers.length).keys()]);
    expect((await play(path)).numbers).toEqual([...Array(100).keys()]);
  });

  test('a recording without a frame leaves no file', async () => {
    for (const [name, preset] of [
      ['none.mp4', 'live'],
      ['none.mkv', 'offline'],
      ['none.y4m', 'live'],
    ] as const) {
      await record(file(name), { preset }, { times: [] });
      expect(existsSync(file(name))).toBe(false);
    }
  });

  test('close is safe to call twice and before open', async () => {
    const sink = new RecordingSink(file('twice.mp4'), OFFLINE);
    await sink.close();
    await sink.open({ layout: LAYOUT, rate: RATE });
    sink.write(frameAt(LAYOUT, 0, 0));
    await sink.close();
    await sink.close();
    expect((await play(file('twice.mp4'))).numbers).toEqual([0]);
  });
});

describe('what cannot be written says why', () => {
  test('a file that exists, unless it may be replaced', async () => {
    writeFileSync(file('old.mp4'), 'old');
    await expectError(file('old.mp4'), OFFLINE, 'OUTPUT_FAILED', /exists already/);
    expect(readFileSync(file('old.mp4'), 'utf8')).toBe('old');
    await record(file('old.mp4'), { ...OFFLINE, overwrite: true });
    expect((await play(file('old.mp4'))).numbers.length).toBe(30);
  });

  test('the input itself, even by another name and with leave to replace it', async () => {
    await record(file('in.mp4'), OFFLINE);
    symlinkSync(file('in.mp4'), file('alias.mp4'));
    const bytes = statSync(file('in.mp4')).size;
    const options = { ...OFFLINE, overwrite: true, copyAudioFrom: file('in.mp4') };
    await expectError(file('alias.mp4'), options, 'OUTPUT_FAILED', /is the input itself/);
    expect(statSync(file('in.mp4')).size).toBe(bytes);
  });

  test('a folder that is not there, a path through a file, a folder in place of a file', async () => {
    mkdirSync(file('sub.mp4'));
    await expectError(file('none/a.mp4'), OFFLINE, 'OUTPUT_FAILED', /no such folder/);
    await expectError('/dev/null/a.mp4', OFFLINE, 'OUTPUT_FAILED', /not a folder/);
    await expectError(file('sub.mp4'), OFFLINE, 'OUTPUT_FAILED', /is a folder/);
  });

  for (const name of ['a.avi', 'a', 'a.mp4.txt']) {
    test(`a name like ${name}`, () => expectError(file(name), OFFLINE, 'CONFIG_INVALID', /does not end in the name/));
  }

  for (const name of ['full.mp4', 'full.mkv', 'full.y4m']) {
    test.skipIf(!existsSync('/dev/full'))(`a full disk: ${name}`, async () => {
      symlinkSync('/dev/full', file(`${name}.part`));
      await expectError(file(name), OFFLINE, 'OUTPUT_FAILED', /full\.\w+ cannot be written: the disk is full/);
      expect(existsSync(file(name))).toBe(false);
    });
  }
});

describe('sound of the input', () => {
  /** Times of a file's sound: first and last packet, in seconds on the file's clock, whose pictures start at `video`. */
  async function readSound(path: string) {
    const ffmpeg = await loadFfmpeg();
    const format = openMediaFile(ffmpeg, path);
    const video = format.streams[format.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO)]!;
    const seconds = (stamp: bigint, { num, den }: { num: number; den: number }) => (Number(stamp) * num) / den;
    const sounds = format.streams
      .filter(({ codecpar }) => codecpar.codecType === ffmpeg.AVMEDIA_TYPE_AUDIO)
      .map((stream) => ({
        stream,
        codec: ffmpeg.avGetCodecName(stream.codecpar.codecId),
        first: 0,
        end: 0,
        packets: 0,
      }));
    const packet = new ffmpeg.Packet();
    packet.alloc();
    while (format.readFrameSync(packet) >= 0) {
      const sound = sounds.find(({ stream }) => stream.index === packet.streamIndex);
      if (sound) {
        const { timeBase } = sound.stream;
        if (sound.packets++ === 0) sound.first = seconds(packet.pts, timeBase);
        sound.end = seconds(packet.pts + packet.duration, timeBase);
      }
      packet.unref();
    }
    packet.free();
    const start = seconds(video.startTime, video.timeBase);
    format.closeInputSync();
    return sounds.map(({ codec, first, end, packets }) => ({ codec, first: first - start, end: end - start, packets }));
  }

  const cases = [
    { input: 'aac.mp4', container: 'mp4', codec: 'aac', output: 'o.mp4', becomes: 'aac' },
    { input: 'mp3.mkv', container: 'matroska', codec: 'libmp3lame', output: 'o.mp4', becomes: 'mp3' },
    { input: 'opus.webm', container: 'matroska', codec: 'libopus', output: 'o.mp4', becomes: 'opus' },
    { input: 'vorbis.mkv', container: 'matroska', codec: 'libvorbis', output: 'o.mp4', becomes: 'aac' },
    { input: 'vorbis2.mkv', container: 'matroska', codec: 'libvorbis', output: 'o.mkv', becomes: 'vorbis' },
    { input: 'pcm.mov', container: 'mov', codec: 'pcm_s16le', output: 'o.mp4', becomes: 'aac' },
    { input: 'pcm2.mov', container: 'mov', codec: 'pcm_s16le', output: 'o.mov', becomes: 'pcm_s16le' },
    { input: 'aac.ts', container: 'mpegts', codec: 'aac', output: 'o.mp4', becomes: 'aac' },
    { input: 'ac3.ts', container: 'mpegts', codec: 'ac3', output: 'o.mov', becomes: 'ac3' },
  ];
  for (const { input, container, codec, output, becomes } of cases) {
    test(`${input} into ${output}: ${becomes}, in sync within 50 ms from start to end`, async () => {
      await makeMedia(file(input), {
        container,
        video: { codec: 'libx264', frameCount: 50, options: { preset: 'ultrafast' } },
        sounds: [{ codec, seconds: 2 }],
      });
      const path = file(`${input}-${output}`);
      await record(path, { ...OFFLINE, copyAudioFrom: file(input) }, { times: evenTimes(50, RATE) });
      const [given] = await readSound(file(input));
      const [found, ...others] = await readSound(path);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ codec: becomes });
      expect(Math.abs(found!.first - Math.max(0, given!.first))).toBeLessThan(0.05);
      expect(Math.abs(found!.end - given!.end)).toBeLessThan(0.05);
      expect((await play(path)).numbers).toEqual([...Array(50).keys()]);
    });
  }

  test('sound that starts late stays late; two tracks stay two', async () => {
    await makeMedia(file('late.mkv'), {
      container: 'matroska',
      video: { codec: 'libx264', frameCount: 50, options: { preset: 'ultrafast' } },
      sounds: [
        { codec: 'aac', seconds: 1, startS: 0.7 },
        { codec: 'libopus', seconds: 2 },
      ],
    });
    const path = file('late-out.mp4');
    await record(path, { ...OFFLINE, copyAudioFrom: file('late.mkv') }, { times: evenTimes(50, RATE) });
    const [late, whole] = await readSound(path);
    expect(late!.first).toBeCloseTo(0.7, 1);
    expect(whole!.first).toBeCloseTo(0, 1);
  });

  test('a file without sound gives a film without sound', async () => {
    await record(file('mute.mp4'), OFFLINE);
    await record(file('mute-out.mp4'), { ...OFFLINE, copyAudioFrom: file('mute.mp4') });
    expect(await readSound(file('mute-out.mp4'))).toEqual([]);
  });

  test('a missing file of sound is an error, and leaves no file', async () => {
    const options = { ...OFFLINE, copyAudioFrom: file('nowhere.mp4') };
    await expectError(file('no-sound.mp4'), options, 'INPUT_MISSING', /There is no file/);
    expect(existsSync(file('no-sound.mp4.part'))).toBe(false);
  });
});
