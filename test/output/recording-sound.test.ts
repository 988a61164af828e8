import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Micros } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import { RecordingSink } from '../../src/output/recording-sink.js';
import { loadFfmpeg } from '../../src/system/ffmpeg.js';
import { openMediaFile } from '../../src/system/media-file.js';
import { type MadeSound, makeMedia } from '../capture/media-maker.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-sound-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const FPS = 25;
const layout = i420Layout(192, 144);

/** Start times and sizes of all packets of sound, in seconds from the first picture. */
async function soundPackets(path: string): Promise<{ seconds: number; size: number }[]> {
  const ffmpeg = await loadFfmpeg();
  const format = openMediaFile(ffmpeg, path);
  const video = format.streams[format.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO)]!;
  const start = (Number(video.startTime) * video.timeBase.num) / video.timeBase.den;
  const packet = new ffmpeg.Packet();
  packet.alloc();
  const packets: { seconds: number; size: number }[] = [];
  while (format.readFrameSync(packet) >= 0) {
    const stream = format.streams[packet.streamIndex]!;
    if (stream.codecpar.codecType === ffmpeg.AVMEDIA_TYPE_AUDIO) {
      packets.push({
        seconds: (Number(packet.pts) * stream.timeBase.num) / stream.timeBase.den - start,
        size: packet.size,
      });
    }
    packet.unref();
  }
  packet.free();
  format.closeInputSync();
  return packets;
}

/** Makes a film of `pictures` frames with this sound, and records the first `recorded` of them with it. */
async function copySound(name: string, sound: MadeSound, pictures: number, recorded: number, pictureStartS = 0) {
  const container = name.endsWith('.mkv') ? 'matroska' : 'mp4';
  const input = join(folder, `in-${name}`);
  const output = join(folder, `out-${name}`);
  const times = Array.from({ length: pictures }, (_, index) => pictureStartS + index / FPS);
  const video = { codec: 'libx264', times, options: { preset: 'ultrafast' } };
  await makeMedia(input, { container, video, sounds: [sound] });
  const sink = new RecordingSink(output, { preset: 'offline', overwrite: true, copyAudioFrom: input });
  await sink.open({ layout, rate: { num: FPS, den: 1 } });
  const data = new Uint8Array(layout.byteLength).fill(128);
  for (let index = 0; index < recorded; index++) {
    sink.write({ layout, data, sequence: index, capturedAt: 0 as Micros, pts: index / FPS });
  }
  await sink.close();
  return { given: await soundPackets(input), found: await soundPackets(output) };
}

describe('each packet of the sound lies within 1 ms of where it was, beside the pictures', () => {
  for (const name of ['a.mp4', 'a.mkv']) {
    for (const [what, seconds] of [
      ['as long as the pictures', 2],
      ['shorter', 0.8],
      ['longer', 5],
    ] as const) {
      test(`${name}: sound ${what}`, async () => {
        const { given, found } = await copySound(name, { codec: 'aac', seconds }, 50, 50);
        const expected = given.filter(({ seconds }) => seconds >= -1e-6);
        expect(found.map(({ size }) => size)).toEqual(expected.map(({ size }) => size));
        for (const [index, packet] of found.entries()) {
          expect(Math.abs(packet.seconds - expected[index]!.seconds)).toBeLessThan(0.001);
        }
      });
    }
  }

  test('sound from before the first picture is left out, the rest stays in place', async () => {
    const { given, found } = await copySound('early.mkv', { codec: 'aac', seconds: 3 }, 50, 50, 1);
    const expected = given.filter(({ seconds }) => seconds >= -1e-6);
    expect(expected.length).toBeLessThan(given.length - 40);
    expect(found.length).toBe(expected.length);
    expect(Math.abs(found[0]!.seconds - expected[0]!.seconds)).toBeLessThan(0.001);
    expect(Math.abs(found.at(-1)!.seconds - expected.at(-1)!.seconds)).toBeLessThan(0.001);
  });
});

describe('a film that was cut off takes its sound no further than half a second past its pictures', () => {
  for (const name of ['cut.mp4', 'cut.mkv']) {
    test(name, async () => {
      const { found } = await copySound(name, { codec: 'aac', seconds: 4 }, 100, 25);
      expect(found.at(-1)!.seconds).toBeGreaterThan(0.9);
      expect(found.at(-1)!.seconds).toBeLessThan(1.55);
    });
  }
});

test('sound that nothing here can decode: an error that names .mkv, and no file', async () => {
  const input = join(folder, 'unknown.mkv');
  const video = { codec: 'libx264', options: { preset: 'ultrafast' } };
  await makeMedia(input, { container: 'matroska', video, sounds: [{ codec: 'libvorbis', seconds: 1 }] });
  const bytes = readFileSync(input);
  bytes.write('A_SECRET', bytes.indexOf('A_VORBIS'), 'latin1');
  writeFileSync(input, bytes);
  const output = join(folder, 'unknown.mp4');
  const sink = new RecordingSink(output, { preset: 'offline', copyAudioFrom: input });
  await expect(sink.open({ layout, rate: { num: FPS, den: 1 } })).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: expect.stringMatching(/The sound of .*unknown\.mkv .* fits into no mp4 file/),
    remedy: expect.stringMatching(/\.mkv/),
  });
  await sink.close();
  expect(existsSync(output) || existsSync(`${output}.part`)).toBe(false);
});
