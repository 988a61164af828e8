import { expect, test } from 'vitest';
import { Arena } from '../../src/kernels/arena.js';

test('allocations are aligned, apart, and freed together down to a mark', () => {
  const arena = new Arena(10, 1000);
  const first = arena.alloc(7, 1);
  const mark = arena.mark();
  const second = arena.alloc(1);
  const third = arena.alloc(4, 4);
  expect([first, second, third]).toEqual([10, 64, 68]);
  arena.release(mark);
  expect(arena.alloc(1)).toBe(64);
});

test('a request that does not fit names what was asked and what is left, and takes nothing', () => {
  const arena = new Arena(0, 128);
  arena.alloc(100, 1);
  expect(() => arena.alloc(30, 1)).toThrow(new RangeError('kernel memory: 30 bytes asked, 28 left'));
  expect(arena.alloc(28, 1)).toBe(100);
});

test('scratch lies beyond everything allocated and is not kept', () => {
  const arena = new Arena(0, 256);
  arena.alloc(10);
  expect(arena.scratch(100)).toBe(64);
  expect(arena.alloc(100)).toBe(64);
  expect(() => arena.scratch(100)).toThrow(RangeError);
});

test('a mark of elsewhere, half bytes and odd alignments are refused', () => {
  const arena = new Arena(8, 256);
  expect(() => arena.release(9)).toThrow(RangeError);
  expect(() => arena.release(0)).toThrow(RangeError);
  expect(() => arena.alloc(1.5)).toThrow(RangeError);
  expect(() => arena.alloc(-1)).toThrow(RangeError);
  expect(() => arena.alloc(1, 48)).toThrow(RangeError);
});
