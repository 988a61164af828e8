import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type AffineMatrix, Kernels, type PixelBox } from '../../src/kernels/kernels.js';
import { noiseFrame, paddedLayout, randomFrom } from './planes.js';
import { type Patch, warpBlend } from './warp-twin.js';

let kernels: Kernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(8 << 20);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

/** Noise in colour and alpha, both beyond their ranges at times. */
function noisePatch(width: number, height: number, scale: number, bias: number): Patch {
  const random = randomFrom(width * 31 + height);
  const value = (): number => (random() * 1.2 - 0.1) * 255;
  return {
    width,
    height,
    scale,
    bias,
    rgb: Float32Array.from({ length: 3 * width * height }, () => (value() - bias) / scale),
    alpha: Float32Array.from({ length: width * height }, () => random() * 1.4 - 0.2),
  };
}

function putFloats(values: Float32Array): number {
  const address = kernels.alloc(values.byteLength);
  kernels.f32(address, values.length).set(values);
  return address;
}

/** The matrix of a patch laid over a turned square of `size` pixels round (x, y): from the frame to the patch. */
function turnedSquare(x: number, y: number, size: number, angle: number, patch: number): AffineMatrix {
  const c = (Math.cos(angle) * patch) / size;
  const s = (Math.sin(angle) * patch) / size;
  return [c, s, patch / 2 - c * x - s * y, -s, c, patch / 2 + s * x - c * y];
}

const whole: PixelBox = { x: 0, y: 0, width: 9999, height: 9999 };

type Case = readonly [string, size: readonly [number, number], patch: Patch, matrix: AffineMatrix, box: PixelBox];
const cases: readonly Case[] = [
  ['enlarged and turned', [160, 121], noisePatch(32, 32, 255, 0), turnedSquare(80, 60, 90, 0.4, 32), whole],
  ['made smaller', [161, 120], noisePatch(64, 64, 127.5, 127.5), turnedSquare(70, 61, 40, -0.7, 64), whole],
  ['pixel for pixel', [64, 48], noisePatch(20, 12, 1, 0), [1, 0, -9, 0, 1, -8], whole],
  ['mirrored', [64, 48], noisePatch(20, 12, -255, 255), [-1, 0.1, 40, 0.1, 1, -8], whole],
  ['beyond all borders', [35, 27], noisePatch(16, 16, 255, 0), turnedSquare(17, 13, 120, 0.2, 16), whole],
  [
    'in a box with odd sides',
    [64, 48],
    noisePatch(16, 16, 255, 0),
    turnedSquare(30, 20, 60, 0.2, 16),
    { x: 13, y: 7, width: 21, height: 15 },
  ],
  [
    'in a box across the border',
    [63, 47],
    noisePatch(16, 16, 255, 0),
    turnedSquare(60, 40, 50, 0.2, 16),
    { x: 41, y: 31, width: 60, height: 60 },
  ],
  [
    'missed by the box',
    [64, 48],
    noisePatch(16, 16, 255, 0),
    turnedSquare(30, 20, 60, 0, 16),
    { x: 70, y: 0, width: 9, height: 9 },
  ],
  ['far away', [64, 48], noisePatch(16, 16, 255, 0), [1, 0, 1e9, 0, 1, 0], whole],
  ['one row', [64, 1], noisePatch(5, 1, 255, 0), [0.1, 0, 0, 0, 1, 0], whole],
];

test.each(cases)(
  'a patch %s: within 0.6 of exact, bits kept where alpha is 0, nothing else touched',
  (_, size, patch, matrix, box) => {
    const layout = paddedLayout(...size, 7, 3);
    const { at, bytes } = noiseFrame(kernels, layout, 21);
    const { width, height, scale, bias } = patch;
    kernels.warpBlend(putFloats(patch.rgb), putFloats(patch.alpha), width, height, scale, bias, matrix, at, box);
    const exact = warpBlend(patch, matrix, bytes, layout, box);
    const out = kernels.u8(at.address, layout.byteLength);
    let worst = 0;
    let moved = 0;
    for (let i = 0; i < out.length; i++) {
      // Where the exact value is the ground itself, alpha is 0 or the pixel is none of the patch's.
      if (exact[i] === bytes[i]) moved += out[i] === bytes[i] ? 0 : 1;
      worst = Math.max(worst, Math.abs(out[i]! - exact[i]!));
    }
    expect(moved).toBe(0);
    expect(worst).toBeLessThan(0.6);
  },
);

test('the colour of transparent pixels never shows', () => {
  const layout = paddedLayout(32, 32, 0, 0);
  const { at } = noiseFrame(kernels, layout, 1);
  kernels.u8(at.address, layout.byteLength).fill(100);
  // Opaque columns of Y 100, U 100, V 100 beside transparent white.
  const [r, g, b] = [53.2, 131.5, 41.3];
  const rgb = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 8 < 4 ? [r, g, b][Math.floor(i / 64)]! : 255));
  const alpha = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 1 : 0));
  kernels.warpBlend(putFloats(rgb), putFloats(alpha), 8, 8, 1, 0, [0.25, 0, 0, 0, 0.25, 0], at, whole);
  const bytes = kernels.u8(at.address, layout.byteLength);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(101);
  expect(Math.min(...bytes)).toBeGreaterThanOrEqual(99);
});

test('a patch that is too narrow is refused', () => {
  const { at } = noiseFrame(kernels, paddedLayout(8, 8, 0, 0), 1);
  expect(() => kernels.warpBlend(0, 0, 3, 8, 1, 0, [1, 0, 0, 0, 1, 0], at, whole)).toThrow(
    new RangeError('a patch of 3x8: expected 4x1 to 8000x8000 pixels'),
  );
});
