import { describe, expect, test } from 'vitest';
import { ClipQuality, median } from '../../../src/training/evaluation/clip-quality.js';
import { blur } from '../../../src/training/evaluation/gaussian.js';
import type { Plane, RgbPicture } from '../../../src/training/evaluation/picture.js';
import { noise, planeOf } from './patterns.js';
import { face } from './posed-face.js';

const WIDTH = 400;
const HEIGHT = 300;
const draw = noise(17);
/** Something with detail everywhere; bytes, so that a picture holds it as it is. */
const texture = blur(
  planeOf(WIDTH, HEIGHT, () => 120 + 60 * draw()),
  1.5,
);

function grey(plane: Plane): RgbPicture {
  const data = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(255, Math.max(0, plane.data[Math.floor(i / 3)]!));
  return { width: WIDTH, height: HEIGHT, data };
}

/** The points of a face that turns its head as the frames go by. */
const turning = Array.from({ length: 20 }, (_, k) => face({ yaw: 0.3 * Math.sin(k), gazeX: 2 * Math.cos(k) }));

describe('what a clip tells', () => {
  const sharp = grey(texture);
  const soft = grey(blur(texture, 2));

  test('an output like the driver: followed in full, no error, as sharp as the portrait', () => {
    const quality = new ClipQuality(sharp, face());
    for (const points of turning)
      quality.add({ input: sharp, output: sharp, driver: points, worn: points, mask: null });
    const { frames, faceless, following, landmarkError, sharpness, seam, flicker } = quality.figures;
    expect([frames, faceless]).toEqual([20, 0]);
    expect(following.yaw).toBeCloseTo(1, 9);
    expect(following.gazeAcross).toBeCloseTo(1, 9);
    expect(landmarkError).toBe(0);
    expect(sharpness).toBeGreaterThan(0.8);
    expect(sharpness).toBeLessThan(1.25);
    expect(seam).toBeNull();
    expect(flicker).toBeNull(); // the face was never still
  });

  test('a blurred output is less sharp than the portrait', () => {
    const quality = new ClipQuality(sharp, face());
    for (const points of turning) quality.add({ input: sharp, output: soft, driver: points, worn: points, mask: null });
    expect(quality.figures.sharpness).toBeLessThan(0.4);
  });

  test('an output that turns the other way is found out, as is one that does not show a face', () => {
    const quality = new ClipQuality(sharp, face());
    for (const [k, driver] of turning.entries()) {
      const worn = k % 5 === 0 ? null : face({ yaw: -0.3 * Math.sin(k), gazeX: 2 * Math.cos(k) });
      quality.add({ input: sharp, output: sharp, driver, worn, mask: null });
    }
    const { faceless, following, landmarkError } = quality.figures;
    expect(faceless).toBe(4);
    expect(following.yaw).toBeCloseTo(-1, 6);
    expect(landmarkError).toBeGreaterThan(0.05);
  });

  test('flicker is looked for where the driver is still, and nowhere else', () => {
    const quality = new ClipQuality(sharp, face());
    const still = face();
    const noisy = (strength: number) => grey(planeOf(WIDTH, HEIGHT, () => 120 + strength * draw()));
    for (let k = 0; k < 12; k++)
      quality.add({ input: noisy(3), output: noisy(6), driver: still, worn: still, mask: null });
    for (const points of turning.slice(1))
      quality.add({ input: noisy(3), output: noisy(60), driver: points, worn: points, mask: null });
    expect(quality.figures.flicker!.fine).toBeGreaterThan(1.8);
    expect(quality.figures.flicker!.fine).toBeLessThan(2.2);
  });

  test('a seam along the mask is found, and told from what the camera saw there', () => {
    const quality = new ClipQuality(sharp, face());
    const mask = planeOf(WIDTH, HEIGHT, (x, y) => (Math.hypot(x - 200, y - 150) < 80 ? 1 : 0));
    const stepped = grey(
      planeOf(WIDTH, HEIGHT, (x, y) => texture.data[y * WIDTH + x]! + 40 * mask.data[y * WIDTH + x]!),
    );
    for (const points of turning) quality.add({ input: sharp, output: stepped, driver: points, worn: points, mask });
    expect(quality.figures.seam!.ratio).toBeGreaterThan(1.5);
    expect(quality.figures.seamOfInput!.ratio).toBeLessThan(1.25); // one texture, in every frame
  });
});

test('the median is the middle one, and of nothing not a number', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
});
