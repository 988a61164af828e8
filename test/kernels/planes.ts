import type { FrameAt } from '../../src/frame/frame-at.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import type { Kernels } from '../../src/kernels/kernels.js';

/** A deterministic random number generator (mulberry32): 0 up to, not including, 1. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Random bytes, a quarter of them 0 or 255: extremes are where arithmetic breaks. */
export function noise(length: number, seed: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => {
    const kind = random();
    return kind < 0.125 ? 0 : kind < 0.25 ? 255 : Math.floor(random() * 256);
  });
}

/** Puts bytes into newly allocated kernel memory. */
export function put(kernels: Kernels, bytes: Uint8Array): number {
  const address = kernels.alloc(bytes.length);
  kernels.u8(address, bytes.length).set(bytes);
  return address;
}

/** An I420 layout whose rows have padding. */
export function paddedLayout(width: number, height: number, paddingY: number, paddingUV: number): I420Layout {
  const tight = i420Layout(width, height);
  const strideY = tight.strideY + paddingY;
  const strideUV = tight.strideUV + paddingUV;
  const offsetU = strideY * height + 3;
  const offsetV = offsetU + strideUV * tight.heightUV + 5;
  const byteLength = offsetV + strideUV * tight.heightUV;
  return { ...tight, strideY, strideUV, offsetU, offsetV, byteLength };
}

/** A frame of noise in kernel memory, rows padded, and a copy of its bytes for the oracle. */
export function noiseFrame(kernels: Kernels, layout: I420Layout, seed: number): { at: FrameAt; bytes: Uint8Array } {
  const bytes = noise(layout.byteLength, seed);
  return { at: { layout, address: put(kernels, bytes) }, bytes };
}

/** Frame sizes that reach every loop: tails only, one vector, vector and tail, odd sides. */
export const sizes: readonly (readonly [width: number, height: number])[] = [
  [1, 1],
  [2, 2],
  [3, 5],
  [16, 3],
  [31, 4],
  [32, 2],
  [33, 7],
  [35, 1],
  [64, 6],
  [127, 9],
  [160, 12],
];
