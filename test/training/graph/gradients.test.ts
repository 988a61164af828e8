import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  concatChannels,
  depthToSpace,
  double,
  halve,
  reshape,
  slice,
  spaceToDepth,
} from '../../../src/training/graph/arrangement.js';
import { convolution, type Padding, paddedBy } from '../../../src/training/graph/convolution.js';
import {
  abs,
  add,
  clip,
  multiply,
  relu,
  scale,
  sigmoid,
  subtract,
  sum,
} from '../../../src/training/graph/elementwise.js';
import { DifferentiableGraph, type Shape, sizeOf, type Value } from '../../../src/training/graph/graph.js';

type Build = (graph: DifferentiableGraph, ...parameters: Value[]) => Value;

/** Values between −1 and 1, none within 0.02 of the kinks at −0.5, 0 and 0.5, so that a small step crosses none. */
function numbers(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = (state / 2 ** 31 - 1) * 0.98;
    const kink = Math.round(value * 2) / 2;
    return Math.abs(value - kink) < 0.02 ? kink + 0.03 : value;
  });
}

/** Builds a loss, a fixed weighting of the output, and compares its gradients with central differences. */
async function relativeErrors(shapes: readonly Shape[], build: Build): Promise<readonly number[]> {
  const graph = new DifferentiableGraph('check');
  const parameters = shapes.map((shape, index) => graph.parameter(`p${index}`, shape));
  const y = build(graph, ...parameters);
  const loss = sum(graph, multiply(graph, y, graph.floats(y.shape, numbers(sizeOf(y.shape), 99))));
  graph.output('loss', loss);
  for (const [name, gradient] of graph.gradientsOf(loss)) graph.output(`${name}_gradient`, gradient);
  const session = await InferenceSession.create(graph.serialize(), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const values = shapes.map((shape, index) => numbers(sizeOf(shape), index + 1));
  const feeds = Object.fromEntries(shapes.map((shape, i) => [`p${i}`, new Tensor('float32', values[i]!, shape)]));
  const lossNow = async () => Number((await session.run(feeds, ['loss']))['loss']!.data[0]);
  const outputs = await session.run(feeds);
  const errors: number[] = [];
  for (const [index, array] of values.entries()) {
    const analytic = outputs[`p${index}_gradient`]!;
    expect(analytic.dims).toEqual(shapes[index]);
    let [difference, length] = [0, 0];
    for (let i = 0; i < array.length; i++) {
      const kept = array[i]!;
      array[i] = kept + 0.01;
      const more = await lossNow();
      array[i] = kept - 0.01;
      const less = await lossNow();
      array[i] = kept;
      const numeric = (more - less) / 0.02;
      difference += (numeric - Number(analytic.data[i])) ** 2;
      length += numeric ** 2;
    }
    errors.push(Math.sqrt(difference / length));
  }
  await session.release();
  return errors;
}

const picture: Shape = [2, 4, 6, 4];
const both: readonly Shape[] = [picture, picture];

const cases: readonly { name: string; shapes: readonly Shape[]; build: Build }[] = [
  { name: 'relu', shapes: [picture], build: relu },
  { name: 'clip', shapes: [picture], build: (graph, x) => clip(graph, x, -0.5, 0.5) },
  { name: 'sigmoid', shapes: [picture], build: sigmoid },
  { name: 'abs', shapes: [picture], build: abs },
  { name: 'add', shapes: both, build: add },
  { name: 'add to itself', shapes: [picture], build: (graph, x) => add(graph, x, x) },
  { name: 'subtract', shapes: both, build: subtract },
  { name: 'multiply', shapes: both, build: multiply },
  { name: 'square', shapes: [picture], build: (graph, x) => multiply(graph, x, x) },
  { name: 'scale', shapes: [picture], build: (graph, x) => scale(graph, x, -2.5) },
  { name: 'sum', shapes: [picture], build: sum },
  { name: 'reshape', shapes: [picture], build: (graph, x) => reshape(graph, x, [8, 24]) },
  {
    name: 'slice',
    shapes: [picture],
    build: (graph, x) =>
      slice(graph, x, [
        { axis: 2, start: 1, end: 5 },
        { axis: 3, start: 0, end: 3 },
      ]),
  },
  { name: 'concatChannels', shapes: [picture, [2, 3, 6, 4]], build: concatChannels },
  { name: 'depthToSpace', shapes: [picture], build: depthToSpace },
  { name: 'spaceToDepth', shapes: [picture], build: spaceToDepth },
  { name: 'halve', shapes: [picture], build: halve },
  { name: 'double', shapes: [picture], build: double },
  { name: 'a value used twice', shapes: [picture], build: (graph, x) => concatChannels(graph, relu(graph, x), x) },
];

const convolutions: readonly {
  kernel: number;
  stride: number;
  padding: Padding;
  inputs: number;
  outputs: number;
  side?: number;
}[] = [
  { kernel: 1, stride: 1, padding: paddedBy(0), inputs: 3, outputs: 5 },
  { kernel: 3, stride: 1, padding: paddedBy(1), inputs: 3, outputs: 5 },
  { kernel: 3, stride: 1, padding: { top: 0, left: 1, bottom: 2, right: 1 }, inputs: 4, outputs: 2 },
  { kernel: 2, stride: 1, padding: paddedBy(1), inputs: 4, outputs: 3 },
  { kernel: 3, stride: 2, padding: paddedBy(1), inputs: 9, outputs: 3 },
  { kernel: 3, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 }, inputs: 9, outputs: 2 },
  { kernel: 5, stride: 2, padding: paddedBy(2), inputs: 3, outputs: 4 },
  { kernel: 3, stride: 2, padding: paddedBy(1), inputs: 2, outputs: 4, side: 7 },
];

describe('gradients agree with central differences', () => {
  test.each(cases)('of $name', async ({ name, shapes, build }) => {
    const errors = await relativeErrors(shapes, build);
    console.log(`${name}: relative error ${errors.map((error) => error.toExponential(1)).join(', ')}`);
    for (const error of errors) expect(error).toBeLessThan(1e-3);
  });

  test.each(convolutions)('of a convolution $kernel, stride $stride, $inputs to $outputs, $padding', async (one) => {
    const { kernel, stride, padding, inputs, outputs, side = 6 } = one;
    const shapes = [[2, inputs, side, side], [outputs, inputs, kernel, kernel], [outputs]];
    const build: Build = (graph, x, weights, bias) => convolution(graph, x, weights!, bias!, { stride, padding });
    const errors = await relativeErrors(shapes, build);
    const named = errors.map((error, index) => `${['input', 'kernels', 'bias'][index]} ${error.toExponential(1)}`);
    console.log(`convolution ${kernel}, stride ${stride}: relative error ${named.join(', ')}`);
    for (const error of errors) expect(error).toBeLessThan(1e-3);
  });
});

test('a value that no parameter is in gets no gradient', () => {
  const graph = new DifferentiableGraph('pruned');
  const x = relu(graph, graph.input('x', [1, 4]));
  const y = graph.record(
    graph.emit('Add', [x, graph.parameter('p', [1, 4])], [1, 4]),
    [x, graph.parameters[0]!],
    (dy, wanted) => {
      expect(wanted).toEqual([false, true]);
      return [null, dy];
    },
  );
  expect([...graph.gradientsOf(sum(graph, y)).keys()]).toEqual(['p']);
});

test('a parameter that the loss does not depend on is an error', () => {
  const graph = new DifferentiableGraph('unused');
  const used = graph.parameter('used', [3]);
  graph.parameter('unused', [3]);
  expect(() => graph.gradientsOf(sum(graph, used))).toThrow('does not depend on the parameter unused');
});

test('a parameter has its name alone, and shapes that do not fit are refused', () => {
  const graph = new DifferentiableGraph('refused');
  const a = graph.parameter('a', [1, 4, 2, 2]);
  expect(() => graph.parameter('a', [3])).toThrow('has a parameter a already');
  expect(() => add(graph, a, graph.input('b', [1, 3, 2, 2]))).toThrow('one shape');
  expect(() => reshape(graph, a, [5])).toThrow('cannot be reshaped');
  expect(() => slice(graph, a, [{ axis: 1, start: 2, end: 6 }])).toThrow('has no part 2 to 6 of axis 1');
  expect(() => concatChannels(graph, a, graph.input('c', [1, 4, 3, 2]))).toThrow('more than their channels');
  const kernels = graph.parameter('kernels', [2, 3, 3, 3]);
  const bias = graph.parameter('bias', [2]);
  expect(() => convolution(graph, a, kernels, bias, { stride: 1, padding: paddedBy(1) })).toThrow('do not fit');
});
