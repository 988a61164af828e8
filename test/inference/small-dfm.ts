import { OnnxGraph } from '../../src/inference/onnx/onnx-writer.js';

/** What a test changes in the small network. */
export interface SmallDfmOptions {
  readonly size?: number;
  readonly isMorphing?: boolean;
  readonly maskName?: string;
  readonly extraInput?: boolean;
}

/**
 * A graph with the names, the layout and the kind of nodes of a `.dfm`. Its face is the input with its first colour (blue)
 * halved and its second (green) beyond 1; its masks are 0.9 where it saw a face and, painted, as the input's red.
 */
export function smallDfm(options: SmallDfmOptions = {}): Uint8Array<ArrayBuffer> {
  const { size = 64, isMorphing = false, maskName = 'out_face_mask:0', extraInput = false } = options;
  const graph = new OnnxGraph('SAEHD');
  const face = graph.input('in_face:0', [1, size, size, 3]);
  const planes = graph.node('Transpose', [face], { perm: [0, 3, 1, 2] });
  const padded = graph.node('Pad', [planes, graph.integers([0, 0, 1, 1, 0, 0, 1, 1])]);
  // A 3x3 convolution that only looks at the middle.
  const weights = new Float32Array(27 * 3);
  const middle = (filter: number, channel: number) => (filter * 3 + channel) * 9 + 4;
  weights[middle(0, 0)] = 0.5;
  weights[middle(1, 1)] = 3;
  weights[middle(2, 2)] = 1;
  const inner = graph.node('Conv', [padded, graph.constant([3, 3, 3, 3], weights)], { kernel_shape: [3, 3] });
  let painted = graph.node('LeakyRelu', [inner], { alpha: { float: 0.1 } });
  if (isMorphing) painted = graph.node('Mul', [painted, graph.input('morph_value:0', [1])]);
  if (extraInput) painted = graph.node('Mul', [painted, graph.input('more:0', [1])]);
  const red = graph.node('Slice', [face, graph.integers([2]), graph.integers([3]), graph.integers([3])]);
  const zero = graph.node('Mul', [red, graph.floats([], [0])]);
  graph.output(maskName, [1, size, size, 1], graph.node('Add', [zero, graph.floats([], [0.9])]));
  graph.output('out_celeb_face:0', [1, size, size, 3], graph.node('Transpose', [painted], { perm: [0, 2, 3, 1] }));
  graph.output('out_celeb_face_mask:0', [1, size, size, 1], red);
  return graph.serialize();
}
