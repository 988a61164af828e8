import { expect, test } from 'vitest';
import { i420Layout } from '../../src/frame/i420.js';
import { CoverCheck } from '../../src/pipeline/cover-check.js';
import { landmarksOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const layout = i420Layout(400, 420);
const points = landmarksOf(PLAIN_FACE);

/** Changes all rows from `top` down to another luma. */
function check(top: number, face = points): boolean {
  const pixels = new Uint8Array(layout.byteLength).fill(100);
  const cover = new CoverCheck();
  cover.look(pixels, layout, face);
  pixels.fill(101, top * layout.strideY, layout.offsetU);
  return cover.isCovered(pixels);
}

test('a face under which every pixel changed is covered, one that is left as it is not', () => {
  expect(check(0)).toBe(true);
  expect(check(420)).toBe(false);
});

test('a face of which only chin and mouth changed is not covered', () => {
  expect(check(290)).toBe(false);
});

test('a face that is hardly in the picture is not known to be covered', () => {
  const outside = landmarksOf({ ...PLAIN_FACE, x: -100 });
  expect(check(0, outside)).toBe(false);
  expect(check(0, new Float32Array(points.length).fill(Number.NaN))).toBe(false);
});

test('what was looked at in the frame before does not count', () => {
  const cover = new CoverCheck();
  const pixels = new Uint8Array(layout.byteLength).fill(100);
  cover.look(pixels, layout, points);
  pixels.fill(101);
  cover.look(pixels, layout, points);
  expect(cover.isCovered(pixels)).toBe(false);
});
