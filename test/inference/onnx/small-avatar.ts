import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';

/** What a test changes in the small network. */
export interface SmallAvatarOptions {
  readonly size?: number;
  readonly input?: string;
  readonly output?: string;
  readonly channelsIn?: number;
  /** A second input and its channels, if there is one: its first four are added to what is painted. */
  readonly guide?: { readonly name: string; readonly channels: number };
  /** Operator between the two convolutions. */
  readonly between?: string;
}

/**
 * A network of an avatar's form, of a few weights: convolution, ReLU, convolution, DepthToSpace, clipped. Its weights are
 * made by a rule: what it paints is of no interest.
 */
export function smallAvatar(options: SmallAvatarOptions = {}): Uint8Array<ArrayBuffer> {
  const { size = 64, input = 'face', output = 'avatar', channelsIn = 3, between = 'Relu' } = options;
  const graph = new OnnxGraph('small');
  const face = graph.input(input, [1, channelsIn, size, size]);
  const half = convolve(graph, face, channelsIn, 8, 2);
  const active = graph.node(between, [half]);
  const painted = convolve(graph, active, 8, 16, 1);
  let full = graph.node('DepthToSpace', [painted], { blocksize: 2, mode: 'DCR' });
  if (options.guide) {
    const { name, channels } = options.guide;
    const guide = graph.input(name, [1, channels, size, size]);
    const four = graph.node('Conv', [guide, graph.floats([4, channels, 1, 1], identity(4, channels))], {
      kernel_shape: [1, 1],
    });
    full = graph.node('Add', [full, four]);
  }
  const clipped = graph.node('Clip', [full, graph.floats([], [0]), graph.floats([], [1])]);
  graph.output(output, [1, 4, size, size], clipped);
  return graph.serialize();
}

/** Row-major, 1 where row and column are the same. */
function identity(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => Number(i % columns === Math.floor(i / columns)));
}

function convolve(graph: OnnxGraph, value: string, from: number, to: number, stride: number): string {
  const weights = Float32Array.from({ length: to * from * 9 }, (_, index) => 0.4 * Math.sin(7 * index + to));
  const bias = Float32Array.from({ length: to }, (_, index) => 0.3 + 0.2 * Math.cos(index));
  return graph.node('Conv', [value, graph.floats([to, from, 3, 3], weights), graph.floats([to], bias)], {
    kernel_shape: [3, 3],
    strides: [stride, stride],
    pads: [1, 1, 1, 1],
  });
}
