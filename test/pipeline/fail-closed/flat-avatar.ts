import type { AvatarFiles } from '../../../src/effects/avatar-effect.js';
import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';

/** A real network of an avatar's form that paints the bias everywhere: red, green, blue and mask, 0 to 1. */
export function flatAvatar(size = 64, bias = Float32Array.of(0.75, 0.55, 0.45, 1)): AvatarFiles {
  const graph = new OnnxGraph('flat');
  const face = graph.input('face', [1, 3, size, size]);
  const colour = graph.floats([4], bias);
  const painted = graph.node('Conv', [face, graph.floats([4, 3, 1, 1], new Float32Array(12)), colour], {
    kernel_shape: [1, 1],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
  });
  graph.output(
    'avatar',
    [1, 4, size, size],
    graph.node('Clip', [painted, graph.floats([], [0]), graph.floats([], [1])]),
  );
  return { name: 'flat', network: graph.serialize(), texture: null };
}
