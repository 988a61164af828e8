import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';

/**
 * A network with everything that a trained one has: strided convolutions, doubling by subpixels and a slice, a skip that is
 * concatenated, one that is added, and a last layer that ends in a clip or in a sigmoid. With a guide, that one is seen
 * beside the face and before the last layers, and what is painted is added to it.
 */
export function forkedAvatar(
  ending: 'Clip' | 'Sigmoid',
  { mode = 'DCR', size = 64, isGuided = false } = {},
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph('forked');
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  const conv = (value: string, from: number, to: number, stride: number, kernel = 3, pad = 1, mean = 0): string => {
    const spread = 3.4 / Math.sqrt(from * kernel * kernel);
    const weights = Float32Array.from({ length: to * from * kernel * kernel }, () => spread * random());
    const bias = Float32Array.from({ length: to }, () => mean + 0.2 * random());
    return graph.node('Conv', [value, graph.floats([to, from, kernel, kernel], weights), graph.floats([to], bias)], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  };
  const relu = (value: string): string => graph.node('Relu', [value]);
  const face = graph.input('face', [1, 3, size, size]);
  const guide = isGuided ? graph.input('guide', [1, 4, size, size]) : null;
  const pixels = guide === null ? null : graph.node('SpaceToDepth', [guide], { blocksize: 2 });
  const input = guide === null ? face : graph.node('Concat', [face, guide], { axis: 1 });
  const half = relu(conv(input, guide === null ? 3 : 7, 12, 2));
  const quarter = relu(conv(half, 12, 24, 2));
  const blocks = graph.node('DepthToSpace', [relu(conv(quarter, 24, 64, 1, 2))], { blocksize: 2, mode });
  const sides = [graph.integers([1, 1]), graph.integers([size / 2 + 1, size / 2 + 1]), graph.integers([2, 3])];
  const parts = [graph.node('Slice', [blocks, ...sides]), half, ...(pixels === null ? [] : [pixels])];
  const joined = graph.node('Concat', parts, { axis: 1 });
  const first = relu(conv(joined, pixels === null ? 28 : 44, 16, 1));
  const refined = graph.node('Add', [first, relu(conv(first, 16, 16, 1))]);
  const last = conv(refined, 16, 16, 1, 3, 1, ending === 'Clip' && !isGuided ? 0.5 : 0);
  const doubled = graph.node('DepthToSpace', [last], { blocksize: 2, mode });
  const shown = guide === null ? null : graph.node('Mul', [guide, graph.floats([1], [0.5])]);
  const painted = shown === null ? doubled : graph.node('Add', [shown, doubled]);
  const clip = [graph.floats([], [0]), graph.floats([], [1])];
  graph.output('avatar', [1, 4, size, size], graph.node(ending, ending === 'Clip' ? [painted, ...clip] : [painted]));
  return graph.serialize();
}
