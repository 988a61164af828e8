import type { Plane } from '../../../src/training/evaluation/picture.js';

/** A plane from a function of the pixel's place. */
export function planeOf(width: number, height: number, value: (x: number, y: number) => number): Plane {
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = value(i % width, Math.floor(i / width));
  return { width, height, data };
}

/** Gaussian noise of deviation 1, the same for the same seed. Source: Box & Muller (1958); mulberry32. */
export function noise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A mask that is 1 within a disc about the middle, with an edge `feather` pixels wide. */
export function disc(side: number, radius: number, feather: number): Plane {
  return planeOf(side, side, (x, y) => {
    const inside = radius - Math.hypot(x - side / 2, y - side / 2);
    return Math.min(1, Math.max(0, 0.5 + inside / feather));
  });
}
