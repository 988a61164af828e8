import type { Window } from './convolution.js';
import type { DifferentiableGraph, Value } from './graph.js';

/** Up to so many channels, a strided picture is folded first: matrices this narrow waste most of a multiplication. */
const FOLDED_UP_TO = 8;

/**
 * The gradient of a convolution's kernels [co, ci, k, k]: entry (i, j) is one matrix product of the output's gradient
 * [co, pixels] and the picture [pixels, ci] shifted by (i, j).
 *
 * Measured beside it, in time of the processor, for this network's layers: a convolution with images and channels swapped
 * takes 1.4 to 3.3 times as long (its kernel is as large as the picture); one product with all shifts side by side (im2col)
 * 1.1 to 1.7 times, and only at 8x8 pixels, in layers that hardly count, a quarter less; shifts that are whole rows of
 * one long picture as long. The folding below takes a quarter of the time for the first layer.
 */
export function weightGradient(graph: DifferentiableGraph, dy: Value, x: Value, weights: Value, window: Window): Value {
  const { kernel, stride, padding } = window;
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  if (stride === 2 && channels <= FOLDED_UP_TO) return foldedGradient(graph, dy, x, weights, window);
  const { top, left, bottom, right } = padding;
  const lastShape = [images, rows, columns, channels];
  const channelsLast = graph.emit('Transpose', [x], lastShape, { perm: [0, 2, 3, 1] });
  const paddedShape = [images, rows + top + bottom, columns + left + right, channels];
  const padded = graph.emit('Pad', [channelsLast, graph.integers([0, top, left, 0, 0, bottom, right, 0])], paddedShape);
  return shiftedProducts(graph, dy, padded, weights, kernel, stride);
}

/**
 * Stride 2 by stride 1: four neighbouring pixels become channels of one, the kernel of k becomes one of ⌈k / 2⌉, and its
 * gradient is unfolded again. Four times the channels fill the matrices.
 */
function foldedGradient(graph: DifferentiableGraph, dy: Value, x: Value, weights: Value, window: Window): Value {
  const { kernel, padding } = window;
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const outputs = weights.shape[0]!;
  const half = Math.ceil(kernel / 2);
  const [high, wide] = [2 * (dy.shape[2]! + half - 1), 2 * (dy.shape[3]! + half - 1)];
  const [bottom, right] = [high - rows - padding.top, wide - columns - padding.left];
  const pads = graph.integers([0, 0, padding.top, padding.left, 0, 0, bottom, right]);
  const padded = graph.emit('Pad', [x, pads], [images, channels, high, wide]);
  const folded = graph.emit('SpaceToDepth', [padded], [images, 4 * channels, high / 2, wide / 2], { blocksize: 2 });
  const lastShape = [images, high / 2, wide / 2, 4 * channels];
  const last = graph.emit('Transpose', [folded], lastShape, { perm: [0, 2, 3, 1] });
  const shape = [outputs, 4 * channels, half, half];
  const gradient = shiftedProducts(graph, dy, last, { name: '', shape }, half, 1);
  // The channels of the folded picture are [row in the block, column in the block, channel].
  const split = [outputs, 2, 2, channels, half, half];
  const parts = graph.emit('Reshape', [gradient, graph.integers(split)], split);
  const unfoldedShape = [outputs, channels, half, 2, half, 2];
  const unfolded = graph.emit('Transpose', [parts], unfoldedShape, { perm: [0, 3, 4, 1, 5, 2] });
  const wholeShape = [outputs, channels, 2 * half, 2 * half];
  const whole = graph.emit('Reshape', [unfolded, graph.integers(wholeShape)], wholeShape);
  const ends = graph.integers([kernel, kernel]);
  return graph.emit('Slice', [whole, graph.integers([0, 0]), ends, graph.integers([2, 3])], weights.shape);
}

/** @param padded - the picture with its padding, channels last. @param weights - only its shape is read. */
function shiftedProducts(
  graph: DifferentiableGraph,
  dy: Value,
  padded: Value,
  weights: Value,
  kernel: number,
  stride: number,
): Value {
  const [outputs, channels] = weights.shape as [number, number];
  const [images, , rows, columns] = dy.shape as [number, number, number, number];
  const pixels = images * rows * columns;
  const byOutput = graph.emit('Transpose', [dy], [outputs, images, rows, columns], { perm: [1, 0, 2, 3] });
  const gradient = graph.emit('Reshape', [byOutput, graph.integers([outputs, pixels])], [outputs, pixels]);
  const axes = graph.integers([1, 2]);
  const steps = graph.integers([stride, stride]);
  const products: Value[] = [];
  for (let i = 0; i < kernel; i++) {
    for (let j = 0; j < kernel; j++) {
      const ends = graph.integers([i + (rows - 1) * stride + 1, j + (columns - 1) * stride + 1]);
      const starts = graph.integers([i, j]);
      const shifted = graph.emit('Slice', [padded, starts, ends, axes, steps], [images, rows, columns, channels]);
      const matrix = graph.emit('Reshape', [shifted, graph.integers([pixels, channels])], [pixels, channels]);
      const product = graph.emit('MatMul', [gradient, matrix], [outputs, channels]);
      products.push(graph.emit('Reshape', [product, graph.integers([1, outputs, channels])], [1, outputs, channels]));
    }
  }
  const stacked = graph.emit('Concat', products, [kernel * kernel, outputs, channels], { axis: 0 });
  const inOrder = graph.emit('Transpose', [stacked], [outputs, channels, kernel * kernel], { perm: [1, 2, 0] });
  return graph.emit('Reshape', [inOrder, graph.integers(weights.shape)], weights.shape);
}
