import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaptureFormat } from '../../../src/capture/v4l2/capture-device.js';
import { decoderBytes, FrameDecoder } from '../../../src/capture/v4l2/frame-decoder.js';
import { i420Layout } from '../../../src/frame/i420.js';
import { Kernels } from '../../../src/kernels/kernels.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await Kernels.load(32 << 20);
});

/** Luma and chroma of a pixel: a ramp that no two neighbours share. */
const luma = (x: number, y: number) => 16 + ((x * 7 + y * 13) % 220);
const chromaU = (x: number) => 40 + ((x * 5) % 150);
const chromaV = (x: number) => 60 + ((x * 11) % 150);

/** A frame of the picture above as a camera lays it out: padded rows, and bytes behind the picture. */
function cameraFrame(pixels: CaptureFormat['pixels'], width: number, height: number, padding: number) {
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const packed = pixels === 'YUYV' || pixels === 'UYVY';
  const strideBytes = (packed ? 4 * halfWidth : 2 * halfWidth) + padding;
  const planes = packed ? height : pixels === 'NV12' ? height + halfHeight : height + halfHeight + 1;
  const data = new Uint8Array(strideBytes * planes + 100).fill(255);
  const strideUV = strideBytes >> 1;
  const atU = strideBytes * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = packed ? y * strideBytes + 2 * x + (pixels === 'YUYV' ? 0 : 1) : y * strideBytes + x;
      data[at] = luma(x, y);
    }
    for (let x = 0; x < halfWidth && packed; x++) {
      const at = y * strideBytes + 4 * x + (pixels === 'YUYV' ? 1 : 0);
      data[at] = chromaU(x);
      data[at + 2] = chromaV(x);
    }
  }
  for (let y = 0; y < halfHeight && !packed; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const isPairs = pixels === 'NV12';
      data[isPairs ? atU + y * strideBytes + 2 * x : atU + y * strideUV + x] = chromaU(x);
      data[isPairs ? atU + y * strideBytes + 2 * x + 1 : atU + (y + halfHeight) * strideUV + x] = chromaV(x);
    }
  }
  const format: CaptureFormat = {
    pixels,
    width,
    height,
    strideBytes,
    byteLength: data.length,
    isFullRange: false,
    isBt709: false,
    fps: 30,
  };
  return { format, data };
}

function expectedPicture(width: number, height: number): Uint8Array {
  const { strideUV, heightUV, byteLength, offsetU, offsetV } = i420Layout(width, height);
  const bytes = new Uint8Array(byteLength);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bytes[y * width + x] = luma(x, y);
  for (let y = 0; y < heightUV; y++) {
    for (let x = 0; x < strideUV; x++) {
      bytes[offsetU + y * strideUV + x] = chromaU(x);
      bytes[offsetV + y * strideUV + x] = chromaV(x);
    }
  }
  return bytes;
}

async function decode(format: CaptureFormat, data: Uint8Array, width = format.width, height = format.height) {
  const layout = i420Layout(width, height);
  const mark = kernels.mark();
  const decoder = await FrameDecoder.open(kernels, format, layout, 'letterbox');
  const into = new Uint8Array(new SharedArrayBuffer(layout.byteLength)).fill(1);
  const isWhole = decoder.decode(data, data.length, into);
  decoder.close();
  kernels.release(mark);
  return { isWhole, picture: new Uint8Array(into) };
}

describe.each(['YUYV', 'UYVY', 'NV12', 'YU12'] as const)('%s', (pixels) => {
  test.each([
    [64, 36, 0],
    [636, 358, 0],
    [636, 358, 20],
    [101, 75, 6],
    [2, 2, 0],
  ])('%i x %i with %i bytes of padding: every pixel', async (width, height, padding) => {
    const { format, data } = cameraFrame(pixels, width, height, padding);
    const { isWhole, picture } = await decode(format, data);
    expect(isWhole).toBe(true);
    expect(Buffer.compare(picture, expectedPicture(width, height))).toBe(0);
  });

  test('a driver that tells no stride has none but the picture', async () => {
    const { format, data } = cameraFrame(pixels, 64, 36, 0);
    const { picture } = await decode({ ...format, strideBytes: 0 }, data);
    expect(picture).toEqual(expectedPicture(64, 36));
  });

  test('a frame that is cut short is refused, and nothing is written', async () => {
    const { format, data } = cameraFrame(pixels, 64, 36, 0);
    const { isWhole, picture } = await decode(format, data.subarray(0, 64 * 36));
    expect(isWhole).toBe(false);
    expect(picture.every((value) => value === 1)).toBe(true);
  });
});

test.each(['NV12', 'YU12'] as const)(
  '%s of odd height without half a row of chroma loses its last row',
  async (pixels) => {
    const whole = cameraFrame(pixels, 64, 34, 0);
    const data = new Uint8Array(64 * 35 + 64 * 17);
    data.set(whole.data.subarray(0, 64 * 34));
    data.set(whole.data.subarray(64 * 34, 64 * 34 + 64 * 17), 64 * 35);
    const { isWhole, picture } = await decode({ ...whole.format, height: 35, byteLength: data.length }, data, 64, 34);
    expect(isWhole).toBe(true);
    expect(Buffer.compare(picture, expectedPicture(64, 34))).toBe(0);
  },
);

test('full range becomes limited: black 16, white 235, colours drawn in', async () => {
  const format: CaptureFormat = { ...cameraFrame('YU12', 16, 16, 0).format, isFullRange: true };
  const data = new Uint8Array(format.byteLength);
  data.fill(255, 0, 128).fill(0, 128, 256).fill(255, 256, 320).fill(0, 320);
  const { picture } = await decode(format, data);
  expect([picture[0], picture[200], picture[256], picture[320]]).toEqual([235, 16, 240, 16]);
});

test("a capture card's BT.709 becomes BT.601: full green (173, 42, 26) is (145, 54, 34)", async () => {
  const format: CaptureFormat = { ...cameraFrame('YU12', 16, 16, 0).format, isBt709: true };
  const data = new Uint8Array(format.byteLength).fill(173, 0, 256).fill(42, 256, 320).fill(26, 320);
  const { picture } = await decode(format, data);
  expect([picture[0], picture[256], picture[320]]).toEqual([145, 54, 34]);
});

test('Motion JPEG: decoded, its range limited; one that is cut off or no JPEG is refused', async () => {
  const red = { create: { width: 64, height: 48, channels: 3 as const, background: '#ff0000' } };
  const jpeg = await sharp(red).jpeg({ quality: 95 }).toBuffer();
  const format: CaptureFormat = { ...cameraFrame('YU12', 64, 48, 0).format, pixels: 'MJPG', byteLength: 64 * 48 * 2 };
  const { isWhole, picture } = await decode(format, jpeg);
  expect(isWhole).toBe(true);
  const found = [picture[0], picture[64 * 48], picture[64 * 48 * 1.25]];
  // BT.601, limited range: 81, 90, 240.
  for (const [i, value] of [81, 90, 240].entries()) expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(2);
  expect((await decode(format, jpeg.subarray(0, jpeg.length >> 1))).isWhole).toBe(false);
  expect((await decode(format, new Uint8Array(1000))).isWhole).toBe(false);
});

test('a picture of another size is scaled into the frame of the stream, between black bars', async () => {
  const { format, data } = cameraFrame('YU12', 64, 48, 0);
  data.fill(180, 0, 64 * 48).fill(90, 64 * 48);
  const { picture } = await decode(format, data, 64, 36);
  expect(picture[18 * 64 + 32]).toBe(180);
  expect(picture[18 * 64]).toBe(16);
  expect(picture[64 * 36 + 9 * 32 + 16]).toBe(90);
  expect(picture[64 * 36 + 9 * 32]).toBe(128);
});

test('decoderBytes is enough, and what it asks for beside spare memory is used', async () => {
  for (const [pixels, width] of [
    ['YUYV', 1280],
    ['MJPG', 640],
  ] as const) {
    const format: CaptureFormat = {
      pixels,
      width,
      height: 720,
      strideBytes: 0,
      byteLength: width * 720 * 2,
      isFullRange: false,
      isBt709: false,
      fps: 30,
    };
    const layout = i420Layout(640, 360);
    const own = await Kernels.load(decoderBytes(format, layout, 'crop'));
    const decoder = await FrameDecoder.open(own, format, layout, 'crop');
    decoder.decode(new Uint8Array(format.byteLength), format.byteLength, new Uint8Array(layout.byteLength));
    decoder.close();
  }
});
