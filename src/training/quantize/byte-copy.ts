import { GraphCopy } from '../../inference/onnx/copy-graph.js';
import type { Shape } from '../../inference/onnx/node-at.js';
import { floatsOf, type OnnxModel, type OnnxNode } from '../../inference/onnx/onnx-model.js';
import { type Attribute, type ConstantData, OnnxGraph } from '../../inference/onnx/onnx-writer.js';
import { quantizeConvolution } from './convolution-weights.js';
import type { ValueRange } from './value-range.js';

/**
 * A copy of a network in which values pass through bytes on their way: QuantizeLinear and DequantizeLinear behind one
 * another. The runtime makes an 8-bit operator of each operator that has such pairs on all sides.
 */
export class ByteCopy {
  readonly graph = new OnnxGraph('avatar');
  /** The range of a value of the model. */
  readonly rangeOf: (value: string) => ValueRange;
  readonly #model: OnnxModel;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #channelMeans: (value: string) => ArrayLike<number>;
  readonly #copy: GraphCopy;
  readonly #bytes = new Map<string, string>();

  constructor(
    model: OnnxModel,
    shapes: ReadonlyMap<string, Shape>,
    rangeOf: (value: string) => ValueRange,
    channelMeans: (value: string) => ArrayLike<number>,
  ) {
    this.rangeOf = rangeOf;
    this.#model = model;
    this.#shapes = shapes;
    this.#channelMeans = channelMeans;
    this.#copy = new GraphCopy(model, this.graph);
  }

  /** A value of the model as it is made. */
  floats(value: string): string {
    return this.#bytes.get(value) ?? this.#copy.value(value);
  }

  /** A value of the model after it has been bytes. */
  bytes(value: string): string {
    const known = this.#bytes.get(value);
    if (known !== undefined) return known;
    const passed = this.#throughBytes(this.#copy.value(value), this.rangeOf(value));
    this.#bytes.set(value, passed);
    return passed;
  }

  /** Copies a node with the given values of the copy as inputs. */
  node(node: OnnxNode, inputs: readonly string[]): void {
    this.#copy.node(node, inputs);
  }

  /** Says that one value of the model is, in bytes, the same as another. */
  alias(value: string, same: string): void {
    this.#bytes.set(value, this.bytes(same));
  }

  /** Copies a convolution, its weights and bias as integers. */
  convolution(node: OnnxNode): void {
    const [input, weightName, biasName] = node.inputs;
    const weights = this.#model.constants.get(weightName!)!;
    const filters = weights.dims[0]!;
    const bias = biasName ? floatsOf(this.#model.constants.get(biasName)!) : new Float32Array(filters);
    const quantized = quantizeConvolution(
      { weights: floatsOf(weights), dims: weights.dims, bias },
      this.rangeOf(input!).scale,
      this.#channelMeans(input!),
    );
    const dequantize = (
      dims: readonly number[],
      values: ConstantData,
      zeros: ConstantData,
      scales: ConstantData,
    ): string => {
      const inputs = [dims, [filters], [filters]].map((sides, at) =>
        this.graph.constant(sides, [values, scales, zeros][at]!),
      );
      return this.graph.node('DequantizeLinear', inputs, { axis: 0 });
    };
    this.#copy.node(node, [
      this.bytes(input!),
      dequantize(weights.dims, quantized.weights, new Int8Array(filters), quantized.scales),
      dequantize([filters], quantized.bias, new Int32Array(filters), quantized.biasScales),
    ]);
  }

  /**
   * Copies a DepthToSpace of the mode DCR with the channels innermost, as the runtime's 8-bit convolutions have them anyway:
   * it then moves runs of bytes instead of single ones, and the transpositions to and fro fall away.
   * Source: onnx/docs/Operators.md, DepthToSpace.
   */
  depthToSpace(node: OnnxNode): void {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const block = node.attributes.get('blocksize')!.value as number;
    const [, channels, height, width] = this.#shapes.get(input!)! as number[];
    const run = channels! / block;
    let value = this.bytes(input!);
    const step = (
      operator: string,
      more: readonly string[],
      attributes: Readonly<Record<string, Attribute>> = {},
    ): void => {
      value = this.#throughBytes(this.graph.node(operator, [value, ...more], attributes), this.rangeOf(input!));
    };
    step('Transpose', [], { perm: [0, 2, 3, 1] });
    step('Reshape', [this.graph.integers([1, height!, width!, block, run])]);
    step('Transpose', [], { perm: [0, 1, 3, 2, 4] });
    step('Reshape', [this.graph.integers([1, height! * block, width! * block, run / block])]);
    step('Transpose', [], { perm: [0, 3, 1, 2] });
    this.#bytes.set(output!, value);
  }

  #throughBytes(value: string, range: ValueRange): string {
    const parameters = [this.graph.floats([], [range.scale]), this.graph.constant([], Uint8Array.of(range.zeroPoint))];
    const bytes = this.graph.node('QuantizeLinear', [value, ...parameters]);
    return this.graph.node('DequantizeLinear', [bytes, ...parameters]);
  }
}
