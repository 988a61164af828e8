import { expect, test } from 'vitest';
import { quantizeConvolution } from '../../../src/training/quantize/convolution-weights.js';

const dims = [2, 4, 3, 3];
const weights = Float32Array.from({ length: 72 }, (_, index) => Math.sin(5 * index) * (index < 36 ? 1 : 0.01));

test('each filter has a scale of its own: a quiet one beside a loud one loses nothing', () => {
  const { weights: bytes, scales } = quantizeConvolution(
    { weights, dims, bias: new Float32Array(2) },
    0.02,
    [0, 0, 0, 0],
  );
  expect(scales[0]! / scales[1]!).toBeGreaterThan(50);
  bytes.forEach((byte, index) => {
    const scale = scales[index < 36 ? 0 : 1]!;
    expect(Math.abs(byte * scale - weights[index]!)).toBeLessThanOrEqual(scale / 2 + 1e-6);
  });
});

test('no two neighbours overflow 16 bits, in the order of position and then channel', () => {
  const loud = new Float32Array(72).fill(1);
  const { weights: bytes } = quantizeConvolution(
    { weights: loud, dims, bias: new Float32Array(2) },
    0.02,
    [0, 0, 0, 0],
  );
  for (let filter = 0; filter < 2; filter++) {
    for (let place = 0; place < 9; place++) {
      for (let channel = 0; channel < 4; channel += 2) {
        const at = (filter * 4 + channel) * 9 + place;
        expect(255 * Math.abs(bytes[at]! + bytes[at + 9]!)).toBeLessThan(32768);
      }
    }
  }
});

test('the bias makes up for what rounding shifts the mean by', () => {
  const means = [0.5, 1, 2, 0.25];
  const bias = Float32Array.of(0.3, -0.2);
  const { weights: bytes, scales, bias: whole, biasScales } = quantizeConvolution({ weights, dims, bias }, 0.02, means);
  for (let filter = 0; filter < 2; filter++) {
    let exact = bias[filter]!;
    let rounded = whole[filter]! * biasScales[filter]!;
    for (let index = 36 * filter; index < 36 * (filter + 1); index++) {
      const mean = means[Math.floor(index / 9) % 4]!;
      exact += weights[index]! * mean;
      rounded += bytes[index]! * scales[filter]! * mean;
    }
    expect(Math.abs(rounded - exact)).toBeLessThanOrEqual(biasScales[filter]!);
  }
});
