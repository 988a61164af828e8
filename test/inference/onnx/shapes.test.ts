import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { checkGraph } from '../../../src/inference/onnx/check-graph.js';
import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';
import { SHAPE_RULES } from '../../../src/inference/onnx/shapes.js';

const LIMITS = {
  operators: new Set(SHAPE_RULES.keys()),
  opsets: [17, 17],
  fileBytes: 1 << 20,
  nodes: 20,
  valueElements: 1 << 20,
  totalElements: 1 << 20,
  multiplyAccumulates: 1e9,
} as const;

type Build = (graph: OnnxGraph, x: string) => string;

const weights = (graph: OnnxGraph, dims: readonly number[]): string =>
  graph.constant(dims, new Float32Array(dims.reduce((product, side) => product * side, 1)).fill(0.01));

/** An input of [1, 8, 12, 10] goes through each. */
const cases: readonly (readonly [string, Build])[] = [
  ['Conv, strided', (g, x) => g.node('Conv', [x, weights(g, [6, 8, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] })],
  ['Conv, even kernel', (g, x) => g.node('Conv', [x, weights(g, [6, 8, 2, 2])], { pads: [1, 1, 1, 1] })],
  ['Conv, dilated', (g, x) => g.node('Conv', [x, weights(g, [6, 8, 3, 3])], { dilations: [2, 3] })],
  ['Conv, grouped', (g, x) => g.node('Conv', [x, weights(g, [8, 2, 3, 1])], { group: 4, pads: [0, 1, 2, 0] })],
  ['Conv, SAME', (g, x) => g.node('Conv', [x, weights(g, [6, 8, 5, 5])], { auto_pad: 'SAME_UPPER', strides: [3, 3] })],
  ['Conv, VALID', (g, x) => g.node('Conv', [x, weights(g, [6, 8, 3, 3])], { auto_pad: 'VALID' })],
  ['MaxPool', (g, x) => g.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] })],
  ['MaxPool, over the edge', (g, x) => g.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 })],
  ['AveragePool', (g, x) => g.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] })],
  ['GlobalAveragePool', (g, x) => g.node('GlobalAveragePool', [x])],
  ['Concat', (g, x) => g.node('Concat', [x, g.node('Relu', [x]), x], { axis: -3 })],
  ['Slice', (g, x) => g.node('Slice', [x, g.integers([1, -7]), g.integers([2 ** 40, -2]), g.integers([2, 3])])],
  [
    'Slice, in steps',
    (g, x) => g.node('Slice', [x, g.integers([1]), g.integers([11]), g.integers([2]), g.integers([3])]),
  ],
  ['DepthToSpace', (g, x) => g.node('DepthToSpace', [x], { blocksize: 2 })],
  ['SpaceToDepth', (g, x) => g.node('SpaceToDepth', [x], { blocksize: 2 })],
  ['Resize by scales', (g, x) => g.node('Resize', [x, '', g.floats([4], [1, 1, 2, 1.25])], { mode: 'nearest' })],
  ['Resize to sizes', (g, x) => g.node('Resize', [x, '', '', g.integers([1, 8, 5, 20])], { mode: 'linear' })],
  ['Pad', (g, x) => g.node('Pad', [x, g.integers([0, 0, 1, 2, 0, 0, 3, 4])])],
  ['Reshape', (g, x) => g.node('Reshape', [x, g.integers([0, 2, -1, 10])])],
  ['Transpose', (g, x) => g.node('Transpose', [x], { perm: [0, 2, 3, 1] })],
  ['Transpose, reversed', (g, x) => g.node('Transpose', [x])],
  ['Flatten', (g, x) => g.node('Flatten', [x], { axis: 2 })],
  ['MatMul', (g, x) => g.node('MatMul', [x, weights(g, [10, 7])])],
  ['Gemm', (g, x) => g.node('Gemm', [g.node('Flatten', [x]), weights(g, [5, 960])], { transB: 1 })],
  ['ReduceMean', (g, x) => g.node('ReduceMean', [x], { axes: [1, -1], keepdims: 1 })],
  ['ReduceMean, without the sides', (g, x) => g.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 })],
  ['Squeeze', (g, x) => g.node('Squeeze', [x, g.integers([0])])],
  ['Unsqueeze', (g, x) => g.node('Unsqueeze', [x, g.integers([0, -1])])],
  ['Tile', (g, x) => g.node('Tile', [x, g.integers([1, 1, 2, 3])])],
  ['Add of a channel', (g, x) => g.node('Add', [x, weights(g, [8, 1, 1])])],
  ['Mul by a row', (g, x) => g.node('Mul', [weights(g, [10]), x])],
  ['Max of more', (g, x) => g.node('Max', [x, weights(g, [2, 1, 12, 1])])],
  ['Clip', (g, x) => g.node('Clip', [x, g.floats([], [0]), g.floats([], [1])])],
];

test.each(cases)('%s has the shape that the runtime gives it', async (_, build) => {
  const graph = new OnnxGraph('shapes');
  graph.output('y', null, build(graph, graph.input('x', [1, 8, 12, 10])));
  const session = await InferenceSession.create(graph.serialize(), { logSeverityLevel: 4 });
  const answer = await session.run({ x: new Tensor('float32', new Float32Array(960), [1, 8, 12, 10]) });
  const declared = new OnnxGraph('shapes');
  declared.output('y', answer['y']!.dims, build(declared, declared.input('x', [1, 8, 12, 10])));
  expect(checkGraph(declared.serialize(), LIMITS).shapes.get('y')).toEqual(answer['y']!.dims);
});

test('a convolution and a product cost what they multiply', () => {
  const cost = (build: Build): number => {
    const graph = new OnnxGraph('cost');
    graph.output('y', [1], build(graph, graph.input('x', [1, 8, 12, 10])));
    return checkGraph(graph.serialize(), LIMITS).multiplyAccumulates;
  };
  expect(cost((g, x) => g.node('Conv', [x, weights(g, [8, 2, 3, 3])], { group: 4 }))).toBe(8 * 10 * 8 * 2 * 9);
  expect(cost((g, x) => g.node('MatMul', [x, weights(g, [10, 7])]))).toBe(8 * 12 * 10 * 7);
});
