import { describe, expect, test } from 'vitest';
import { drawFrameNumber, FRAME_NUMBER_LIMIT, readFrameNumber } from '../../src/capture/frame-number.js';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';

const SIZES = [
  [64, 64],
  [65, 67],
  [160, 120],
  [320, 240],
  [640, 360],
  [853, 480],
  [1280, 720],
  [1920, 1080],
] as const;

async function syntheticFrame(width: number, height: number, number: number) {
  const source = new SyntheticSource({ width, height });
  const { layout } = await source.open();
  const data = new Uint8Array(layout.byteLength);
  for (let index = 0; index <= number; index++) await source.read(data);
  await source.close();
  return { layout, data };
}

/** Luma only, by averaging 2 × 2 pixels. */
function halved(layout: I420Layout, data: Uint8Array) {
  const half = i420Layout(layout.width >> 1, layout.height >> 1);
  const small = new Uint8Array(half.byteLength);
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * layout.strideY + 2 * x;
      small[y * half.strideY + x] =
        (data[at]! + data[at + 1]! + data[at + layout.strideY]! + data[at + layout.strideY + 1]!) / 4;
    }
  }
  return { layout: half, data: small };
}

describe('the number in a synthetic frame', () => {
  for (const [width, height] of SIZES) {
    test(`is read at ${width}x${height}, and at half that size from 128x128 on`, async () => {
      const { layout, data } = await syntheticFrame(width, height, 37);
      expect(readFrameNumber(data, layout)).toEqual({ top: 37, bottom: 37 });
      if (width < 128) return;
      const half = halved(layout, data);
      expect(readFrameNumber(half.data, half.layout)).toEqual({ top: 37, bottom: 37 });
    });
  }

  test('tells every number of 20 bits apart, and counts on from 0', () => {
    const layout = i420Layout(64, 64);
    const data = new Uint8Array(layout.byteLength);
    for (const number of [0, 1, 2, 1000, 65_535, 524_288, FRAME_NUMBER_LIMIT - 1]) {
      drawFrameNumber(data, layout, number);
      expect(readFrameNumber(data, layout)).toEqual({ top: number, bottom: number });
    }
    drawFrameNumber(data, layout, FRAME_NUMBER_LIMIT + 5);
    expect(readFrameNumber(data, layout).top).toBe(5);
  });

  test('a torn picture has two numbers', async () => {
    const older = await syntheticFrame(320, 240, 7);
    const newer = await syntheticFrame(320, 240, 8);
    const torn = new Uint8Array(newer.data);
    torn.set(older.data.subarray(120 * 320, 240 * 320), 120 * 320);
    expect(readFrameNumber(torn, older.layout)).toEqual({ top: 8, bottom: 7 });
  });

  test('a tear through the strip itself is no number, or one of the two', async () => {
    const older = await syntheticFrame(320, 240, 7);
    const newer = await syntheticFrame(320, 240, 8);
    const torn = new Uint8Array(newer.data);
    torn.set(older.data.subarray(10 * 320, 240 * 320), 10 * 320);
    const { top, bottom } = readFrameNumber(torn, older.layout);
    expect([null, 7, 8]).toContain(top);
    expect(bottom).toBe(7);
  });

  test('grey, black, white and noise have none', () => {
    const layout = i420Layout(320, 240);
    for (const value of [0, 16, 128, 255]) {
      const data = new Uint8Array(layout.byteLength).fill(value);
      expect(readFrameNumber(data, layout)).toEqual({ top: null, bottom: null });
    }
    const noise = Uint8Array.from({ length: layout.byteLength }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    expect(readFrameNumber(noise, layout)).toEqual({ top: null, bottom: null });
  });
});

describe('the synthetic source', () => {
  test('moves: half of the pixels differ from one frame to the next', async () => {
    const one = await syntheticFrame(320, 240, 3);
    const two = await syntheticFrame(320, 240, 4);
    let changed = 0;
    for (let i = 0; i < 320 * 240; i++) if (one.data[i] !== two.data[i]) changed++;
    expect(changed / (320 * 240)).toBeGreaterThan(0.5);
  });

  test('stays in limited range', async () => {
    const { data } = await syntheticFrame(640, 360, 100);
    expect(data.subarray(0, 640 * 360).every((luma) => luma >= 16 && luma <= 235)).toBe(true);
  });

  test('ends after its frame limit, and says so before', async () => {
    const source = new SyntheticSource({ width: 64, height: 64, fps: 29.97, frameLimit: 3 });
    const { layout, frameCount, rate } = await source.open();
    expect(frameCount).toBe(3);
    expect(rate).toEqual({ num: 30_000, den: 1001 });
    const into = new Uint8Array(layout.byteLength);
    expect((await source.read(into))?.pts).toBe(0);
    expect((await source.read(into))?.pts).toBeCloseTo(1001 / 30_000, 9);
    expect((await source.read(into))?.sequence).toBe(2);
    expect(await source.read(into)).toBeNull();
    await source.close();
    await source.close();
  });

  test('makes no buffer a frame: 1000 frames at 640x360 leave array buffers as they were', async () => {
    const source = new SyntheticSource({ width: 640, height: 360 });
    const { layout } = await source.open();
    const into = new Uint8Array(layout.byteLength);
    await source.read(into);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1000; i++) await source.read(into);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(layout.byteLength);
  });
});
