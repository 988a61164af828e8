import { expect, test } from 'vitest';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';

const sentinel = 0xa5;

/** Runs a kernel and says how far beyond the arena's top it wrote, and how far its working memory reaches. */
async function reach(bytes: number, run: (kernels: Kernels) => number): Promise<{ written: number; declared: number }> {
  const kernels = await Kernels.load(bytes);
  const memory = new Uint8Array(kernels.memory.buffer);
  const plane = kernels.alloc(200 * 200 * 8);
  kernels.u8(plane, 200 * 200 * 8).fill(77);
  const top = kernels.scratch(0);
  memory.fill(sentinel, top);
  const declared = run(kernels);
  let last = memory.length - 1;
  while (last >= top && memory[last] === sentinel) last--;
  return { written: last + 1 - top, declared };
}

/** The address that `reach` allocates first. */
const plane = (kernels: Kernels): number => kernels.mark() - 200 * 200 * 8;
const call = (kernels: Kernels, name: string, ...args: number[]): number => Number(kernels.exports[name]!(...args));
const layout: I420Layout = i420Layout(64, 64);

const cases: readonly (readonly [string, (kernels: Kernels) => number])[] = [
  ...[
    [200, 200, 8, 1],
    [197, 101, 90, 1],
    [1, 1, 3, 1],
    [200, 200, 8, 2],
    [199, 33, 9, 3],
    [113, 57, 30, 15],
    [193, 200, 32, 16],
    [17, 5, 64, 16],
  ].map(([width, height, radius, subsample]): readonly [string, (kernels: Kernels) => number] => [
    `guidedFilter of ${width}x${height}, radius ${radius}, subsample ${subsample}`,
    (kernels) => {
      const at = plane(kernels);
      kernels.guidedFilter(at, width!, at, width!, width!, height!, radius!, 100, subsample!);
      const cells = Math.max(1, Math.round(radius! / subsample!));
      return call(kernels, 'guidedFilterScratch', width!, height!, cells, subsample!);
    },
  ]),
  ...[
    [200, 100, 5],
    [33, 10, 250],
    [1, 1, 0],
  ].map(([width, height, radius]): readonly [string, (kernels: Kernels) => number] => [
    `box filters of ${width}x${height}, radius ${radius}`,
    (kernels) => {
      const at = plane(kernels);
      kernels.boxFilterU8(at, width!, at + 200 * 200, width!, width!, height!, radius!);
      kernels.boxFilterF32(at, 4 * width!, at + 200 * 200 * 4, 4 * width!, width!, height!, radius!);
      const bytes = call(kernels, 'boxFilterU8Scratch', width!, radius!);
      return Math.max(bytes, call(kernels, 'boxFilterF32Scratch', width!));
    },
  ]),
  ...[
    [4, 1],
    [33, 21],
    [64, 64],
  ].map(([width, height]): readonly [string, (kernels: Kernels) => number] => [
    `warpBlend of ${width}x${height}`,
    (kernels) => {
      const at = plane(kernels);
      const frame = { layout, address: at + 64 * 64 * 16 };
      const box = { x: 0, y: 0, width: 64, height: 64 };
      kernels.warpBlend(at, at, width!, height!, 1, 0, [1, 0, 0, 0, 1, 0], frame, box);
      return call(kernels, 'warpScratchBytes', width!, height!);
    },
  ]),
];

test.each(cases)('%s stays in its working memory, and uses it', async (_, run) => {
  const { written, declared } = await reach(4 << 20, run);
  expect(written).toBeLessThanOrEqual(declared);
  expect(written).toBeGreaterThan(declared / 4);
});

test('working memory that does not fit is refused before anything is written', async () => {
  const kernels = await Kernels.load(1 << 16);
  const at = kernels.alloc(100 * 300);
  expect(() => kernels.guidedFilter(at, 100, at, 100, 100, 100, 8, 100, 1)).toThrow(/bytes asked, \d+ left/);
});

test('a family of kernels is bound by name; one that the module lacks is named', async () => {
  const kernels = await Kernels.load(1 << 16);
  const bound = kernels.bind<{ heapBase(): number }>(['heapBase']);
  expect(bound.heapBase()).toBeGreaterThan(0);
  expect(() => kernels.bind<{ heapTop(): number }>(['heapTop'])).toThrow('kernels.wasm has no function heapTop');
});

test('memory is fixed, not shared, and whole pages', async () => {
  const kernels = await Kernels.load(100_000);
  expect(kernels.memory.buffer).toBeInstanceOf(ArrayBuffer);
  expect(kernels.memory.buffer.byteLength).toBe(131_072);
  expect(() => kernels.alloc(131_072)).toThrow(RangeError);
  expect(kernels.bytesLeft).toBeGreaterThan(120_000);
});
