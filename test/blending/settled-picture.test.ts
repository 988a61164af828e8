import { expect, test } from 'vitest';
import { SettledPicture } from '../../src/blending/settled-picture.js';
import { openSquare, SIDE } from './square-bench.js';

test('a change of a level is followed over frames, one of ten levels at once, and all after a reset', async () => {
  const { kernels, run } = await openSquare([1, 1, 1], [1, 1, 1]);
  const picture = new SettledPicture(kernels, run, SIDE);
  const seen = kernels.f32(kernels.alloc(12 * SIDE * SIDE), 3 * SIDE * SIDE);
  const shown = kernels.f32(picture.rgb, seen.length);
  const show = (value: number): number => {
    seen.fill(value);
    picture.update(seen.byteOffset, 1 / 30);
    return shown[seen.length - 1]!;
  };
  expect(show(0.5)).toBeCloseTo(0.5, 6);
  const step = 1 / 255;
  const followed = (show(0.5 + step) - 0.5) / step;
  expect(followed).toBeGreaterThan(0.15);
  expect(followed).toBeLessThan(0.45);
  for (let i = 0; i < 20; i++) show(0.5 + step);
  expect(shown[0]!).toBeCloseTo(0.5 + step, 4);
  expect(show(0.5 + 11 * step)).toBeCloseTo(0.5 + 11 * step, 5);
  picture.reset();
  expect(show(0.5 + 10 * step)).toBeCloseTo(0.5 + 10 * step, 6);
});
