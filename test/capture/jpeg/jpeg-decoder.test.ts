import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FfmpegJpegDecoder } from '../../../src/capture/jpeg/ffmpeg-jpeg.js';
import type { JpegDecoder } from '../../../src/capture/jpeg/jpeg-decoder.js';
import { jpegDecoderBytes } from '../../../src/capture/jpeg/jpeg-planes.js';
import { loadTurboJpeg, TurboJpegDecoder } from '../../../src/capture/jpeg/turbo-jpeg.js';
import type { FrameAt } from '../../../src/frame/frame-at.js';
import { i420Layout } from '../../../src/frame/i420.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import { loadFfmpeg } from '../../../src/system/ffmpeg.js';
import { libc, MAP_SHARED, PROT_READ } from '../../../src/system/libc.js';
import { randomFrom } from '../../kernels/planes.js';
import {
  expectedI420,
  makeGrayJpeg,
  makeJpeg,
  makeProgressiveJpeg,
  makeTurboJpeg,
  type Painter,
  paintWaves,
  psnr,
  withoutSegments,
  withStrayBytes,
} from './jpeg-maker.js';

const GUARD = 4096;
const GUARD_BYTE = 0xa5;
const DHT = 0xc4;

/** A decoder, and a frame of its size with guards before and behind it. */
interface Bench {
  readonly decoder: JpegDecoder;
  readonly into: FrameAt;
  /** The bytes of the frame. */
  readonly frame: Uint8Array;
  /** All kernel memory beyond the decoder's planes, the frame cut out. */
  readonly guards: readonly Uint8Array[];
}

async function openBench(kind: string, width: number, height: number): Promise<Bench> {
  const layout = i420Layout(width, height);
  const size = { width, height };
  const kernels = await Kernels.load(jpegDecoderBytes(size) + layout.byteLength + 2 * GUARD + 65_536);
  const before = kernels.mark();
  const decoder =
    kind === 'FFmpeg'
      ? new FfmpegJpegDecoder(await loadFfmpeg(), kernels, size)
      : new TurboJpegDecoder(loadTurboJpeg()!, kernels, size);
  expect(kernels.mark() - before).toBeLessThanOrEqual(jpegDecoderBytes(size));
  const guardStart = kernels.mark();
  const address = kernels.alloc(GUARD) + GUARD;
  kernels.alloc(layout.byteLength, 1);
  const end = address + layout.byteLength;
  const guards = [
    kernels.u8(0, before),
    kernels.u8(guardStart, address - guardStart),
    kernels.u8(end, kernels.memory.buffer.byteLength - end),
  ];
  for (const guard of guards.slice(1)) guard.fill(GUARD_BYTE);
  const into = { layout, address };
  return { decoder, into, frame: kernels.u8(address, layout.byteLength), guards };
}

const WIDTH = 160;
const HEIGHT = 96;
const waves = paintWaves(WIDTH, HEIGHT);

describe.each(['libjpeg-turbo', 'FFmpeg'])('%s', (kind) => {
  const isMissing = kind === 'libjpeg-turbo' && loadTurboJpeg() === null;
  describe.skipIf(isMissing)('decodes', () => {
    let bench: Bench;
    let jpeg: Uint8Array;
    beforeAll(async () => {
      bench = await openBench(kind, WIDTH, HEIGHT);
      jpeg = await makeJpeg(waves, WIDTH, HEIGHT, '4:2:2');
      expect(bench.decoder.library).toBe(kind);
    });

    async function expectQuality(made: Uint8Array, paint: Painter, width: number, height: number, isGray = false) {
      const { decoder, into, frame } = await openBench(kind, width, height);
      expect(decoder.decode(made, into)).toBe(true);
      const found = psnr(frame, expectedI420(paint, width, height, isGray));
      decoder.close();
      expect(found).toBeGreaterThan(43);
    }

    // Odd sides and sides that are no multiple of a block, too.
    for (const [width, height] of [
      [160, 96],
      [199, 101],
      [33, 17],
    ] as const) {
      const paint = paintWaves(width, height);
      test.each(['4:2:0', '4:2:2', '4:4:4'] as const)(`%s at ${width}x${height}: more than 43 dB`, async (sampling) => {
        await expectQuality(await makeJpeg(paint, width, height, sampling), paint, width, height);
      });
      test(`gray at ${width}x${height}: more than 43 dB, no colour`, async () => {
        await expectQuality(await makeGrayJpeg(paint, width, height), paint, width, height, true);
      });
      test(`progressive at ${width}x${height}: more than 43 dB`, async () => {
        const soft: Painter = (x, y) => paint(x, y).map((value) => 128 + (value - 128) / 2) as [number, number, number];
        await expectQuality(await makeProgressiveJpeg(soft, width, height), soft, width, height);
      });
    }

    test.skipIf(loadTurboJpeg() === null).each(['4:2:2', '4:4:0', '4:1:1'] as const)(
      '%s as libjpeg-turbo writes it: more than 43 dB',
      async (sampling) => {
        // Sides that are whole blocks: its encoder wants planes of that size.
        await expectQuality(makeTurboJpeg(waves, WIDTH, HEIGHT, sampling), waves, WIDTH, HEIGHT);
      },
    );

    test('a picture in memory that a driver has mapped', () => {
      const path = join(mkdtempSync(join(tmpdir(), 'mien-jpeg-')), 'picture');
      writeFileSync(path, jpeg);
      const fd = openSync(path, 'r');
      const mapped = libc().mmap(jpeg.length, PROT_READ, MAP_SHARED, fd, 0);
      bench.frame.fill(0);
      expect(bench.decoder.decode(mapped, bench.into)).toBe(true);
      expect(psnr(bench.frame, expectedI420(waves, WIDTH, HEIGHT))).toBeGreaterThan(43);
      libc().munmap(mapped);
      closeSync(fd);
      rmSync(dirname(path), { recursive: true });
    });

    test.each([
      [0, 16],
      [255, 235],
    ])('luma %i becomes %i', async (full, limited) => {
      const flat = await makeJpeg(() => [full, 128, 128], WIDTH, HEIGHT, '4:2:2');
      expect(bench.decoder.decode(flat, bench.into)).toBe(true);
      const { layout } = bench.into;
      expect(new Set(bench.frame.subarray(0, layout.offsetU))).toEqual(new Set([limited]));
      expect(new Set(bench.frame.subarray(layout.offsetU))).toEqual(new Set([128]));
    });

    test('the same picture without Huffman tables, also after one with tables of its own', async () => {
      expect(bench.decoder.decode(jpeg, bench.into)).toBe(true);
      const expected = bench.frame.slice();
      const bare = withoutSegments(jpeg, DHT);
      expect(bare.length).toBeLessThan(jpeg.length - 400);
      const own = await makeProgressiveJpeg(waves, WIDTH, HEIGHT);
      for (const other of [null, own, null, jpeg]) {
        if (other) expect(bench.decoder.decode(other, bench.into)).toBe(true);
        bench.frame.fill(0);
        expect(bench.decoder.decode(bare, bench.into)).toBe(true);
        expect(Buffer.compare(bench.frame, expected)).toBe(0);
      }
    });

    test('a picture in a buffer that is longer: zeros, and what is left of an older picture', () => {
      for (const rest of [new Uint8Array(5000), jpeg.subarray(1000)]) {
        const buffer = new Uint8Array(100 + jpeg.length + rest.length);
        buffer.set(jpeg, 100);
        buffer.set(rest, 100 + jpeg.length);
        expect(bench.decoder.decode(buffer.subarray(100), bench.into)).toBe(true);
        expect(psnr(bench.frame, expectedI420(waves, WIDTH, HEIGHT))).toBeGreaterThan(43);
      }
    });

    test('a picture with a few bytes too many before its end, as some webcams send it', () => {
      const padded = Uint8Array.from([...jpeg.subarray(0, -2), 0x12, 0x34, 0xff, 0xd9]);
      expect(bench.decoder.decode(padded, bench.into)).toBe(true);
      expect(psnr(bench.frame, expectedI420(waves, WIDTH, HEIGHT))).toBeGreaterThan(43);
    });

    test.skipIf(loadTurboJpeg() === null)('the same before each restart marker', () => {
      const restarting = makeTurboJpeg(waves, WIDTH, HEIGHT, '4:2:2', true);
      const stray = withStrayBytes(restarting);
      expect(stray.length).toBe(restarting.length + 2 * (HEIGHT / 8));
      for (const picture of [restarting, stray]) {
        expect(bench.decoder.decode(picture, bench.into)).toBe(true);
        expect(psnr(bench.frame, expectedI420(waves, WIDTH, HEIGHT))).toBeGreaterThan(43);
      }
    });

    test.each([10, 20, 30, 40, 50, 60, 70, 80, 90, 99])('cut to %i %%: refused', (percent) => {
      const cut = jpeg.subarray(0, Math.floor((jpeg.length * percent) / 100));
      expect(bench.decoder.decode(cut, bench.into)).toBe(false);
      const zeros = new Uint8Array(jpeg.length);
      zeros.set(cut);
      expect(bench.decoder.decode(zeros, bench.into)).toBe(false);
      // With an end put after it, all but its last block of pixels is known to be missing.
      if (percent <= 90) expect(bench.decoder.decode(Uint8Array.from([...cut, 0xff, 0xd9]), bench.into)).toBe(false);
      expect(bench.decoder.decode(jpeg, bench.into)).toBe(true);
    });

    test('a part missing in the middle: refused', () => {
      const middle = jpeg.length >> 1;
      const holed = Uint8Array.from([...jpeg.subarray(0, middle), ...jpeg.subarray(middle + 900)]);
      expect(bench.decoder.decode(holed, bench.into)).toBe(false);
    });

    test('another size, nothing, text, only a head: refused', async () => {
      const { decoder, into } = bench;
      expect(decoder.decode(await makeJpeg(waves, WIDTH + 16, HEIGHT, '4:2:0'), into)).toBe(false);
      expect(decoder.decode(await makeJpeg(waves, WIDTH, HEIGHT - 1, '4:2:0'), into)).toBe(false);
      expect(decoder.decode(new Uint8Array(0), into)).toBe(false);
      expect(decoder.decode(new Uint8Array(100_000), into)).toBe(false);
      expect(decoder.decode(Buffer.from('not a picture at all'.repeat(50)), into)).toBe(false);
      expect(decoder.decode(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), into)).toBe(false);
    });

    test('5000 mutated pictures: no crash, nothing written beyond the frame, and whole ones still decode', async () => {
      const { decoder, into, guards } = bench;
      const constants = guards[0]!.slice();
      const random = randomFrom(11);
      const below = (end: number): number => Math.floor(random() * end);
      const pictures = [
        jpeg,
        await makeJpeg(waves, WIDTH, HEIGHT, '4:2:0'),
        await makeJpeg(waves, WIDTH, HEIGHT, '4:4:4'),
        await makeGrayJpeg(waves, WIDTH, HEIGHT),
        await makeProgressiveJpeg(waves, WIDTH, HEIGHT),
        withoutSegments(jpeg, DHT),
      ];
      let refused = 0;
      for (let round = 0; round < 5000; round++) {
        const picture = pictures[round % pictures.length]!;
        const mutated = picture.slice();
        // Half of them in the head, where sizes and tables are.
        const reach = round % 2 === 0 ? Math.min(700, mutated.length) : mutated.length;
        for (let count = 1 + below(4); count > 0; count--) mutated[below(reach)] = below(256);
        if (round % 7 === 0) mutated.copyWithin(below(mutated.length), below(mutated.length), mutated.length);
        if (!decoder.decode(mutated, into)) refused++;
      }
      expect(refused).toBeGreaterThan(1000);
      expect(refused).toBeLessThan(5000);
      expect(Buffer.compare(guards[0]!, constants)).toBe(0);
      for (const guard of guards.slice(1)) expect(guard.every((byte) => byte === GUARD_BYTE)).toBe(true);
      for (const picture of pictures) expect(decoder.decode(picture, into)).toBe(true);
    });

    test('closed twice, and decoding after it: false', async () => {
      const own = await openBench(kind, WIDTH, HEIGHT);
      own.decoder.close();
      own.decoder.close();
      expect(own.decoder.decode(jpeg, own.into)).toBe(false);
    });
  });
});
