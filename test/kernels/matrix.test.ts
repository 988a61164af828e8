import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import { MatrixKernels } from '../../src/kernels/matrix.js';
import { noiseFrame, paddedLayout, sizes } from './planes.js';

let kernels: Kernels;
let matrix: MatrixKernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(1 << 20);
  matrix = new MatrixKernels(kernels);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

type Triple = readonly [number, number, number];

/** Y'CbCr (0 to 1, −½ to ½) to R'G'B' by the weights of red and blue. Source: ITU-R BT.601-7, BT.709-6. */
function toRgb([y, cb, cr]: Triple, red: number, blue: number): Triple {
  const r = y + 2 * (1 - red) * cr;
  const b = y + 2 * (1 - blue) * cb;
  return [r, (y - red * r - blue * b) / (1 - red - blue), b];
}

function fromRgb([r, g, b]: Triple, red: number, blue: number): Triple {
  const y = red * r + (1 - red - blue) * g + blue * b;
  return [y, (b - y) / (2 * (1 - blue)), (r - y) / (2 * (1 - red))];
}

/** By way of RGB, in floating point, clipped to bytes. */
function exact(y: number, u: number, v: number): Triple {
  const rgb = toRgb([(y - 16) / 219, (u - 128) / 224, (v - 128) / 224], 0.2126, 0.0722);
  const [luma, cb, cr] = fromRgb(rgb, 0.299, 0.114);
  const clip = (value: number) => Math.min(255, Math.max(0, value));
  return [clip(16 + 219 * luma), clip(128 + 224 * cb), clip(128 + 224 * cr)];
}

describe.each(sizes)('%i x %i, padded rows:', (width, height) => {
  test('BT.709 to BT.601 in place is within 1 of exact arithmetic; padding stays', () => {
    const layout = paddedLayout(width, height, 7, 3);
    const { at, bytes } = noiseFrame(kernels, layout, 6);
    matrix.bt709ToBt601(at);
    const result = kernels.u8(at.address, layout.byteLength);
    const expected = Float64Array.from(bytes);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const chroma = (row >> 1) * layout.strideUV + (column >> 1);
        const [y, u, v] = exact(
          bytes[row * layout.strideY + column]!,
          bytes[layout.offsetU + chroma]!,
          bytes[layout.offsetV + chroma]!,
        );
        expected[row * layout.strideY + column] = y;
        expected[layout.offsetU + chroma] = u;
        expected[layout.offsetV + chroma] = v;
      }
    }
    const furthest = result.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
    expect(furthest).toBeLessThanOrEqual(1);
  });
});

test('grey stays the same grey; HD green becomes SD green', () => {
  const layout = paddedLayout(32, 2, 0, 0);
  const { at } = noiseFrame(kernels, layout, 7);
  const pixels = kernels.u8(at.address, layout.byteLength);
  const fill = (y: number, u: number, v: number) => {
    pixels.fill(y, 0, layout.offsetU).fill(u, layout.offsetU, layout.offsetV).fill(v, layout.offsetV);
    matrix.bt709ToBt601(at);
    return [pixels[0], pixels[layout.offsetU], pixels[layout.offsetV]];
  };
  expect(fill(100, 128, 128)).toEqual([100, 128, 128]);
  // 100 % green: Y'CbCr of BT.709 (173, 42, 26) and of BT.601 (145, 54, 34).
  expect(fill(173, 42, 26)).toEqual([145, 54, 34]);
});
