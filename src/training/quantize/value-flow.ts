import type { OnnxModel, OnnxNode } from '../../inference/onnx/onnx-model.js';

/** Operators that move numbers or choose among them: their output can have the scale of their input. */
const MOVING = new Set(['Concat', 'DepthToSpace', 'Identity', 'MaxPool', 'Reshape', 'Slice', 'SpaceToDepth']);
/** Operators that cut numbers off, which a quantized value's range can do for them. */
const CUTTING = new Set(['Clip', 'Relu']);
/** Operators that are worth 8 bits: they, and what lies between them, are quantized. */
const WORKING = new Set(['Conv']);

/** Which values of a graph share one scale, and whose numbers decide about it. */
export interface ValueFlow {
  /** The node that makes a value; none for an input or a constant. */
  producer(value: string): OnnxNode | undefined;
  consumers(value: string): readonly OnnxNode[];
  /** The first of the values that share a scale with this one: the group's name. */
  groupOf(value: string): string;
  /**
   * The values whose numbers matter for a group's range: those that something else than moving and cutting sees. What a
   * Relu cuts off need not be told apart.
   */
  deciding(group: string): readonly string[];
  /** Is the value an input, or made of inputs by nothing but moves? Its numbers are moved as floats, and have their own scale. */
  isRaw(value: string): boolean;
  /** Is the node one of the last, after every convolution, where floats are as fast? */
  isTail(node: OnnxNode): boolean;
}

/** Does the node only move numbers? */
export function isMoving({ operator }: OnnxNode): boolean {
  return MOVING.has(operator);
}

/** Does the node only cut numbers off? */
export function isCutting({ operator }: OnnxNode): boolean {
  return CUTTING.has(operator);
}

/** Follows the values of a model through its nodes. */
export function followValues(model: OnnxModel): ValueFlow {
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of model.nodes) {
    for (const input of node.inputs) {
      if (!model.constants.has(input)) consumers.set(input, [...(consumers.get(input) ?? []), node]);
    }
  }
  const consumersOf = (value: string): readonly OnnxNode[] => consumers.get(value) ?? [];

  const isRaw = (value: string): boolean => {
    const node = producers.get(value);
    return node === undefined
      ? model.inputs.some(({ name }) => name === value)
      : isMoving(node) && node.inputs.every((input) => model.constants.has(input) || isRaw(input));
  };
  const parents = new Map<string, string>();
  const groupOf = (value: string): string => {
    const parent = parents.get(value);
    return parent === undefined ? value : groupOf(parent);
  };
  const join = (one: string, other: string): void => {
    const [a, b] = [groupOf(one), groupOf(other)];
    if (a !== b) parents.set(b, a);
  };
  const working = new Set<OnnxNode>();
  for (const node of [...model.nodes].reverse()) {
    const leads = node.outputs.some((output) => consumersOf(output).some((one) => working.has(one)));
    if (WORKING.has(node.operator) || leads) working.add(node);
  }
  const isTail = (node: OnnxNode): boolean => !working.has(node);
  for (const node of model.nodes) {
    const [output] = node.outputs;
    // In the tail a join would only bind a scale to that of another.
    if (node.operator === 'Concat' && isTail(node)) continue;
    if (!isMoving(node) && !isCutting(node)) continue;
    for (const input of node.inputs) {
      // What comes in would be told apart coarsely on the scale of what a layer makes of it.
      if (isRaw(input) && !isRaw(output!)) continue;
      if (!model.constants.has(input) && input !== '' && (isMoving(node) || consumersOf(input).length === 1)) {
        join(output!, input);
      }
    }
  }
  const isSeen = (value: string): boolean => {
    const others = consumersOf(value).filter(
      (node) => !((isMoving(node) || isCutting(node)) && groupOf(node.outputs[0]!) === groupOf(value)),
    );
    return others.length > 0 || consumersOf(value).length === 0;
  };
  const values = [...model.inputs.map(({ name }) => name), ...producers.keys()];
  return {
    producer: (value) => producers.get(value),
    consumers: consumersOf,
    groupOf,
    isRaw,
    deciding: (group) => values.filter((value) => groupOf(value) === groupOf(group) && isSeen(value)),
    isTail,
  };
}
