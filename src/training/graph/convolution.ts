import type { DifferentiableGraph, Value } from './graph.js';
import { weightGradient } from './weight-gradient.js';

/** Rows and columns of zeros around a picture. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How a window moves over a picture. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

/** The same padding on all four sides. */
export function paddedBy(pixels: number): Padding {
  return { top: pixels, left: pixels, bottom: pixels, right: pixels };
}

/**
 * Convolution with bias, as ONNX has it: [n, ci, h, w] and kernels [co, ci, k, k] give [n, co, h', w'].
 *
 * @throws RangeError if the kernels are not for the picture's channels, or are larger than the padded picture.
 */
export function convolution(
  graph: DifferentiableGraph,
  x: Value,
  weights: Value,
  bias: Value,
  { stride, padding }: Omit<Window, 'kernel'>,
): Value {
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const [outputs, inputs, kernel] = weights.shape as [number, number, number];
  const height = Math.floor((rows + padding.top + padding.bottom - kernel) / stride) + 1;
  const width = Math.floor((columns + padding.left + padding.right - kernel) / stride) + 1;
  if (inputs !== channels || height < 1 || width < 1) {
    throw new RangeError(`kernels [${weights.shape}] do not fit [${x.shape}]`);
  }
  const window: Window = { kernel, stride, padding };
  const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: padsOf(padding) };
  const y = graph.emit('Conv', [x, weights, bias], [images, outputs, height, width], attributes);
  return graph.record(y, [x, weights, bias], (dy, wanted) => [
    wanted[0] ? inputGradient(graph, dy, weights, window, x) : null,
    wanted[1] ? weightGradient(graph, dy, x, weights, window) : null,
    wanted[2] ? graph.emit('ReduceSum', [dy, graph.integers([0, 2, 3])], bias.shape, { keepdims: 0 }) : null,
  ]);
}

/** ONNX order: top, left, bottom, right. */
export function padsOf({ top, left, bottom, right }: Padding): readonly number[] {
  return [top, left, bottom, right];
}

/**
 * The transposed convolution of the output's gradient. At stride 1 that is a convolution with turned kernels, which ONNX
 * Runtime does faster.
 */
function inputGradient(graph: DifferentiableGraph, dy: Value, weights: Value, window: Window, x: Value): Value {
  const { kernel, stride, padding } = window;
  if (stride === 1) {
    const [outputs, inputs] = weights.shape as [number, number];
    const shape = [inputs, outputs, kernel, kernel];
    const swapped = graph.emit('Transpose', [weights], shape, { perm: [1, 0, 2, 3] });
    const pads = padsOf(padding).map((pad) => kernel - 1 - pad);
    const turned = turnedKernels(graph, swapped);
    return graph.emit('Conv', [dy, turned], x.shape, { kernel_shape: [kernel, kernel], pads });
  }
  const leftOver = (side: number, outputs: number, padded: number) => side - ((outputs - 1) * stride + kernel - padded);
  return graph.emit('ConvTranspose', [dy, weights], x.shape, {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: padsOf(padding),
    output_padding: [
      leftOver(x.shape[2]!, dy.shape[2]!, padding.top + padding.bottom),
      leftOver(x.shape[3]!, dy.shape[3]!, padding.left + padding.right),
    ],
  });
}

/** Kernels turned by half a circle: rows and columns in reverse. */
function turnedKernels(graph: DifferentiableGraph, kernels: Value): Value {
  if (kernels.shape[2] === 1) return kernels;
  const last = graph.integers([-1, -1]);
  const beforeFirst = graph.integers([-100, -100]);
  return graph.emit('Slice', [kernels, last, beforeFirst, graph.integers([2, 3]), last], kernels.shape);
}
