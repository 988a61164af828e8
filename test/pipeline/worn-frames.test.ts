import { expect, test } from 'vitest';
import type { Micros } from '../../src/frame/clock.js';
import { HOLD, WornFrames } from '../../src/pipeline/worn-frames.js';

const at = (us: number) => us as Micros;

test('before the first worn frame there is nothing but the card', () => {
  const frames = new WornFrames();
  expect([0, 1, 2].map((us) => frames.next(false, at(us)))).toEqual(['card', 'card', 'card']);
});

test('the last worn frame stands in for 0.5 s, then the card; it does not come back', () => {
  const frames = new WornFrames();
  expect(frames.next(true, at(1000))).toBe('worn');
  expect(frames.next(false, at(1000 + HOLD))).toBe('held');
  expect(frames.next(false, at(1001 + HOLD))).toBe('card');
  expect(frames.next(false, at(1000 + HOLD))).toBe('card');
  expect(frames.next(true, at(2000 + HOLD))).toBe('worn');
  expect(frames.next(false, at(2001 + HOLD))).toBe('held');
});

test('a clock that jumps back ends the hold', () => {
  const frames = new WornFrames();
  frames.next(true, at(1_000_000));
  expect(frames.next(false, at(999_999))).toBe('card');
});

test('what is forgotten is not held', () => {
  const frames = new WornFrames();
  frames.next(true, at(0));
  frames.forget();
  expect(frames.next(false, at(1))).toBe('card');
});
