import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import { CHROMA_PIXELS, type ChromaSampling, RangeKernels } from '../../src/kernels/range.js';
import { noise, noiseFrame, paddedLayout, put, sizes } from './planes.js';
import * as twin from './range-twin.js';

const SAMPLINGS: readonly ChromaSampling[] = ['4:2:0', '4:2:2', '4:4:4', '4:4:0', '4:1:1', 'gray'];

let kernels: Kernels;
let range: RangeKernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(1 << 20);
  range = new RangeKernels(kernels);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

describe.each(sizes)('%i x %i, padded rows, bit for bit, padding untouched:', (width, height) => {
  test.each(SAMPLINGS)('planarToI420 of %s', (sampling) => {
    const pixels = sampling === 'gray' ? null : CHROMA_PIXELS[sampling];
    const strideY = width + 5;
    const strideUV = Math.ceil(width / (pixels?.[0] ?? 1)) + 3;
    const luma = noise(strideY * height, 1);
    const rows = Math.ceil(height / (pixels?.[1] ?? 1));
    const [u, v] = [noise(strideUV * rows, 2), noise(strideUV * rows, 3)];
    const { at, bytes } = noiseFrame(kernels, paddedLayout(width, height, 7, 3), 4);
    const picture = { y: put(kernels, luma), u: put(kernels, u), v: put(kernels, v), strideY, strideUV };

    range.planarToI420(picture, sampling, at);

    const planes = [
      { bytes: luma, stride: strideY },
      { bytes: u, stride: strideUV },
      { bytes: v, stride: strideUV },
    ] as const;
    twin.planarToI420(planes, pixels, bytes, at.layout);
    expect(kernels.u8(at.address, at.layout.byteLength)).toEqual(bytes);
  });

  test('limitFrame, in place', () => {
    const layout = paddedLayout(width, height, 7, 3);
    const { at, bytes } = noiseFrame(kernels, layout, 5);
    const plane = (offset: number, stride: number) => ({ bytes: bytes.slice(offset), stride });
    const planes = [
      plane(layout.offsetY, layout.strideY),
      plane(layout.offsetU, layout.strideUV),
      plane(layout.offsetV, layout.strideUV),
    ] as const;

    range.limitFrame(at);

    twin.planarToI420(planes, [2, 2], bytes, layout);
    expect(kernels.u8(at.address, layout.byteLength)).toEqual(bytes);
  });
});

test('luma is exact arithmetic, rounded, for every level; black is 16 and white 235', () => {
  for (let level = 0; level < 256; level++) {
    expect(twin.fixedLuma(level)).toBe(Math.round(twin.exactLuma(level)));
  }
  expect([twin.fixedLuma(0), twin.fixedLuma(255)]).toEqual([16, 235]);
});

test('chroma is within 0.51 of exact arithmetic for every mean of four; no colour stays no colour', () => {
  let worst = 0;
  for (let quarters = 0; quarters <= 1020; quarters++) {
    const mean = quarters / 4;
    worst = Math.max(worst, Math.abs(twin.fixedChroma(mean) - twin.exactChroma(mean)));
  }
  expect(worst).toBeLessThan(0.51);
  expect([twin.fixedChroma(0), twin.fixedChroma(128), twin.fixedChroma(255)]).toEqual([16, 128, 240]);
});
