import { expect, test } from 'vitest';
import { i420Layout } from '../../../src/frame/i420.js';
import { packedBytes } from '../../../src/output/picture-packer.js';
import { cameraParams, cameraProperties, nv12Format } from '../../../src/output/pipewire/camera-params.js';

test('NV12 has no padding, and odd sides are cut by a pixel', () => {
  const packed = (width: number, height: number) => {
    const format = nv12Format(i420Layout(width, height));
    return { ...format, byteLength: packedBytes(format) };
  };
  const pixels = 'NV12';
  expect(packed(1280, 720)).toEqual({ width: 1280, height: 720, pixels, strideBytes: 1280, byteLength: 1_382_400 });
  expect(packed(641, 361)).toEqual({ width: 640, height: 360, pixels, strideBytes: 640, byteLength: 345_600 });
});

test('three things are offered: the format, buffers for it, and a header with each frame', () => {
  const params = cameraParams({ layout: i420Layout(640, 360), rate: { num: 30, den: 1 } });
  const words = params.map((pod) => [...new Int32Array(Uint8Array.from(pod).buffer)]);
  expect(words.map(([, , type, id]) => [type, id])).toEqual([
    [0x40003, 3],
    [0x40004, 5],
    [0x40005, 6],
  ]);
  expect(words[0]!.slice(-6)).toEqual([0x20004, 0, 8, 11, 30, 1]);
  expect(words[1]).toContain(640 * 360 * 1.5);
});

test('names with quotes and backslashes stay whole', () => {
  const properties = cameraProperties('mien', 'Ann\'s "best" \\ camera');
  expect(JSON.parse(properties)).toMatchObject({
    'media.class': 'Video/Source',
    'media.role': 'Camera',
    'node.name': 'mien',
    'node.description': 'Ann\'s "best" \\ camera',
  });
});
