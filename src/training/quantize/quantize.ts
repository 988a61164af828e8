import { checkAvatarGraph } from '../../inference/onnx/check-graph.js';
import { GraphCopy } from '../../inference/onnx/copy-graph.js';
import { floatsOf, type OnnxModel, type OnnxNode } from '../../inference/onnx/onnx-model.js';
import { readOnnx } from '../../inference/onnx/onnx-reader.js';
import { OnnxGraph } from '../../inference/onnx/onnx-writer.js';
import { calibrate, type ValueStatistics } from './calibration.js';
import { quantizeConvolution } from './convolution-weights.js';
import { followValues, isCutting, isMoving, type ValueFlow } from './value-flow.js';
import { chooseRange, type ValueRange } from './value-range.js';

/**
 * Quantizes an avatar's network to INT8: the same graph with pairs of QuantizeLinear and DequantizeLinear where the runtime
 * makes 8-bit operators of what lies between. Activations are unsigned bytes (0 is byte 0 after a ReLU, which the bytes
 * then do by themselves), weights signed bytes with a scale for each filter, biases 32-bit integers. What only moves
 * numbers passes the scale through. What follows the last convolution stays in floats.
 *
 * @param fp32 - the network's ONNX file.
 * @param pictures - calibration: [3, S, S] floats each, as the network will see them; some dozens, as varied as possible.
 * @throws UserError MODEL_INVALID if it is not an avatar's network.
 */
export async function quantize(fp32: Uint8Array, pictures: readonly Float32Array[]): Promise<Uint8Array<ArrayBuffer>> {
  checkAvatarGraph(fp32);
  const model = readOnnx(fp32, { nodes: 2000, constants: 8000 });
  return new Quantizer(model, await calibrate(model, pictures)).write();
}

class Quantizer {
  readonly #model: OnnxModel;
  readonly #statistics: ReadonlyMap<string, ValueStatistics>;
  readonly #flow: ValueFlow;
  readonly #copy: GraphCopy;
  readonly #ranges = new Map<string, ValueRange>();
  readonly #quantized = new Map<string, string>();

  constructor(model: OnnxModel, statistics: ReadonlyMap<string, ValueStatistics>) {
    this.#model = model;
    this.#statistics = statistics;
    this.#flow = followValues(model);
    this.#copy = new GraphCopy(model, new OnnxGraph('avatar'));
  }

  write(): Uint8Array<ArrayBuffer> {
    for (const node of this.#model.nodes) this.#copyNode(node);
    for (const { name, dims } of this.#model.outputs) {
      this.#copy.graph.output(name, dims as number[], this.#copy.value(name));
    }
    return this.#copy.graph.serialize();
  }

  #copyNode(node: OnnxNode): void {
    const [first] = node.inputs;
    if (node.operator === 'Conv') this.#copyConvolution(node);
    else if (isCutting(node) && this.#isFused(first!)) this.#copy.node(node);
    else if (node.operator === 'Relu' && this.#range(first!).zeroPoint === 0) {
      // The bytes hold nothing below 0.
      this.#copy.set(node.outputs[0]!, this.#copy.value(first!));
      this.#quantized.set(node.outputs[0]!, this.#bytes(first!));
    } else if (this.#flow.isTail(node) && !(isMoving(node) && this.#isEight(first!))) this.#copy.node(node);
    else {
      const isConstant = (name: string): boolean => name === '' || this.#model.constants.has(name);
      this.#copy.node(
        node,
        node.inputs.map((name) => (isConstant(name) ? this.#copy.value(name) : this.#bytes(name))),
      );
      // Before the tail, its output must leave as bytes for the runtime to see an 8-bit operator.
      if (isMoving(node)) this.#copy.set(node.outputs[0]!, this.#bytes(node.outputs[0]!));
    }
  }

  /** Does the runtime take what makes this value and the one ReLU or Clip behind it as one operator? */
  #isFused(value: string): boolean {
    const producer = this.#flow.producer(value);
    return producer !== undefined && !isMoving(producer) && this.#flow.consumers(value).length === 1;
  }

  /** Does this value come from a convolution, with nothing but moves between? */
  #isEight(value: string): boolean {
    const producer = this.#flow.producer(value);
    if (producer === undefined) return false;
    return producer.operator === 'Conv' || (isMoving(producer) && this.#isEight(producer.inputs[0]!));
  }

  #copyConvolution(node: OnnxNode): void {
    const { graph } = this.#copy;
    const [input, weightName, biasName] = node.inputs;
    const weights = this.#model.constants.get(weightName!)!;
    const filters = weights.dims[0]!;
    const bias = biasName ? floatsOf(this.#model.constants.get(biasName)!) : new Float32Array(filters);
    const quantized = quantizeConvolution(
      { weights: floatsOf(weights), dims: weights.dims, bias },
      this.#range(input!).scale,
      this.#statistics.get(input!)!.channelMeans,
    );
    const dequantize = (
      values: string,
      scales: Float32Array<ArrayBuffer>,
      zeros: Int8Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
    ) =>
      graph.node('DequantizeLinear', [values, graph.constant([filters], scales), graph.constant([filters], zeros)], {
        axis: 0,
      });
    this.#copy.node(node, [
      this.#bytes(input!),
      dequantize(graph.constant(weights.dims, quantized.weights), quantized.scales, new Int8Array(filters)),
      dequantize(graph.constant([filters], quantized.bias), quantized.biasScales, new Int32Array(filters)),
    ]);
  }

  /** The value after it has been bytes. */
  #bytes(value: string): string {
    const known = this.#quantized.get(value);
    if (known !== undefined) return known;
    const { graph } = this.#copy;
    const range = this.#range(value);
    const parameters = [graph.floats([], [range.scale]), graph.constant([], Uint8Array.of(range.zeroPoint))];
    const bytes = graph.node('QuantizeLinear', [this.#copy.value(value), ...parameters]);
    const floats = graph.node('DequantizeLinear', [bytes, ...parameters]);
    this.#quantized.set(value, floats);
    return floats;
  }

  #range(value: string): ValueRange {
    const group = this.#flow.groupOf(value);
    const known = this.#ranges.get(group);
    if (known !== undefined) return known;
    const deciding = this.#flow.deciding(group);
    const consumers = deciding.flatMap((one) => this.#flow.consumers(one));
    const isSigmoid = consumers.length > 0 && consumers.every(({ operator }) => operator === 'Sigmoid');
    const seen = isSigmoid ? (x: number) => 1 / (1 + Math.exp(-x)) : (x: number) => x;
    const range = chooseRange(
      deciding.map((one) => this.#statistics.get(one)!),
      seen,
    );
    this.#ranges.set(group, range);
    return range;
  }
}
