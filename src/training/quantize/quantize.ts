import { readAvatarGraph } from '../../inference/onnx/check-graph.js';
import type { OnnxModel, OnnxNode } from '../../inference/onnx/onnx-model.js';
import { ByteCopy } from './byte-copy.js';
import { calibrate, type NetworkInputs, type ValueStatistics } from './calibration.js';
import { followValues, isCutting, isMoving, type ValueFlow } from './value-flow.js';
import { chooseRange, type ValueRange } from './value-range.js';

/**
 * Quantizes an avatar's network to INT8: the same graph with pairs of QuantizeLinear and DequantizeLinear where the runtime
 * makes 8-bit operators of what lies between. Activations are unsigned bytes (0 is byte 0 after a ReLU, which the bytes
 * then do by themselves), weights signed bytes with a scale for each filter, biases 32-bit integers. What only moves
 * numbers passes the scale through. What follows the last convolution stays in floats.
 *
 * @param fp32 - the network's ONNX file.
 * @param pictures - calibration: as the network will see them; some dozens, as varied as possible.
 * @throws UserError MODEL_INVALID if it is not an avatar's network. @throws RangeError without pictures.
 */
export async function quantize(fp32: Uint8Array, pictures: readonly NetworkInputs[]): Promise<Uint8Array<ArrayBuffer>> {
  if (pictures.length === 0) throw new RangeError('no pictures to calibrate with');
  const { model, shapes } = readAvatarGraph(fp32);
  const statistics = await calibrate(model, pictures);
  const flow = followValues(model);
  const copy = new ByteCopy(model, shapes, rangesOf(flow, statistics), (value) => statistics.get(value)!.channelMeans);
  for (const node of model.nodes) copyNode(node, model, flow, copy);
  for (const { name, dims } of model.outputs) copy.graph.output(name, dims as number[], copy.floats(name));
  return copy.graph.serialize();
}

function copyNode(node: OnnxNode, model: OnnxModel, flow: ValueFlow, copy: ByteCopy): void {
  const [input] = node.inputs;
  const isInFloats =
    flow.isRaw(node.outputs[0]!) || (flow.isTail(node) && !(isMoving(node) && isPainted(input!, flow)));
  if (node.operator === 'Conv') copy.convolution(node);
  else if (isCutting(node) && isFused(input!, flow))
    copy.node(
      node,
      node.inputs.map((name) => copy.floats(name)),
    );
  else if (node.operator === 'Relu' && copy.rangeOf(input!).zeroPoint === 0) copy.alias(node.outputs[0]!, input!);
  else if (isInFloats)
    copy.node(
      node,
      // A convolution's output must leave it as bytes, for the runtime to see an 8-bit operator.
      node.inputs.map((name) => (isPainted(name, flow) ? copy.bytes(name) : copy.floats(name))),
    );
  else if (node.operator === 'DepthToSpace' && mode(node) === 'DCR') copy.depthToSpace(node);
  else {
    const isConstant = (name: string): boolean => name === '' || model.constants.has(name);
    copy.node(
      node,
      node.inputs.map((name) => (isConstant(name) ? copy.floats(name) : copy.bytes(name))),
    );
    // Its output must leave as bytes, also before the tail, for the runtime to see an 8-bit operator.
    if (isMoving(node)) copy.bytes(node.outputs[0]!);
  }
}

function mode({ attributes }: OnnxNode): unknown {
  return attributes.get('mode')?.value ?? 'DCR';
}

/** Does the runtime take what makes this value and the one ReLU or Clip behind it as one operator? */
function isFused(value: string, flow: ValueFlow): boolean {
  const producer = flow.producer(value);
  return producer !== undefined && !isMoving(producer) && flow.consumers(value).length === 1;
}

/** Does this value come from a convolution, with nothing but moves between? */
function isPainted(value: string, flow: ValueFlow): boolean {
  const producer = flow.producer(value);
  if (producer === undefined) return false;
  return producer.operator === 'Conv' || (isMoving(producer) && isPainted(producer.inputs[0]!, flow));
}

/** The range of each value: one for all that share it, chosen for the numbers that decide. */
function rangesOf(flow: ValueFlow, statistics: ReadonlyMap<string, ValueStatistics>): (value: string) => ValueRange {
  const ranges = new Map<string, ValueRange>();
  return (value) => {
    const group = flow.groupOf(value);
    const deciding = flow.deciding(group);
    const consumers = deciding.flatMap((one) => flow.consumers(one));
    const isSigmoid = consumers.length > 0 && consumers.every(({ operator }) => operator === 'Sigmoid');
    const seen = isSigmoid ? (x: number) => 1 / (1 + Math.exp(-x)) : (x: number) => x;
    const numbers = deciding.map((one) => statistics.get(one)!);
    const range = ranges.get(group) ?? chooseRange(numbers, seen);
    ranges.set(group, range);
    return range;
  };
}
