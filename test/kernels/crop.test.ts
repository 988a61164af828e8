import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type AffineMatrix, Kernels } from '../../src/kernels/kernels.js';
import { exactRgb } from './conversion-twins.js';
import { cropToTensor } from './crop-twin.js';
import { noiseFrame, paddedLayout } from './planes.js';

let kernels: Kernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(8 << 20);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

/** The matrix of a turned square of `size` pixels round (x, y), seen as `out` x `out` pixels. */
function turnedSquare(x: number, y: number, size: number, angle: number, out: number): AffineMatrix {
  const c = (Math.cos(angle) * size) / out;
  const s = (Math.sin(angle) * size) / out;
  return [c, -s, x - ((c - s) * out) / 2, s, c, y - ((s + c) * out) / 2];
}

const guard = -12345;

/** The worst difference from the twin, in levels of 255; also checks that nothing is written beyond the tensor. */
function worstError(
  frameSize: readonly [number, number],
  matrix: AffineMatrix,
  [width, height]: readonly [number, number],
  scale = 1,
  bias = 0,
): number {
  kernels.release(empty);
  const layout = paddedLayout(...frameSize, 7, 3);
  const { at, bytes } = noiseFrame(kernels, layout, 5);
  const length = 3 * width * height;
  const out = kernels.f32(kernels.alloc(4 * (length + 8)), length + 8).fill(guard);
  kernels.cropToTensor(at, matrix, width, height, scale, bias, out.byteOffset);
  expect([...out.subarray(length)]).toEqual(new Array(8).fill(guard));
  const expected = cropToTensor(bytes, layout, matrix, width, height, scale, bias);
  let worst = 0;
  for (let i = 0; i < length; i++) worst = Math.max(worst, Math.abs(out[i]! - expected[i]!) / Math.abs(scale));
  return worst;
}

// White noise of full range turns the smallest error of position into an error of value: faces are far kinder.
const tolerance = 0.25;

test.each([
  ['a turned square inside the picture', [320, 241], turnedSquare(160, 120, 150, 0.3, 192), [192, 192]],
  ['upside down', [320, 241], turnedSquare(160, 120, 150, 3, 64), [64, 64]],
  ['mirrored', [320, 240], [-0.7, 0.1, 250, 0.1, 0.7, 30], [192, 100]],
  ['across the left and top border', [101, 77], turnedSquare(10, 12, 60, -0.4, 48), [48, 48]],
  ['across the right and bottom border', [101, 77], turnedSquare(96, 70, 60, 0.9, 50), [50, 50]],
  ['a letterbox of the whole picture', [160, 90], turnedSquare(80, 45, 160, 0, 128), [128, 128]],
  ['pixel for pixel', [64, 48], [1, 0, 0, 0, 1, 0], [64, 48]],
  ['enlarged beyond all borders', [9, 7], [0.1, 0, -1.5, 0, 0.1, -1.5], [130, 110]],
  ['a picture of one pixel', [1, 1], [0.1, 0, -1, 0, 0.1, -1], [30, 30]],
  ['a picture wider than fixed point reaches', [8300, 6], [1.3, 0, 8150, 0, 0.1, 2], [100, 4]],
  ['a tensor narrower than a vector', [64, 64], [1, 0.2, 3, -0.1, 1.1, 8], [3, 5]],
] as const)('%s is within a quarter of a level of the twin', (_, frame, matrix, size) => {
  expect(worstError(frame, matrix, size)).toBeLessThan(tolerance);
});

test('scale and bias, also negative, are applied after clipping to 0..255', () => {
  const matrix = turnedSquare(160, 120, 150, 0.3, 96);
  expect(worstError([320, 240], matrix, [96, 96], 2 / 255, -1)).toBeLessThan(tolerance);
  expect(worstError([320, 240], matrix, [96, 96], -1 / 255, 1)).toBeLessThan(tolerance);
});

test('a view that misses the picture is black, however far', () => {
  const layout = paddedLayout(32, 32, 0, 0);
  const { at } = noiseFrame(kernels, layout, 6);
  const out = kernels.f32(kernels.alloc(3 * 64 * 4), 3 * 64);
  for (const far of [40, -60, 1e12, -1e12]) {
    kernels.cropToTensor(at, [1, 0, far, 0, 1, 0], 8, 8, 2, 0.5, out.byteOffset);
    expect([...out]).toEqual(new Array(3 * 64).fill(0.5));
  }
});

test('a 1920x1080 picture is sampled at the right place: less than 0.01 samples off in luma and in chroma', () => {
  const layout = paddedLayout(1920, 1080, 0, 0);
  const address = kernels.alloc(layout.byteLength);
  const frame = kernels.u8(address, layout.byteLength);
  // Saw-teeth that rise by one level a sample: a value tells its place.
  for (let y = 0; y < 1080; y++) {
    for (let x = 0; x < 1920; x++) frame[y * 1920 + x] = 60 + ((x + y) & 127);
  }
  for (let y = 0; y < 540; y++) {
    for (let x = 0; x < 960; x++) frame[layout.offsetU + y * 960 + x] = 112 + ((x + y) & 31);
  }
  frame.fill(128, layout.offsetV);
  const matrix = turnedSquare(960.3, 540.7, 800, 0, 192);
  const out = kernels.f32(kernels.alloc(3 * 192 * 192 * 4), 3 * 192 * 192);
  kernels.cropToTensor({ layout, address }, matrix, 192, 192, 1, 0, out.byteOffset);
  let worst = 0;
  for (let row = 0; row < 192; row++) {
    for (let column = 0; column < 192; column++) {
      const x = matrix[0] * (column + 0.5) + matrix[2];
      const y = matrix[4] * (row + 0.5) + matrix[5];
      const lumaPhase = (x + y - 1) % 128;
      const chromaPhase = ((x - 1) / 2 + (y - 1) / 2) % 32;
      if (lumaPhase > 125 || lumaPhase < 1 || chromaPhase > 29 || chromaPhase < 1) continue; // the teeth's edges
      const [red, , blue] = exactRgb(60 + lumaPhase, 112 + chromaPhase, 128);
      const at = row * 192 + column;
      worst = Math.max(worst, (Math.abs(out[at]! - red) * 219) / 255);
      worst = Math.max(worst, (Math.abs(out[2 * 192 * 192 + at]! - blue) * 224) / (255 * 1.772));
    }
  }
  expect(worst).toBeLessThan(0.01);
});
