import { expect, test } from 'vitest';
import { i420Layout } from '../../../src/frame/i420.js';
import {
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
