import type { Attribute } from '../onnx/onnx-writer.js';
import type { Rule, Step } from './conversion.js';
import { customRules } from './custom-operators.js';
import { isOrderFree, onnxShape, permute, toChannelsFirst } from './layout.js';

/** What each operator becomes in ONNX. Options are read by their field number in tensorflow/lite/schema/schema.fbs. */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['ADD', (step) => elementwise(step, 'Add')],
  ['AVERAGE_POOL_2D', (step) => pool(step, 'AveragePool')],
  ['CONCATENATION', concatenate],
  ['CONV_2D', (step) => convolve(step, { isDepthwise: false })],
  ['DEPTHWISE_CONV_2D', (step) => convolve(step, { isDepthwise: true })],
  ['DEQUANTIZE', dequantize],
  ['HARD_SWISH', (step) => step.graph.node('HardSwish', [step.value(0)])],
  ['LOGISTIC', (step) => step.graph.node('Sigmoid', [step.value(0)])],
  ['MAX_POOL_2D', (step) => pool(step, 'MaxPool')],
  ['MEAN', mean],
  ['MUL', (step) => elementwise(step, 'Mul')],
  ['PAD', pad],
  ['PRELU', prelu],
  ['RELU', (step) => step.graph.node('Relu', [step.value(0)])],
  ['RESHAPE', reshape],
  ['RESIZE_BILINEAR', resizeBilinear],
  ['STRIDED_SLICE', stridedSlice],
  ...customRules,
]);

/** Padding and ActivationFunctionType of the schema. */
const PADDING_VALID = 1;
const ACTIVATION_NONE = 0;
const ACTIVATION_RELU = 1;
const ACTIVATION_RELU6 = 3;

function activate(step: Step, value: string, activation: number): string {
  switch (activation) {
    case ACTIVATION_NONE:
      return value;
    case ACTIVATION_RELU:
      return step.graph.node('Relu', [value]);
    case ACTIVATION_RELU6:
      return step.graph.node('Clip', [value, step.graph.floats([], [0]), step.graph.floats([], [6])]);
    default:
      throw new Error(`${step.operator.name} with the fused activation ${activation} is not supported`);
  }
}

/** Zeros before and after one axis. TensorFlow's SAME keeps ceil(size / stride) outputs and puts the odd zero last. */
function paddingOf(padding: number, size: number, kernel: number, stride: number, dilation: number): [number, number] {
  if (padding === PADDING_VALID) return [0, 0];
  const extent = (kernel - 1) * dilation + 1;
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return [total >> 1, total - (total >> 1)];
}

function elementwise(step: Step, operator: string): string {
  const rank = step.outputShape.length;
  const operands = [0, 1].map((index) => step.conversion.operand(step.input(index), rank));
  return activate(step, step.graph.node(operator, operands), step.byteOption(0));
}

function convolve(step: Step, { isDepthwise }: { isDepthwise: boolean }): string {
  // A depthwise convolution has one more option, the depth multiplier, which its weights tell too.
  const after = isDepthwise ? 4 : 3;
  const strides = [step.intOption(2, 1), step.intOption(1, 1)] as const;
  const dilations = [step.intOption(after + 2, 1), step.intOption(after + 1, 1)] as const;
  const [, height = 0, width = 0, channels = 0] = step.shape(0);
  const [, kernelHeight = 0, kernelWidth = 0] = step.shape(1);
  const padding = step.byteOption(0);
  const [top, bottom] = paddingOf(padding, height, kernelHeight, strides[0], dilations[0]);
  const [left, right] = paddingOf(padding, width, kernelWidth, strides[1], dilations[1]);
  // Weights are [out, h, w, in], those of a depthwise one [1, h, w, out]; ONNX has [out, in of a group, h, w] for both.
  const weights = permute(step.constant(1), step.shape(1), isDepthwise ? [3, 0, 1, 2] : toChannelsFirst);
  const inputs = [step.value(0), step.graph.floats(weights.dims, weights.data)];
  if (step.has(2)) inputs.push(step.graph.floats([weights.dims[0]!], step.constant(2)));
  const value = step.graph.node('Conv', inputs, {
    kernel_shape: [kernelHeight, kernelWidth],
    strides,
    dilations,
    pads: step.conversion.deferredPadding(step.input(0)) ?? [top, left, bottom, right],
    group: isDepthwise ? channels : 1,
  });
  return activate(step, value, step.byteOption(after));
}

function pool(step: Step, operator: 'AveragePool' | 'MaxPool'): string {
  const [, height = 0, width = 0] = step.shape(0);
  const strides = [step.intOption(2, 1), step.intOption(1, 1)] as const;
  const kernel = [step.intOption(4), step.intOption(3)] as const;
  const padding = step.byteOption(0);
  const isGlobal = padding === PADDING_VALID && kernel[0] === height && kernel[1] === width;
  if (isGlobal && operator === 'AveragePool') {
    return activate(step, step.graph.node('GlobalAveragePool', [step.value(0)]), step.byteOption(5));
  }
  const [top, bottom] = paddingOf(padding, height, kernel[0], strides[0], 1);
  const [left, right] = paddingOf(padding, width, kernel[1], strides[1], 1);
  const pads = [top, left, bottom, right];
  return activate(
    step,
    step.graph.node(operator, [step.value(0)], { kernel_shape: kernel, strides, pads }),
    step.byteOption(5),
  );
}

/** Weights stored as 16-bit floats: the reader has widened them already. */
function dequantize(step: Step): null {
  step.conversion.defineConstant(step.output, step.constant(0));
  return null;
}

function mean(step: Step): string {
  const axes = Array.from(step.constant(1), (axis) => (axis < 0 ? axis + 4 : axis)).sort();
  if (axes.join() !== '1,2' || step.outputShape.length !== 4) {
    throw new Error(`MEAN is supported over height and width with axes kept, not over ${axes}`);
  }
  return step.graph.node('GlobalAveragePool', [step.value(0)]);
}

function pad(step: Step): string | null {
  const [batchBefore, batchAfter, top, bottom, left, right, before, after] = step.constant(1) as unknown as number[];
  const readers = step.conversion.readers(step.output);
  const [reader] = readers;
  const isSpatial = batchBefore === 0 && batchAfter === 0 && before === 0 && after === 0;
  const isConvolution = reader?.name === 'CONV_2D' || reader?.name === 'DEPTHWISE_CONV_2D';
  if (isSpatial && isConvolution && readers.length === 1 && reader.options?.int8(0) === PADDING_VALID) {
    // The convolution pads by itself: one pass over the picture less.
    step.conversion.deferPadding(step.output, [top!, left!, bottom!, right!]);
    return step.value(0);
  }
  const isChannelTail = [batchBefore, batchAfter, top, bottom, left, right, before].every((amount) => amount === 0);
  if (isChannelTail) return appendChannels(step, after!);
  const amounts = [batchBefore, before, top, left, batchAfter, after, bottom, right].map((amount) => amount!);
  return step.graph.node('Pad', [step.value(0), step.graph.integers(amounts)], { mode: 'constant' });
}

/**
 * Channels of zeros after the last, as a 1x1 convolution with the identity: exact, and the picture stays in the blocked
 * layout of ONNX Runtime's convolutions, which its Pad does not know. A tenth of the landmark model's time.
 */
function appendChannels(step: Step, count: number): string {
  const channels = step.shape(0).at(-1)!;
  const identity = new Float32Array((channels + count) * channels);
  for (let channel = 0; channel < channels; channel++) identity[channel * channels + channel] = 1;
  return step.graph.node(
    'Conv',
    [step.value(0), step.graph.floats([channels + count, channels, 1, 1], identity)],
    pointwise(1),
  );
}

/** Attributes of a 1x1 convolution. */
function pointwise(group: number): Record<string, Attribute> {
  return { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group };
}

/**
 * PReLU as a·x + (1 − a)·relu(x), both scalings as depthwise 1x1 convolutions: for x < 0 it is a·x, else x. ONNX
 * Runtime's own PRelu has no kernel for the blocked layout that its convolutions use, so that each one would convert the
 * picture there and back: four times slower for the landmark model.
 */
function prelu(step: Step): string {
  const slopes = step.constant(1);
  const channels = step.shape(1).at(-1)!;
  if (slopes.length !== channels) throw new Error(`PRELU with slopes of shape [${step.shape(1)}] is not supported`);
  const x = step.value(0);
  const scale = (value: string, factors: ArrayLike<number>): string =>
    step.graph.node('Conv', [value, step.graph.floats([channels, 1, 1, 1], factors)], pointwise(channels));
  const rests = Array.from(slopes, (slope) => 1 - slope);
  // A factor that is not negative may go before the ReLU, which the runtime then does within the convolution.
  const above = rests.every((rest) => rest >= 0)
    ? step.graph.node('Relu', [scale(x, rests)])
    : scale(step.graph.node('Relu', [x]), rests);
  const below = scale(x, slopes);
  return step.graph.node('Add', [above, below]);
}

function reshape(step: Step): string {
  const source = step.conversion.channelsLast(step.input(0));
  const shape = step.outputShape;
  if (isOrderFree(shape)) return step.graph.node('Reshape', [source, step.graph.integers(onnxShape(shape))]);
  const channelsLast = step.graph.node('Reshape', [source, step.graph.integers(shape)]);
  return step.graph.node('Transpose', [channelsLast], { perm: toChannelsFirst });
}

function concatenate(step: Step): string {
  const rank = step.outputShape.length;
  const axis = (step.intOption(0) + rank) % rank;
  const values = step.operator.inputs.map((tensor) => step.conversion.value(tensor));
  const joined = step.graph.node('Concat', values, { axis: rank === 4 ? toChannelsFirst.indexOf(axis) : axis });
  return activate(step, joined, step.byteOption(1));
}

function resizeBilinear(step: Step): string {
  const [batch = 1, , , channels = 1] = step.shape(0);
  const [height = 0, width = 0] = step.constant(1);
  const sizes = step.graph.integers([batch, channels, height, width]);
  const alignsCorners = step.byteOption(2) !== 0;
  const hasHalfPixelCenters = step.byteOption(3) !== 0;
  return step.graph.node('Resize', [step.value(0), '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: alignsCorners ? 'align_corners' : hasHalfPixelCenters ? 'half_pixel' : 'asymmetric',
  });
}

/** The models only ever slice the whole: a no-op. */
function stridedSlice(step: Step): string {
  if (step.shape(0).join() !== step.outputShape.join()) throw new Error('STRIDED_SLICE of a part is not supported');
  return step.value(0);
}
