import { expect, test } from 'vitest';
import { i420Layout } from '../../../src/frame/i420.js';
import {
  boundsOf,
  crop,
  lumaOf,
  pictureOf,
  type RgbPicture,
  resamplePicture,
  resamplePlane,
} from '../../../src/training/evaluation/picture.js';
import { planeOf } from './patterns.js';

test('a working picture becomes RGB: black, white, and the red of BT.601', () => {
  const layout = i420Layout(4, 2);
  const colours = (y: readonly number[], u: number, v: number): Uint8Array => Uint8Array.of(...y, u, u, v, v);
  const greys = pictureOf(colours([16, 235, 126, 16, 16, 16, 16, 16], 128, 128), layout);
  expect([...greys.data.subarray(0, 9)]).toEqual([0, 0, 0, 255, 255, 255, 128, 128, 128]);
  const red = pictureOf(colours(Array(8).fill(81), 90, 240), layout);
  for (const [index, value] of [254, 0, 0].entries()) expect(Math.abs(red.data[index]! - value)).toBeLessThan(2);
});

test('luma weighs the colours as BT.601 does', () => {
  const picture: RgbPicture = { width: 2, height: 1, data: Uint8Array.of(100, 200, 50, 255, 255, 255) };
  expect(lumaOf(picture).data[0]).toBeCloseTo(0.299 * 100 + 0.587 * 200 + 0.114 * 50, 4);
  expect(lumaOf(picture).data[1]).toBeCloseTo(255, 3);
});

test('looking through the identity changes nothing; a shift by half a pixel is the mean of two', () => {
  const picture: RgbPicture = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => 10 * i) };
  expect(resamplePicture(picture, [1, 0, 0, 0, 1, 0], 3, 2)).toEqual(picture);
  const plane = planeOf(4, 1, (x) => 10 * x);
  expect([...resamplePlane(plane, [1, 0, 0.5, 0, 1, 0], 3, 1).data]).toEqual([5, 15, 25]);
});

test('made smaller, stripes finer than a pixel become grey and not a pattern', () => {
  const stripes = planeOf(64, 64, (x) => (x % 2 === 0 ? 0 : 200));
  for (const value of resamplePlane(stripes, [4, 0, 0, 0, 4, 0], 16, 16).data) expect(value).toBeCloseTo(100, 3);
});

test('the bounds of a mask, with a margin that ends at the border, and the part of a plane within', () => {
  const mask = planeOf(20, 10, (x, y) => (x >= 3 && x < 8 && y >= 1 && y < 6 ? 0.5 : 0));
  expect(boundsOf(mask, 0)).toEqual({ left: 3, top: 1, width: 5, height: 5 });
  expect(boundsOf(mask, 4)).toEqual({ left: 0, top: 0, width: 12, height: 10 });
  expect(
    boundsOf(
      planeOf(20, 10, () => 0),
      4,
    ),
  ).toEqual({ left: 0, top: 0, width: 0, height: 0 });
  const part = crop(
    planeOf(20, 10, (x, y) => 100 * y + x),
    { left: 3, top: 1, width: 2, height: 2 },
  );
  expect(part).toEqual({ width: 2, height: 2, data: Float32Array.of(103, 104, 203, 204) });
});
