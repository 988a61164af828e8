import { expect, test } from 'vitest';
import { i420Layout } from '../../src/frame/i420.js';
import { PicturePacker } from '../../src/output/picture-packer.js';

test('a picture is kept as NV12: luma as it is, then pairs of U and V', async () => {
  const layout = i420Layout(6, 4);
  const packer = await PicturePacker.create(layout, { width: 6, height: 4, pixels: 'NV12', strideBytes: 6 });
  const i420 = Uint8Array.from({ length: layout.byteLength }, (_, i) => i);
  packer.pack(i420);
  const [luma, u, v] = [i420.subarray(0, 24), i420.subarray(24, 30), i420.subarray(30)];
  expect([...packer.picture]).toEqual([...luma, ...[...u].flatMap((value, i) => [value, v[i]])]);
  i420.fill(0);
  expect(packer.picture[5]).toBe(5);
});

test('of odd sides the last row and the last column are cut, and nothing is moved', async () => {
  const layout = i420Layout(5, 3);
  const packer = await PicturePacker.create(layout, { width: 4, height: 2, pixels: 'NV12', strideBytes: 4 });
  const i420 = Uint8Array.from({ length: layout.byteLength }, (_, i) => i);
  packer.pack(i420);
  const [luma, u, v] = [i420.subarray(0, 15), i420.subarray(15, 21), i420.subarray(21)];
  expect([...packer.picture]).toEqual([...luma.subarray(0, 4), ...luma.subarray(5, 9), u[0], v[0], u[1], v[1]]);
});
