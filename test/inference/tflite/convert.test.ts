import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { convertTflite } from '../../../src/inference/tflite/convert.js';
import { buildTflite } from './tflite-builder.js';

const CONV_2D = 3;
const SOFTMAX = 25;
const CUSTOM = 32;
const PAD = 34;
const PRELU = 54;
const SAME = 0;
const RELU6 = 3;

/** Numbers in -2..2 that repeat for nobody. */
function wave(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => 2 * Math.sin(1.7 * index * index + index));
}

/** Runs a converted model on an interleaved picture [1, h, w, c]; the output is interleaved as it was in TFLite. */
async function runConverted(tflite: Uint8Array, shape: readonly number[], nhwc: Float32Array): Promise<Float32Array> {
  const [, height = 0, width = 0, channels = 0] = shape;
  const planar = new Float32Array(nhwc.length);
  for (const [index, value] of nhwc.entries()) {
    planar[(index % channels) * height * width + Math.floor(index / channels)] = value;
  }
  const session = await InferenceSession.create(convertTflite(tflite, 'test', 'plain'), { intraOpNumThreads: 1 });
  const { out } = await session.run({ in: new Tensor('float32', planar, [1, channels, height, width]) });
  await session.release();
  return out!.data as Float32Array;
}

describe('operators against their definition', () => {
  // Slopes up to 1 take the shorter form, others the general one.
  test.each([
    ['up to 1', [0.25, -0.5, 0, 1]],
    ['beyond 1', [0.25, -0.5, 0, 1.75]],
  ])(
    'PRELU with slopes %s, rewritten as two depthwise convolutions, equals its definition within 1e-6',
    async (_, slopes) => {
      const shape = [1, 5, 7, 4];
      const x = wave(140);
      x.set([0, -0, 100, -100]);
      const tflite = buildTflite({
        tensors: [
          { name: 'in', shape },
          { name: 'slopes', shape: [1, 1, 4], data: Float32Array.from(slopes) },
          { name: 'out', shape },
        ],
        operator: { code: PRELU, inputs: [0, 1] },
      });
      const result = await runConverted(tflite, shape, x);
      const worst = x.reduce((most, value, index) => {
        const expected = value < 0 ? value * slopes[index % 4]! : value;
        return Math.max(most, Math.abs(result[index]! - expected) / Math.max(1, Math.abs(expected)));
      }, 0);
      console.log(`PRELU rewritten: largest relative difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-6);
    },
  );

  test('PAD of channels, rewritten as a convolution, gives the very bits', async () => {
    const x = wave(3 * 3 * 2);
    const tflite = buildTflite({
      tensors: [
        { name: 'in', shape: [1, 3, 3, 2] },
        { name: 'amounts', shape: [4, 2], data: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 3) },
        { name: 'out', shape: [1, 3, 3, 5] },
      ],
      operator: { code: PAD, inputs: [0, 1] },
    });
    const expected = Array.from({ length: 45 }, (_, index) =>
      index % 5 < 2 ? x[2 * Math.floor(index / 5) + (index % 5)]! : 0,
    );
    expect(Array.from(await runConverted(tflite, [1, 3, 3, 2], x))).toEqual(expected);
  });

  test('CONV_2D, SAME padding of an even side by stride 2 with RELU6, equals its definition within 1e-5', async () => {
    // 6 by stride 2 with a kernel of 3: one zero, and it goes to the right and to the bottom.
    const x = wave(6 * 6 * 2);
    const weights = wave(3 * 3 * 3 * 2).map((value) => value / 4);
    const bias = Float32Array.of(0.5, -0.25, 3);
    const tflite = buildTflite({
      tensors: [
        { name: 'in', shape: [1, 6, 6, 2] },
        { name: 'weights', shape: [3, 3, 3, 2], data: weights },
        { name: 'bias', shape: [3], data: bias },
        { name: 'out', shape: [1, 3, 3, 3] },
      ],
      operator: {
        code: CONV_2D,
        inputs: [0, 1, 2],
        options: [
          { field: 0, bits: 8, value: SAME },
          { field: 1, bits: 32, value: 2 },
          { field: 2, bits: 32, value: 2 },
          { field: 3, bits: 8, value: RELU6 },
        ],
      },
    });
    const result = await runConverted(tflite, [1, 6, 6, 2], x);
    const expected: number[] = [];
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        for (let out = 0; out < 3; out++) {
          let sum = bias[out]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const [y, z] = [2 * row + ky, 2 * column + kx];
              if (y > 5 || z > 5) continue;
              for (let c = 0; c < 2; c++) sum += x[(y * 6 + z) * 2 + c]! * weights[((out * 3 + ky) * 3 + kx) * 2 + c]!;
            }
          }
          expected.push(Math.min(6, Math.max(0, sum)));
        }
      }
    }
    const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - result[index]!)), 0);
    expect(worst).toBeLessThan(1e-5);
    expect(new Set(expected).size).toBeGreaterThan(10);
  });
});

describe('what cannot be converted', () => {
  const shape = [1, 2, 2, 1];
  const model = (code: number, customName?: string): Uint8Array =>
    buildTflite({
      tensors: [
        { name: 'in', shape },
        { name: 'out', shape },
      ],
      operator: { code, inputs: [0], ...(customName ? { customName } : {}) },
    });

  test('an operator without a rule is named', () => {
    expect(() => convertTflite(model(SOFTMAX), 'test', 'plain')).toThrow('the operator SOFTMAX is not supported');
    expect(() => convertTflite(model(CUSTOM, 'MaxPoolingWithArgmax2D'), 'test', 'plain')).toThrow(
      'the operator MaxPoolingWithArgmax2D is not supported',
    );
    expect(() => convertTflite(model(130), 'test', 'plain')).toThrow('the operator builtin 130 is not supported');
  });

  test('a constant of another type is named', () => {
    const tflite = buildTflite({
      tensors: [
        { name: 'in', shape },
        { name: 'slopes', shape: [1], data: Int8Array.of(1) },
        { name: 'out', shape },
      ],
      operator: { code: PRELU, inputs: [0, 1] },
    });
    expect(() => convertTflite(tflite, 'test', 'plain')).toThrow('the constant slopes has TFLite type 9');
  });

  test('a file that is not TFLite is refused', () => {
    expect(() => convertTflite(new Uint8Array(100), 'test', 'plain')).toThrow('not a FlatBuffers file of kind TFL3');
    expect(() => convertTflite(new Uint8Array(0), 'test', 'plain')).toThrow('not a FlatBuffers file of kind TFL3');
  });

  test('a model without the landmark outputs cannot be merged', () => {
    const plain = buildTflite({
      tensors: [
        { name: 'in', shape },
        { name: 'slopes', shape: [1], data: Float32Array.of(1) },
        { name: 'out', shape },
      ],
      operator: { code: PRELU, inputs: [0, 1] },
    });
    expect(() => convertTflite(plain, 'test', 'merged-landmarks')).toThrow('no attention on lips and both eyes');
  });
});
