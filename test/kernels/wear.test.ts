import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AffineMatrix, Kernels } from '../../src/kernels/kernels.js';
import { bindWearKernels, type WearKernels } from '../../src/kernels/wear.js';
import { noise, noiseFrame, paddedLayout, put as putBytes, randomFrom } from './planes.js';
import { warpBlend } from './warp-twin.js';
import * as twin from './wear-twin.js';

let kernels: Kernels;
let run: WearKernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(8 << 20);
  run = bindWearKernels(kernels);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

const SIDES = [16, 48, 80] as const;

function random(length: number, seed: number, low = 0, high = 1): Float32Array {
  const next = randomFrom(seed);
  return Float32Array.from({ length }, () => low + (high - low) * next());
}

function put(values: Float32Array): number {
  const address = kernels.alloc(values.byteLength);
  kernels.f32(address, values.length).set(values);
  return address;
}

function largestError(found: Float32Array, expected: Float64Array): number {
  expect(found).toHaveLength(expected.length);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

describe.each(SIDES)('a square of %i pixels', (side) => {
  test('cells are means of plane · weights', () => {
    const plane = random(side * side, 1);
    const weights = random(side * side, 2);
    const out = kernels.alloc((4 * side * side) / 16);
    run.meanCells(put(plane), put(weights), side, out);
    expect(largestError(kernels.f32(out, (side * side) / 16), twin.meanCells(plane, weights, side))).toBeLessThan(1e-6);
  });

  test('light is laid between the centres of cells and clipped; luma and chroma as BT.601', () => {
    const rgb = random(3 * side * side, 3, -0.1, 1.1);
    const cells = (side * side) / 16;
    const fields = Float32Array.from([...random(3 * cells, 4, 0.5, 1.6), ...random(3 * cells, 5, -40, 40)]);
    const out = kernels.alloc(12 * side * side);
    const [u, v] = [out + 4 * side * side, out + 8 * side * side];
    const [from, light] = [put(rgb), put(fields)];
    run.lightToYuv(from, side, light, out, u, v, kernels.scratch(run.lightToYuvScratch(side)));
    const found = kernels.f32(out, 3 * side * side);
    expect(largestError(found, twin.lightToYuv(rgb, fields, side))).toBeLessThan(1e-3);
  });

  test.each([1, 2, 3, 4])('its rows are made %i times as long by cubic convolution', (factor) => {
    const plane = random(side * side, 6, 0, 255);
    const out = kernels.alloc(4 * side * side * factor);
    const from = put(plane);
    run.widen(from, side, factor, out, kernels.scratch(run.widenScratch(side)));
    const found = kernels.f32(out, side * side * factor);
    expect(largestError(found, twin.widen(plane, side, factor))).toBeLessThan(1e-3);
  });

  test.each([1, 2, 5])('is averaged over squares of radius %i', (radius) => {
    const plane = random(side * side, 19);
    const out = kernels.alloc(4 * side * side);
    run.meanSquares(put(plane), out, side, radius, kernels.scratch(run.meanSquaresScratch(side, radius)));
    expect(largestError(kernels.f32(out, side * side), twin.meanSquares(plane, side, radius))).toBeLessThan(1e-5);
  });

  test('a mask settles: small changes slowly, large ones at once', () => {
    const count = side * side;
    const [learned, oval, before] = [random(count, 7), random(count, 8), random(count, 9)];
    const settled = put(before);
    run.settleMask(put(learned), put(oval), 0.35, 0.65, 0.4, settled, count);
    const expected = twin.settleMask(learned, oval, 0.35, 0.65, 0.4, before);
    expect(largestError(kernels.f32(settled, count), expected)).toBeLessThan(1e-5);
  });

  test('a picture settles likewise, a value at a time', () => {
    const count = 3 * side * side;
    const [seen, before] = [random(count, 17), random(count, 18)];
    const settled = put(before);
    run.settlePicture(put(seen), 0.3, 4, settled, count);
    const expected = twin.settlePicture(seen, 0.3, 4, before);
    expect(largestError(kernels.f32(settled, count), expected)).toBeLessThan(1e-5);
  });

  test('a ramp is smooth at both ends', () => {
    const plane = random(side * side, 10, -0.2, 1.2);
    const address = put(plane);
    run.smoothRamp(address, 0.5, 0.9, side * side);
    expect(largestError(kernels.f32(address, side * side), twin.smoothRamp(plane, 0.5, 0.9))).toBeLessThan(1e-5);
  });
});

describe('packed patches', () => {
  const side = 32;
  const count = side * side;
  /** From the frame to the patch, turned and enlarged. */
  const matrix: AffineMatrix = [0.3, 0.08, -6, -0.08, 0.3, 2];

  test('blend as the patch that they were packed from, within 1 level of exact arithmetic', () => {
    const layout = paddedLayout(161, 121, 3, 5);
    const { at, bytes } = noiseFrame(kernels, layout, 11);
    const rgb = random(3 * count, 12);
    const alpha = random(count, 13, -0.2, 1.2);
    const fields = new Float32Array((6 * count) / 16).fill(1, 0, (3 * count) / 16);
    const [luma, u, v] = [kernels.alloc(4 * count), kernels.alloc(4 * count), kernels.alloc(4 * count)];
    const packedLuma = kernels.alloc(run.packedLumaBytes(side));
    const packedChroma = kernels.alloc(run.packedChromaBytes(side));
    const [from, light, opacity] = [put(rgb), put(fields), put(alpha)];
    const tile = put(new Float32Array(256 * 256));
    run.lightToYuv(from, side, light, luma, u, v, kernels.scratch(run.lightToYuvScratch(side)));
    run.packLuma(luma, opacity, 0, 0, tile, 0, 0, 0, side, 1, 0, 0, side, side, packedLuma);
    run.packChroma(u, v, opacity, side, 0, 0, side, side, packedChroma);
    const { width, height, strideY, strideUV, offsetY, offsetU, offsetV } = layout;
    const y = at.address + offsetY;
    run.blendLuma(packedLuma, side, side, ...matrix, y, strideY, 0, 0, width, height);
    const [toU, toV] = [at.address + offsetU, at.address + offsetV];
    run.blendChroma(packedChroma, side, side, ...matrix, toU, toV, strideUV, 0, 0, width, height);

    const patch = { width: side, height: side, rgb, alpha, scale: 255, bias: 0 };
    const expected = warpBlend(patch, matrix, bytes, layout, { x: 0, y: 0, width, height });
    const found = kernels.u8(at.address, layout.byteLength);
    const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  test('a box of the patch blends as the patch whose other pixels are transparent', () => {
    const layout = paddedLayout(161, 121, 3, 5);
    const rgb = random(3 * count, 12);
    const [left, top, width, height] = [8, 4, 16, 24];
    const alpha = random(count, 13).map((value, i) => (isWithin(i) ? value : 0));
    function isWithin(i: number): boolean {
      const [x, y] = [i % side, Math.floor(i / side)];
      return x >= left + 2 && x < left + width - 2 && y >= top + 2 && y < top + height - 2;
    }
    const fields = new Float32Array((6 * count) / 16).fill(1, 0, (3 * count) / 16);
    const [luma, u, v] = [kernels.alloc(4 * count), kernels.alloc(4 * count), kernels.alloc(4 * count)];
    const [from, light, opacity] = [put(rgb), put(fields), put(alpha)];
    const tile = put(new Float32Array(256 * 256));
    const packedLuma = kernels.alloc(run.packedLumaBytes(side));
    const packedChroma = kernels.alloc(run.packedChromaBytes(side));
    run.lightToYuv(from, side, light, luma, u, v, kernels.scratch(run.lightToYuvScratch(side)));
    const { offsetY, offsetU, offsetV, strideY, strideUV } = layout;
    const [a, b, c, d, e, f] = matrix;
    const blended = [
      [0, 0, side, side],
      [left, top, width, height],
    ].map(([x, y, w, h]) => {
      const { at } = noiseFrame(kernels, layout, 11);
      run.packLuma(luma, opacity, 0, 0, tile, 0, 0, 0, side, 1, x!, y!, w!, h!, packedLuma);
      run.packChroma(u, v, opacity, side, x!, y!, w!, h!, packedChroma);
      const map = [a, b, c - x!, d, e, f - y!] as const;
      const end = [layout.width, layout.height] as const;
      run.blendLuma(packedLuma, w!, h!, ...map, at.address + offsetY, strideY, 0, 0, ...end);
      const [toU, toV] = [at.address + offsetU, at.address + offsetV];
      run.blendChroma(packedChroma, w!, h!, ...map, toU, toV, strideUV, 0, 0, ...end);
      return kernels.u8(at.address, layout.byteLength).slice();
    });
    const untouched = noiseFrame(kernels, layout, 11).bytes;
    expect(Buffer.compare(blended[0]!, untouched)).not.toBe(0);
    // Positions along a row are counted from another pixel, so they are rounded elsewhere.
    const [whole, boxed] = blended as [Uint8Array, Uint8Array];
    expect(whole.reduce((most, value, i) => Math.max(most, Math.abs(value - boxed[i]!)), 0)).toBeLessThanOrEqual(1);
  });

  test.each([1, 2, 3, 4])('luma and alpha of a box are enlarged %i times by cubic convolution', (factor) => {
    const large = side * factor;
    const [luma, alpha] = [random(count, 14, 60, 180), random(count, 15, 0.1, 0.9)];
    const widened = [luma, alpha].map((plane) => {
      const out = kernels.alloc(4 * side * large);
      run.widen(put(plane), side, factor, out, kernels.scratch(run.widenScratch(side)));
      return out;
    });
    const [left, top, width, height] = [4 * factor, 8 * factor, 20 * factor, 12 * factor];
    const packed = kernels.alloc(run.packedLumaBytes(large));
    const tile = put(new Float32Array(256 * 256));
    run.packLuma(widened[0]!, widened[1]!, 0, 0, tile, 0, 0, 0, side, factor, left, top, width, height, packed);
    const across = width + 4;
    const words = new Int16Array(kernels.memory.buffer, packed, 2 * across * (height + 4));
    const [expected, opacity] = [twin.enlarge(luma, side, factor), twin.enlarge(alpha, side, factor)];
    let [worstLuma, worstAlpha] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (top + y) * large + left + x;
        const to = 2 * ((y + 2) * across + x + 2);
        const a = Math.min(Math.max(opacity[from]!, 0), 1);
        worstAlpha = Math.max(worstAlpha, Math.abs(words[to + 1]! / 32767 - a));
        worstLuma = Math.max(worstLuma, Math.abs(words[to]! / 128 - a * expected[from]!));
      }
    }
    expect(worstAlpha).toBeLessThan(1e-4);
    expect(worstLuma).toBeLessThan(0.02);
  });

  test('luma takes detail and a tile of noise that repeats', () => {
    const luma = random(count, 14, 60, 180);
    const detail = noise(count, 15);
    const tile = random(256 * 256, 16, -1, 1);
    const alpha = new Float32Array(count).fill(1);
    const packed = kernels.alloc(run.packedLumaBytes(side));
    run.packLuma(
      put(luma),
      put(alpha),
      putBytes(kernels, detail),
      0.1,
      put(tile),
      240,
      250,
      3,
      side,
      1,
      0,
      0,
      side,
      side,
      packed,
    );
    const words = new Int16Array(kernels.memory.buffer, packed, 2 * (side + 4) * (side + 4));
    let worst = 0;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const i = y * side + x;
        const grain = tile[((y + 250) % 256) * 256 + ((x + 240) % 256)]!;
        const expected = luma[i]! + 0.1 * (detail[i]! - 128) + 3 * grain;
        const found = words[2 * ((y + 2) * (side + 4) + x + 2)]! / 128;
        worst = Math.max(worst, Math.abs(found - expected));
      }
    }
    expect(worst).toBeLessThanOrEqual(1 / 128);
  });
});
