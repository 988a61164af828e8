import type { OnnxGraph } from '../onnx/onnx-writer.js';
import type { Rule, Step } from './conversion.js';
import { permute } from './layout.js';
import { readFlexOptions, type TfliteOperator } from './tflite-reader.js';

/**
 * MediaPipe's own operators, as standard ONNX. The landmark model finds lips and eyes roughly, cuts each out of its
 * own feature map as a turned rectangle, refines it there and puts the points back: three operators do the cutting.
 * Source: google-ai-edge/mediapipe, mediapipe/util/tflite/operations, version 2 of each.
 */
export const customRules: readonly (readonly [string, Rule])[] = [
  ['Convolution2DTransposeBias', transposedConvolution],
  ['Landmarks2TransformMatrix', landmarksToMatrix],
  ['TransformTensorBilinear', transformTensor],
  ['TransformLandmarks', transformLandmarks],
];

/** Options of Landmarks2TransformMatrix. */
export interface AttentionRegion {
  readonly leftIndex: number;
  readonly rightIndex: number;
  /** The points that the region is drawn round, as indices into the 468 of the mesh. */
  readonly subset: readonly number[];
  readonly scale: readonly [number, number];
  /** Width and height of the cut-out, in pixels of a feature map. */
  readonly size: readonly [number, number];
}

/** @throws Error if a turned target is asked for: no known model does. */
export function readAttentionRegion(operator: TfliteOperator): AttentionRegion {
  const options = readFlexOptions(operator);
  if (options['target_rotation_radians']) throw new Error(`${operator.name} with a target rotation is not supported`);
  const number = (key: string): number => Number(options[key]);
  return {
    leftIndex: number('left_rotation_idx'),
    rightIndex: number('right_rotation_idx'),
    subset: [options['subset_idxs']].flat(2) as number[],
    scale: [number('scale_x'), number('scale_y')],
    size: [number('output_width'), number('output_height')],
  };
}

function transposedConvolution(step: Step): string {
  // TfLiteTransposeConvParams as plain bytes: padding, stride width, stride height.
  const bytes = step.operator.customOptions!;
  const options = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strides = [options.getInt32(8, true), options.getInt32(4, true)] as const;
  const [, height = 0, width = 0] = step.shape(0);
  const [, kernelHeight = 0, kernelWidth = 0] = step.shape(1);
  const [, outputHeight = 0, outputWidth = 0] = step.outputShape;
  // What the full transposed convolution has too much, cut off evenly, an odd row or column at the end.
  const cutRows = Math.max((height - 1) * strides[0] + kernelHeight - outputHeight, 0);
  const cutColumns = Math.max((width - 1) * strides[1] + kernelWidth - outputWidth, 0);
  const weights = permute(step.constant(1), step.shape(1), [3, 0, 1, 2]);
  const bias = step.graph.floats([weights.dims[1]!], step.constant(2));
  return step.graph.node('ConvTranspose', [step.value(0), step.graph.floats(weights.dims, weights.data), bias], {
    kernel_shape: [kernelHeight, kernelWidth],
    strides,
    pads: [cutRows >> 1, cutColumns >> 1, cutRows - (cutRows >> 1), cutColumns - (cutColumns >> 1)],
  });
}

/**
 * From the mesh [1, n, 3] the matrix [1, 4, 4] that takes pixels of the cut-out to pixels of the input: the bounding
 * box of the subset, turned so that the line from the left to the right point lies level, and enlarged by `scale`.
 * With T the turn by the angle of that line, T = [[dx, −dy], [dy, dx]] / length.
 */
function landmarksToMatrix(step: Step): string {
  const region = readAttentionRegion(step.operator);
  const g = step.graph;
  const points = slice(g, step.value(0), 2, 0, 2);
  const pick = (indices: readonly number[]): string =>
    g.node('Reshape', [g.node('Gather', [points, g.integers(indices)], { axis: 1 }), g.integers([-1, 2])]);

  const line = g.node('Reshape', [
    g.node('Sub', [pick([region.rightIndex]), pick([region.leftIndex])]),
    g.integers([2]),
  ]);
  const squared = g.node('ReduceSum', [g.node('Mul', [line, line]), g.integers([0])], { keepdims: 1 });
  const direction = g.node('Div', [line, g.node('Sqrt', [squared])]);
  const dx = slice(g, direction, 0, 0, 1);
  const dy = slice(g, direction, 0, 1, 2);
  const turn = g.node('Reshape', [
    g.node('Concat', [dx, g.node('Neg', [dy]), dy, dx], { axis: 0 }),
    g.integers([2, 2]),
  ]);

  // Points as rows times T is T's inverse applied to each: the points in the level frame.
  const level = g.node('MatMul', [pick(region.subset), turn]);
  const max = g.node('ReduceMax', [level], { axes: [0], keepdims: 1 });
  const min = g.node('ReduceMin', [level], { axes: [0], keepdims: 1 });
  const center = g.node('Mul', [g.node('Add', [max, min]), g.floats([1], [0.5])]);
  const [width, height] = region.size;
  const perPixel = g.floats([1, 2], [region.scale[0] / width, region.scale[1] / height]);
  const linear = g.node('Mul', [turn, g.node('Mul', [g.node('Sub', [max, min]), perPixel])]);
  const shift = g.node('Add', [
    g.node('MatMul', [turn, g.node('Reshape', [center, g.integers([2, 1])])]),
    g.node('MatMul', [linear, g.floats([2, 1], [-width / 2, -height / 2])]),
  ]);
  const upper = g.node('Concat', [linear, g.floats([2, 1], [0, 0]), shift], { axis: 1 });
  const whole = g.node('Concat', [upper, g.floats([2, 4], [0, 0, 1, 0, 0, 0, 0, 1])], { axis: 0 });
  return g.node('Reshape', [whole, g.integers([1, 4, 4])]);
}

/**
 * Cuts a turned rectangle out of a feature map, bilinearly, pixel centres at .5, zeros outside. Where a sample lies
 * within a pixel outside the map's border centres, MediaPipe gives zero and GridSample blends towards zero: seen only
 * when eyes or lips touch the edge of the crop.
 */
function transformTensor(step: Step): string {
  const g = step.graph;
  const [, inputHeight = 0, inputWidth = 0] = step.shape(0);
  const [, height = 0, width = 0] = step.outputShape;
  const pixels = height * width;
  const centers = new Float32Array(3 * pixels).fill(1);
  for (let index = 0; index < pixels; index++) {
    centers[index] = (index % width) + 0.5;
    centers[pixels + index] = Math.floor(index / width) + 0.5;
  }
  const { linear, shift } = splitMatrix(g, step.value(1));
  const affine = g.node('Concat', [linear, shift], { axis: 2 });
  const source = g.node('MatMul', [affine, g.floats([1, 3, pixels], centers)]);
  // GridSample counts from −1 at one edge of the map to 1 at the other.
  const scaled = g.node('Mul', [source, g.floats([1, 2, 1], [2 / inputWidth, 2 / inputHeight])]);
  const grid = g.node('Transpose', [g.node('Sub', [scaled, g.floats([1], [1])])], { perm: [0, 2, 1] });
  return g.node('GridSample', [step.value(0), g.node('Reshape', [grid, g.integers([1, height, width, 2])])], {
    mode: 'bilinear',
    padding_mode: 'zeros',
    align_corners: 0,
  });
}

/** Points [1, n, 2] as rows: p · linearᵀ + shiftᵀ. */
function transformLandmarks(step: Step): string {
  if (step.outputShape.at(-1) !== 2) throw new Error('TransformLandmarks is supported for points of two coordinates');
  const g = step.graph;
  const { linear, shift } = splitMatrix(g, step.value(1));
  const turned = g.node('MatMul', [step.value(0), g.node('Transpose', [linear], { perm: [0, 2, 1] })]);
  return g.node('Add', [turned, g.node('Transpose', [shift], { perm: [0, 2, 1] })]);
}

/** The two rows that matter of a [1, 4, 4] matrix: [1, 2, 2] and [1, 2, 1]. */
function splitMatrix(g: OnnxGraph, matrix: string): { readonly linear: string; readonly shift: string } {
  const rows = slice(g, matrix, 1, 0, 2);
  return { linear: slice(g, rows, 2, 0, 2), shift: slice(g, rows, 2, 3, 4) };
}

function slice(g: OnnxGraph, value: string, axis: number, start: number, end: number): string {
  return g.node('Slice', [value, g.integers([start]), g.integers([end]), g.integers([axis])]);
}
