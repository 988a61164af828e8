import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClipOptions, ClipSource } from '../../src/capture/clip-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import type { SourceInfo } from '../../src/capture/source.js';
import type { FrameStamp } from '../../src/frame/frame.js';
import { type Made, makeMedia } from './media-maker.js';
import { colourError, meanOf, NATURAL_COLOURS, PURE_COLOURS, toBt601 } from './test-picture.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-clip-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Played {
  readonly info: SourceInfo;
  readonly stamps: readonly FrameStamp[];
  readonly frames: readonly Uint8Array[];
  /** The frame numbers at the top of the pictures. */
  readonly numbers: readonly (number | null)[];
}

/** Plays a file to its end, or for so many frames. */
async function play(path: string, options: ClipOptions = {}, limit = 1000): Promise<Played> {
  const source = new ClipSource(path, options);
  const stamps: FrameStamp[] = [];
  const frames: Uint8Array[] = [];
  try {
    const info = await source.open();
    while (frames.length < limit) {
      const data = new Uint8Array(info.layout.byteLength);
      const stamp = await source.read(data);
      if (!stamp) break;
      stamps.push(stamp);
      frames.push(data);
    }
    const numbers = frames.map((data) => readFrameNumber(data, info.layout).top);
    return { info, stamps, frames, numbers };
  } finally {
    await source.close();
  }
}

async function make(name: string, made: Made): Promise<string> {
  const path = join(folder, name);
  await makeMedia(path, made);
  return path;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const CRISP = { crf: '8', preset: 'ultrafast' };

describe('kinds of files: size, every frame in order, times, colours within 3 of BT.601 limited', () => {
  const kinds: Record<string, Made> = {
    'h264.mp4': { container: 'mp4', video: { codec: 'libx264', options: CRISP } },
    'h264-bframes.mkv': { container: 'matroska', video: { codec: 'libx264', options: { crf: '8', bf: '3' } } },
    'h264.mov': { container: 'mov', video: { codec: 'libx264', options: CRISP } },
    'bt709-full.mp4': { container: 'mp4', video: { codec: 'libx264', options: CRISP, matrix: 'bt709', range: 'full' } },
    'bt709.mp4': { container: 'mp4', video: { codec: 'libx264', options: CRISP, matrix: 'bt709' } },
    '10-bit.mkv': { container: 'matroska', video: { codec: 'ffv1', pixelFormat: 'yuv420p10le' } },
    '10-bit-709.mp4': {
      container: 'mp4',
      video: {
        codec: 'libx265',
        pixelFormat: 'yuv420p10le',
        matrix: 'bt709',
        options: { 'x265-params': 'log-level=none:crf=8' },
      },
    },
    '444.mkv': { container: 'matroska', video: { codec: 'ffv1', pixelFormat: 'yuv444p' } },
    'rgb.mkv': { container: 'matroska', video: { codec: 'ffv1', pixelFormat: 'bgr0', isTagged: false } },
    'vp9.webm': { container: 'webm', video: { codec: 'libvpx-vp9', options: { crf: '6', 'cpu-used': '8' } } },
    'vp8.webm': { container: 'webm', video: { codec: 'libvpx', isTagged: false, options: { crf: '4', b: '4000000' } } },
    'mjpeg.avi': { container: 'avi', video: { codec: 'mjpeg', pixelFormat: 'yuvj420p', range: 'full' } },
    'mjpeg-untagged.mkv': {
      container: 'matroska',
      video: { codec: 'mjpeg', pixelFormat: 'yuvj422p', range: 'full', isTagged: false },
    },
    'raw.mjpeg': { container: 'mjpeg', video: { codec: 'mjpeg', pixelFormat: 'yuvj420p', range: 'full' } },
    'mpeg4.avi': { container: 'avi', video: { codec: 'mpeg4', isTagged: false } },
    'any.gif': {
      container: 'gif',
      video: { codec: 'gif', pixelFormat: 'rgb8', colours: PURE_COLOURS, isTagged: false },
    },
    'png.mov': { container: 'mov', video: { codec: 'png', pixelFormat: 'rgb24', isTagged: false } },
    'any.y4m': { container: 'yuv4mpegpipe', video: { codec: 'rawvideo' } },
    'full-range.y4m': { container: 'yuv4mpegpipe', video: { codec: 'rawvideo', range: 'full' } },
    '444.y4m': { container: 'yuv4mpegpipe', video: { codec: 'rawvideo', pixelFormat: 'yuv444p' } },
    'with-sound.mkv': {
      container: 'matroska',
      video: { codec: 'libx264', options: CRISP },
      sounds: [{ codec: 'libvorbis', seconds: 0.4 }],
    },
    'odd.y4m': { container: 'yuv4mpegpipe', video: { codec: 'rawvideo', width: 191, height: 143 } },
    'odd.mkv': { container: 'matroska', video: { codec: 'ffv1', width: 191, height: 143 } },
  };
  for (const [name, made] of Object.entries(kinds)) {
    test(name, async () => {
      const { video } = made;
      const { info, stamps, frames, numbers } = await play(await make(name, made));
      expect([info.layout.width, info.layout.height]).toEqual([video?.width ?? 192, video?.height ?? 144]);
      expect(info.rate.num / info.rate.den).toBeCloseTo(25, 2);
      expect(numbers).toEqual(upTo(10));
      expect(stamps.map(({ sequence }) => sequence)).toEqual(upTo(10));
      for (const [index, { pts }] of stamps.entries()) expect(Math.abs(pts - index / 25)).toBeLessThan(0.001);
      const colours = video?.colours ?? NATURAL_COLOURS;
      const worst = Math.max(...frames.map((data) => colourError(data, info.layout, colours)));
      expect(worst).toBeLessThanOrEqual(3);
      if (name !== 'raw.mjpeg') expect(info.frameCount).toBe(10);
    });
  }
});

describe('times', () => {
  const times = [0, 0.02, 0.1, 0.14, 0.5, 0.51, 0.9];

  test('variable frame rate: each frame at its own time', async () => {
    const path = await make('vfr.mkv', { container: 'matroska', video: { codec: 'libx264', options: CRISP, times } });
    const { stamps, numbers } = await play(path);
    expect(numbers).toEqual(upTo(7));
    for (const [index, { pts }] of stamps.entries()) expect(Math.abs(pts - times[index]!)).toBeLessThan(0.001);
  });

  test('variable frame rate resampled to 20: each moment shows the frame that is on then', async () => {
    const path = await make('vfr20.mkv', { container: 'matroska', video: { codec: 'libx264', options: CRISP, times } });
    const { info, numbers } = await play(path, { fps: 20 });
    expect(info.rate).toEqual({ num: 20, den: 1 });
    expect(numbers.slice(0, 18)).toEqual([1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5]);
  });

  test('read as fast as it goes, its frames are stamped with the times of the recording', async () => {
    const video = { codec: 'libx264', options: CRISP, times };
    const { stamps } = await play(await make('times.mkv', { container: 'matroska', video }));
    const since = stamps.map(({ capturedAt }) => capturedAt - stamps[0]!.capturedAt);
    expect(since).toEqual(stamps.map(({ pts }) => Math.round(pts * 1e6)));
    expect(since.at(-1)).toBeCloseTo(900_000, -3);
  });

  test('a file whose times start late starts at 0', async () => {
    const late = { codec: 'libx264', options: CRISP, times: [5, 5.04, 5.08] };
    const { stamps } = await play(await make('late.mkv', { container: 'matroska', video: late }));
    for (const [index, { pts }] of stamps.entries()) expect(Math.abs(pts - index / 25)).toBeLessThan(0.001);
  });

  for (const [fps, every] of [
    [60, 25 / 60],
    [10, 2.5],
    [25, 1],
    [29.97, (25 * 1.001) / 30],
  ] as const) {
    test(`25 frames a second shown at ${fps}: the nearest frame, for as long as the clip is`, async () => {
      const path = await make(`at-${fps}.mp4`, { container: 'mp4', video: { codec: 'libx264', frameCount: 50 } });
      const { info, stamps, numbers } = await play(path, { fps });
      expect(stamps.length).toBe(Math.round(50 / every));
      expect(info.frameCount).toBe(stamps.length);
      for (const [index, { pts, sequence }] of stamps.entries()) {
        expect(sequence).toBe(index);
        expect(pts).toBeCloseTo((index * every) / 25, 6);
        expect(Math.abs(numbers[index]! - index * every)).toBeLessThanOrEqual(every < 1 ? 1 : every / 2);
      }
    });
  }

  for (const name of ['loop.mp4', 'loop.gif', 'loop.y4m', 'loop.mjpeg', 'loop.mkv']) {
    test(`${name} in a loop: numbers start again, sequence and times go on evenly`, async () => {
      const video =
        name === 'loop.gif'
          ? { codec: 'gif', pixelFormat: 'rgb8', frameCount: 12, isTagged: false, fps: 25 }
          : name === 'loop.mjpeg'
            ? { codec: 'mjpeg', pixelFormat: 'yuvj420p', range: 'full' as const, frameCount: 12 }
            : { codec: name === 'loop.y4m' ? 'rawvideo' : 'libx264', frameCount: 12 };
      const container = { 'loop.mp4': 'mp4', 'loop.gif': 'gif', 'loop.y4m': 'yuv4mpegpipe', 'loop.mjpeg': 'mjpeg' }[
        name
      ];
      const path = await make(name, { container: container ?? 'matroska', video });
      const { info, stamps, numbers } = await play(path, { loop: true }, 40);
      expect(info.frameCount).toBeNull();
      expect(numbers).toEqual(upTo(40).map((index) => index % 12));
      expect(stamps.map(({ sequence }) => sequence)).toEqual(upTo(40));
      for (const [index, { pts }] of stamps.entries()) expect(Math.abs(pts - index / 25)).toBeLessThan(0.011);
    });
  }

  test('a loop resampled to 60 is seamless', async () => {
    const path = await make('loop60.mp4', { container: 'mp4', video: { codec: 'libx264', frameCount: 10 } });
    const { stamps, numbers } = await play(path, { loop: true, fps: 60 }, 72);
    for (const [index, { pts }] of stamps.entries()) expect(pts).toBeCloseTo(index / 60, 6);
    expect(numbers.slice(0, 24)).toEqual(numbers.slice(24, 48));
    expect(numbers.slice(48, 72)).toEqual(numbers.slice(0, 24));
  });
});

describe('shapes', () => {
  test('letterbox: exactly black bars beside a picture that keeps its proportions and colours', async () => {
    const path = await make('bars.mp4', { container: 'mp4', video: { codec: 'libx264', options: CRISP } });
    const { info, frames } = await play(path, { width: 320, height: 144 }, 1);
    const { layout } = info;
    const data = frames[0]!;
    expect([layout.width, layout.height]).toEqual([320, 144]);
    for (const [from, to] of [
      [0, 64],
      [256, 320],
    ] as const) {
      for (let y = 0; y < 144; y++) {
        for (let x = from; x < to; x++) expect(data[y * layout.strideY + x]).toBe(16);
        for (let x = from / 2; x < to / 2; x++) {
          expect(data[layout.offsetU + (y >> 1) * layout.strideUV + x]).toBe(128);
          expect(data[layout.offsetV + (y >> 1) * layout.strideUV + x]).toBe(128);
        }
      }
    }
    expect(data[72 * layout.strideY + 64]).not.toBe(16);
    expect(data[72 * layout.strideY + 255]).not.toBe(16);
  });

  test('letterbox above and below at an odd size', async () => {
    const path = await make('bars2.mp4', { container: 'mp4', video: { codec: 'libx264', options: CRISP } });
    const { info, frames } = await play(path, { width: 101, height: 201 }, 1);
    const { layout } = info;
    const bar = meanOf(frames[0]!, layout, { left: 0, right: 1, top: 0, bottom: 0.29 });
    expect(bar).toEqual([16, 128, 128]);
    expect(meanOf(frames[0]!, layout, { left: 0, right: 1, top: 0.71, bottom: 1 })).toEqual([16, 128, 128]);
  });

  test('crop fills the frame with the middle of the picture', async () => {
    // The patches lie in the middle half: cropped to it, they fill the frame.
    const path = await make('crop.mp4', { container: 'mp4', video: { codec: 'libx264', options: CRISP } });
    const { info, frames } = await play(path, { width: 384, height: 144, fit: 'crop' }, 1);
    const top = meanOf(frames[0]!, info.layout, { left: 0.02, right: 0.23, top: 0.05, bottom: 0.45 });
    const bottom = meanOf(frames[0]!, info.layout, { left: 0.77, right: 0.98, top: 0.55, bottom: 0.95 });
    expect(Math.abs(top[0] - toBt601(NATURAL_COLOURS[0]!)[0])).toBeLessThan(3);
    expect(Math.abs(bottom[0] - toBt601(NATURAL_COLOURS[7]!)[0])).toBeLessThan(3);
  });

  test('the missing side follows from the other; scaled up four times the number is still read', async () => {
    const path = await make('wide.mp4', { container: 'mp4', video: { codec: 'libx264', options: CRISP } });
    const { info, numbers, frames } = await play(path, { width: 768 });
    expect(info.layout.height).toBe(576);
    expect(numbers).toEqual(upTo(10));
    expect(colourError(frames[9]!, info.layout, NATURAL_COLOURS)).toBeLessThanOrEqual(3);
  });

  test('wide pixels become square ones', async () => {
    const video = { codec: 'libx264', options: CRISP, sampleAspect: [4, 3] as const };
    const { info, numbers } = await play(await make('sar.mkv', { container: 'matroska', video }));
    expect([info.layout.width, info.layout.height]).toEqual([256, 144]);
    expect(numbers).toEqual(upTo(10));
  });

  // What a player shows: the stored picture turned clockwise by so much, or mirrored.
  const rotations: Record<string, readonly [number, number, number, number]> = {
    '90°': [0, 1, -1, 0],
    '180°': [-1, 0, 0, -1],
    '270°': [0, -1, 1, 0],
    mirrored: [-1, 0, 0, 1],
  };
  for (const [name, rotation] of Object.entries(rotations)) {
    test(`turned by the file, ${name}: each corner of the stored picture lands where a player shows it`, async () => {
      const video = { codec: 'libx264', options: CRISP, rotation, colours: PURE_COLOURS, toBt601 };
      const { info, frames } = await play(await make(`turned-${name}.mp4`, { container: 'mp4', video }), {}, 1);
      const [a, b, c, d] = rotation;
      expect([info.layout.width, info.layout.height]).toEqual(b === 0 ? [192, 144] : [144, 192]);
      for (const [index, colour] of [
        [1, [-0.125, -0.125]], // red
        [3, [0.375, -0.125]], // blue
        [4, [-0.375, 0.125]], // yellow
      ] as const) {
        const [x, y] = colour;
        const middle = [0.5 + a * x + c * y, 0.5 + b * x + d * y] as const;
        const box = {
          left: middle[0] - 0.05,
          right: middle[0] + 0.05,
          top: middle[1] - 0.05,
          bottom: middle[1] + 0.05,
        };
        const found = meanOf(frames[0]!, info.layout, box);
        const expected = { 1: [81, 90, 240], 3: [41, 240, 110], 4: [210, 16, 146] }[index];
        for (const [component, value] of found.entries())
          expect(Math.abs(value - expected[component]!)).toBeLessThan(4);
      }
    });
  }

  test('transparent parts are black, opaque ones keep their colour', async () => {
    const video = { codec: 'ffv1', pixelFormat: 'bgra', leftAlpha: 0, isTagged: false };
    const { info, frames } = await play(await make('alpha.mkv', { container: 'matroska', video }), {}, 1);
    const left = meanOf(frames[0]!, info.layout, { left: 0.02, right: 0.48, top: 0.27, bottom: 0.73 });
    for (const [component, value] of [16, 128, 128].entries())
      expect(Math.abs(left[component]! - value)).toBeLessThan(2);
    const right = meanOf(frames[0]!, info.layout, { left: 0.8, right: 0.95, top: 0.55, bottom: 0.7 });
    expect(Math.abs(right[0] - toBt601(NATURAL_COLOURS[7]!)[0])).toBeLessThan(3);
  });
});
