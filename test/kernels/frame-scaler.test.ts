import { beforeEach, describe, expect, test } from 'vitest';
import { i420Layout } from '../../src/frame/i420.js';
import { type Fit, placePicture } from '../../src/frame/picture-fit.js';
import { FrameScaler, frameScalerBytes } from '../../src/kernels/frame-scaler.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { resampleAxis } from '../../src/kernels/resampling.js';
import { noise, noiseFrame, paddedLayout, put } from './planes.js';
import * as twin from './scale-twin.js';

let kernels: Kernels;
beforeEach(async () => {
  kernels = await Kernels.load(8 << 20);
});

/** From, to. */
const PAIRS: readonly (readonly [from: readonly [number, number], to: readonly [number, number]])[] = [
  [
    [96, 54],
    [64, 36],
  ],
  [
    [64, 36],
    [96, 54],
  ],
  [
    [160, 90],
    [10, 6],
  ],
  [
    [10, 6],
    [160, 90],
  ],
  [
    [33, 17],
    [32, 16],
  ],
  [
    [7, 5],
    [31, 23],
  ],
  [
    [2, 2],
    [32, 32],
  ],
  [
    [1, 1],
    [5, 3],
  ],
  [
    [50, 20],
    [50, 30],
  ],
];

describe.each(PAIRS)('%j to %j:', ([fromWidth, fromHeight], [toWidth, toHeight]) => {
  const from = paddedLayout(fromWidth, fromHeight, 5, 3);
  const to = paddedLayout(toWidth, toHeight, 7, 1);

  test('filling the frame is the twin, bit for bit, padding untouched', () => {
    const src = noiseFrame(kernels, from, 1);
    const dst = noiseFrame(kernels, to, 2);
    const size = { width: toWidth, height: toHeight };
    const whole = { scaled: size, shown: size, fromX: 0, fromY: 0, toX: 0, toY: 0 };

    new FrameScaler(kernels, from, to, whole).scale(src.at, dst.at);

    for (const [sampling, offset, toOffset, stride, toStride] of [
      [1, from.offsetY, to.offsetY, from.strideY, to.strideY],
      [2, from.offsetU, to.offsetU, from.strideUV, to.strideUV],
      [2, from.offsetV, to.offsetV, from.strideUV, to.strideUV],
    ] as const) {
      const [width, height] = [Math.ceil(fromWidth / sampling), Math.ceil(fromHeight / sampling)];
      const rows = resampleAxis(Math.ceil(toHeight / sampling), 0, fromHeight / toHeight, 0, height, 1);
      const columns = resampleAxis(Math.ceil(toWidth / sampling), 0, fromWidth / toWidth, 0, width, 1);
      const plane = { bytes: src.bytes.subarray(offset), stride, width, height };
      twin.scalePlane(plane, rows, columns, { bytes: dst.bytes.subarray(toOffset), stride: toStride });
    }
    expect(kernels.u8(dst.at.address, to.byteLength)).toEqual(dst.bytes);
  });

  test.each(['letterbox', 'crop'] as const)('%s keeps a flat colour, with black where the picture is not', (fit) => {
    const place = placePicture(from, to, fit);
    const src = { layout: from, address: put(kernels, new Uint8Array(from.byteLength)) };
    const view = kernels.u8(src.address, from.byteLength);
    view.fill(201, from.offsetY, from.offsetU).fill(77, from.offsetU, from.offsetV).fill(180, from.offsetV);
    const dst = noiseFrame(kernels, to, 3);

    new FrameScaler(kernels, from, to, place).scale(src, dst.at);

    const shown = (at: number, start: number, length: number): boolean => at >= start && at < start + length;
    for (let y = 0; y < toHeight; y++) {
      for (let x = 0; x < toWidth; x++) {
        const isPicture = shown(x, place.toX, place.shown.width) && shown(y, place.toY, place.shown.height);
        const chroma = (y >> 1) * to.strideUV + (x >> 1);
        dst.bytes[to.offsetY + y * to.strideY + x] = isPicture ? 201 : 16;
        dst.bytes[to.offsetU + chroma] = isPicture ? 77 : 128;
        dst.bytes[to.offsetV + chroma] = isPicture ? 180 : 128;
      }
    }
    expect(kernels.u8(dst.at.address, to.byteLength)).toEqual(dst.bytes);
  });
});

/** Where a bright bar lies on an axis: the mean of positions weighed by brightness, in luma pixels. */
function centre(values: readonly number[], ground: number, pixels: number): number {
  let sum = 0;
  let weight = 0;
  for (const [index, value] of values.entries()) {
    sum += (value - ground) * (index + 0.5) * pixels;
    weight += value - ground;
  }
  return sum / weight;
}

test.each([
  [640, 427],
  [640, 1280],
  [640, 120],
  [642, 640],
])('a bar in a picture %i wide, scaled to %i, is where it belongs, luma and chroma alike', (width, toWidth) => {
  const from = i420Layout(width, 16);
  const to = i420Layout(toWidth, 16);
  const src = { layout: from, address: put(kernels, new Uint8Array(from.byteLength).fill(128)) };
  const dst = { layout: to, address: kernels.alloc(to.byteLength) };
  const view = kernels.u8(src.address, from.byteLength);
  for (let y = 0; y < 16; y++) view.fill(200, y * width + 200, y * width + 264);
  for (let y = 0; y < 8; y++)
    view.fill(200, from.offsetU + y * from.strideUV + 100, from.offsetU + y * from.strideUV + 132);
  const size = { width: toWidth, height: 16 };
  const whole = { scaled: size, shown: size, fromX: 0, fromY: 0, toX: 0, toY: 0 };
  new FrameScaler(kernels, from, to, whole).scale(src, dst);

  const out = kernels.u8(dst.address, to.byteLength);
  const expected = (232 * toWidth) / width;
  const row = (offset: number, length: number): number[] => [...out.subarray(offset, offset + length)];
  expect(Math.abs(centre(row(8 * toWidth, toWidth), 128, 1) - expected)).toBeLessThan(0.05);
  expect(Math.abs(centre(row(to.offsetU + 4 * to.strideUV, to.strideUV), 128, 2) - expected)).toBeLessThan(0.1);
});

test('cropping without scaling is a copy of the middle', () => {
  const from = i420Layout(64, 36);
  const to = i420Layout(40, 36);
  const src = noiseFrame(kernels, from, 5);
  const dst = noiseFrame(kernels, to, 6);
  const place = placePicture(from, to, 'crop');
  expect(place.scaled).toEqual({ width: 64, height: 36 });
  new FrameScaler(kernels, from, to, place).scale(src.at, dst.at);
  const out = kernels.u8(dst.at.address, to.byteLength);
  for (const [offset, toOffset, stride, toStride, left, rows] of [
    [from.offsetY, to.offsetY, from.strideY, to.strideY, place.fromX, 36],
    [from.offsetU, to.offsetU, from.strideUV, to.strideUV, place.fromX / 2, 18],
    [from.offsetV, to.offsetV, from.strideUV, to.strideUV, place.fromX / 2, 18],
  ] as const) {
    for (let y = 0; y < rows; y++) {
      const at = offset + y * stride + left;
      expect(out.subarray(toOffset + y * toStride, toOffset + (y + 1) * toStride)).toEqual(
        src.bytes.subarray(at, at + toStride),
      );
    }
  }
});

test.each([
  [1920, 1080, 1280, 720, 'crop'],
  [640, 480, 1280, 720, 'letterbox'],
  [176, 144, 1280, 720, 'crop'],
  [1919, 1079, 320, 180, 'letterbox'],
])(
  '%i x %i to %i x %i (%s): allocates what it says, and nothing per frame',
  async (width, height, toWidth, toHeight, fit) => {
    const from = i420Layout(width, height);
    const to = i420Layout(toWidth, toHeight);
    const place = placePicture(from, to, fit as Fit);
    const own = await Kernels.load(from.byteLength + to.byteLength + frameScalerBytes(from, to, place) + 65_536);
    const src = { layout: from, address: put(own, noise(from.byteLength, 1)) };
    const dst = { layout: to, address: own.alloc(to.byteLength) };
    const before = own.mark();
    const scaler = new FrameScaler(own, from, to, place);
    const after = own.mark();
    expect(after - before).toBeLessThanOrEqual(frameScalerBytes(from, to, place));

    const top = own.scratch(0);
    own.u8(top, own.bytesLeft - 64).fill(0xa5);
    scaler.scale(src, dst);
    expect(own.mark()).toBe(after);
    const written = own.u8(top, own.bytesLeft - 64).findLastIndex((byte) => byte !== 0xa5) + 1;
    expect(after - before + written).toBeLessThanOrEqual(frameScalerBytes(from, to, place));
  },
);
