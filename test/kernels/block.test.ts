import { expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';

test('a block allocates within itself, apart from its parent, and is used anew from a mark', async () => {
  const kernels = await Kernels.load(1 << 20);
  const block = kernels.block(1000);
  const after = kernels.alloc(16);
  const mark = block.mark();
  const first = block.alloc(500);
  expect(first + 1000).toBeLessThanOrEqual(after);
  expect(() => block.alloc(600)).toThrow('600 bytes asked');
  expect(() => block.scratch(600)).toThrow('600 bytes asked');
  block.release(mark);
  expect(block.alloc(1000)).toBe(first);
});

test('both see the same bytes, and kernels of either work in the memory of the other', async () => {
  const kernels = await Kernels.load(1 << 20);
  const block = kernels.block(4096);
  const source = kernels.alloc(64);
  const target = block.alloc(64);
  kernels.u8(source, 64).fill(7);
  block.copyPlane(source, 8, target, 8, 8, 8);
  expect([...kernels.u8(target, 64)]).toEqual(new Array(64).fill(7));
});
