import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import * as twin from './conversion-twins.js';
import { noise, noiseFrame, paddedLayout, put, sizes } from './planes.js';

let kernels: Kernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(4 << 20);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

describe.each(sizes)('%i x %i, padded rows, bit for bit, padding untouched:', (width, height) => {
  const layout = paddedLayout(width, height, 7, 3);

  test.each([
    ['yuyvToI420', 0],
    ['uyvyToI420', 1],
  ] as const)('%s', (name, luma) => {
    const stride = 4 * ((width + 1) >> 1) + 9;
    const src = noise(stride * height, 1);
    const { at, bytes } = noiseFrame(kernels, layout, 2);
    kernels[name](put(kernels, src), stride, at);
    twin.packedToI420(src, stride, luma, bytes, layout);
    expect(kernels.u8(at.address, layout.byteLength)).toEqual(bytes);
  });

  test('i420ToYuyv', () => {
    const stride = 4 * ((width + 1) >> 1) + 9;
    const { at, bytes } = noiseFrame(kernels, layout, 3);
    const expected = noise(stride * height, 4);
    const dst = put(kernels, expected);
    kernels.i420ToYuyv(at, dst, stride);
    twin.i420ToYuyv(bytes, layout, expected, stride);
    expect(kernels.u8(dst, expected.length)).toEqual(expected);
  });

  test('nv12ToI420 and back: the same NV12, and chroma where it belongs', () => {
    const strideY = width + 5;
    const widthUV = (width + 1) >> 1;
    const strideUV = 2 * widthUV + 6;
    const srcY = noise(strideY * height, 5);
    const srcUV = noise(strideUV * layout.heightUV, 6);
    const { at, bytes } = noiseFrame(kernels, layout, 7);
    kernels.nv12ToI420(put(kernels, srcY), strideY, put(kernels, srcUV), strideUV, at);
    for (let y = 0; y < height; y++) {
      bytes.set(srcY.subarray(y * strideY, y * strideY + width), y * layout.strideY);
    }
    for (let y = 0; y < layout.heightUV; y++) {
      for (let x = 0; x < widthUV; x++) {
        bytes[layout.offsetU + y * layout.strideUV + x] = srcUV[y * strideUV + 2 * x]!;
        bytes[layout.offsetV + y * layout.strideUV + x] = srcUV[y * strideUV + 2 * x + 1]!;
      }
    }
    expect(kernels.u8(at.address, layout.byteLength)).toEqual(bytes);

    const backY = put(kernels, srcY.slice().fill(0, 0, 1));
    const backUV = put(kernels, srcUV.slice().fill(0, 0, 1));
    kernels.i420ToNv12(at, backY, strideY, backUV, strideUV);
    expect(kernels.u8(backY, srcY.length)).toEqual(srcY);
    expect(kernels.u8(backUV, srcUV.length)).toEqual(srcUV);
  });

  test('i420ToRgb', () => {
    const stride = 3 * width + 11;
    const { at, bytes } = noiseFrame(kernels, layout, 8);
    const expected = noise(stride * height, 9);
    const dst = put(kernels, expected);
    kernels.i420ToRgb(at, dst, stride);
    twin.i420ToRgb(bytes, layout, expected, stride);
    expect(kernels.u8(dst, expected.length)).toEqual(expected);
  });

  test('rgbToI420', () => {
    const stride = 3 * width + 11;
    const src = noise(stride * height, 10);
    const { at, bytes } = noiseFrame(kernels, layout, 11);
    kernels.rgbToI420(put(kernels, src), stride, at);
    twin.rgbToI420(src, stride, bytes, layout);
    expect(kernels.u8(at.address, layout.byteLength)).toEqual(bytes);
  });

  test('mirrorI420, into another frame and in place', () => {
    const { at, bytes } = noiseFrame(kernels, layout, 12);
    const tight = paddedLayout(width, height, 0, 1);
    const other = noiseFrame(kernels, tight, 13);
    kernels.mirrorI420(at, other.at);
    kernels.mirrorI420(at, at);
    const mirrored = bytes.slice();
    for (const [from, to, stride, toStride, columns, rows] of [
      [layout.offsetY, tight.offsetY, layout.strideY, tight.strideY, width, height],
      [layout.offsetU, tight.offsetU, layout.strideUV, tight.strideUV, (width + 1) >> 1, layout.heightUV],
      [layout.offsetV, tight.offsetV, layout.strideUV, tight.strideUV, (width + 1) >> 1, layout.heightUV],
    ] as const) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const value = bytes[from + y * stride + columns - 1 - x]!;
          mirrored[from + y * stride + x] = value;
          other.bytes[to + y * toStride + x] = value;
        }
      }
    }
    expect(kernels.u8(at.address, layout.byteLength)).toEqual(mirrored);
    expect(kernels.u8(other.at.address, tight.byteLength)).toEqual(other.bytes);
  });

  test('copyPlane', () => {
    const src = noise((width + 4) * height, 14);
    const expected = noise((width + 2) * height, 15);
    const dst = put(kernels, expected);
    kernels.copyPlane(put(kernels, src), width + 4, dst, width + 2, width, height);
    for (let y = 0; y < height; y++) {
      expected.set(src.subarray(y * (width + 4), y * (width + 4) + width), y * (width + 2));
    }
    expect(kernels.u8(dst, expected.length)).toEqual(expected);
  });

  test('blendPlane', () => {
    const src = noise((width + 4) * height, 16);
    const alpha = noise((width + 2) * height, 17);
    const expected = noise((width + 6) * height, 18);
    const dst = put(kernels, expected);
    kernels.blendPlane(put(kernels, src), width + 4, put(kernels, alpha), width + 2, dst, width + 6, width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const a = alpha[y * (width + 2) + x]!;
        const s = src[y * (width + 4) + x]!;
        const at = y * (width + 6) + x;
        expected[at] = Math.floor((s * a + expected[at]! * (255 - a) + 127) / 255);
      }
    }
    expect(kernels.u8(dst, expected.length)).toEqual(expected);
  });
});

test('blendPlane is exact for every alpha and ground under black, grey and white', () => {
  for (const source of [0, 128, 255]) {
    kernels.release(empty);
    const count = 65_536;
    const src = put(kernels, new Uint8Array(count).fill(source));
    const alpha = put(
      kernels,
      Uint8Array.from({ length: count }, (_, i) => i >> 8),
    );
    const dst = put(
      kernels,
      Uint8Array.from({ length: count }, (_, i) => i & 255),
    );
    kernels.blendPlane(src, count, alpha, count, dst, count, count, 1);
    const expected = Uint8Array.from({ length: count }, (_, i) => {
      return (source * (i >> 8) + (i & 255) * (255 - (i >> 8)) + 127) / 255;
    });
    expect(kernels.u8(dst, count)).toEqual(expected);
  }
});

test('i420ToRgb is within 0.53 of a level of exact BT.601, for a grid of all colours', () => {
  let worst = 0;
  for (let y = 0; y < 256; y += 3) {
    for (let u = 0; u < 256; u += 5) {
      for (let v = 0; v < 256; v += 5) {
        const exact = twin.exactRgb(y, u, v);
        const fixed = twin.fixedRgb(y, u, v);
        for (let i = 0; i < 3; i++) {
          worst = Math.max(worst, Math.abs(Math.max(0, Math.min(255, exact[i]!)) - fixed[i]!));
        }
      }
    }
  }
  expect(worst).toBeLessThan(0.53);
});

test('RGB to I420 and back keeps flat colours within 2 levels', () => {
  const layout = paddedLayout(2, 2, 0, 0);
  const { at } = noiseFrame(kernels, layout, 1);
  const rgb = kernels.alloc(12);
  for (const color of [
    [0, 0, 0],
    [255, 255, 255],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [224, 172, 105],
    [61, 34, 24],
  ]) {
    const pixels = Uint8Array.from([...color, ...color, ...color, ...color]);
    kernels.u8(rgb, 12).set(pixels);
    kernels.rgbToI420(rgb, 6, at);
    kernels.i420ToRgb(at, rgb, 6);
    for (const [i, value] of kernels.u8(rgb, 12).entries()) expect(Math.abs(value - pixels[i]!)).toBeLessThanOrEqual(2);
  }
});
