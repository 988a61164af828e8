import { invalidModel } from './invalid-model.js';
import { count, type Shape } from './node-at.js';
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.js';
import { readOnnx } from './onnx-reader.js';
import { SHAPE_RULES } from './shapes.js';

const MEBI = 1 << 20;

/** What a graph may be made of and how much of everything it may have. */
export interface GraphLimits {
  readonly operators: ReadonlySet<string>;
  /** First and last version of ONNX's own operator set. */
  readonly opsets: readonly [number, number];
  readonly fileBytes: number;
  readonly nodes: number;
  /** Elements of one value between nodes, and of all of them together. */
  readonly valueElements: number;
  readonly totalElements: number;
  readonly multiplyAccumulates: number;
}

/** What a graph turned out to be. */
export interface GraphFacts {
  readonly model: OnnxModel;
  /** Shapes of all values, the constants' as well. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Of one run, as far as the shapes are known before it. */
  readonly multiplyAccumulates: number;
}

/** A network that may be worn. */
export interface AvatarGraph {
  /** S: the side of its square input and output in pixels. */
  readonly size: number;
  /** Of one run: the measure of its cost. */
  readonly multiplyAccumulates: number;
  readonly precision: 'fp32' | 'int8';
  /** Whether it takes the portrait, warped to the user's face, as a second input. */
  readonly isGuided: boolean;
}

/**
 * Limits of an avatar's network. What mien trains has 5 to 20 MB, some 150 nodes with their quantization, and at most
 * 2 G multiply-accumulates at 192 px; its largest value is 256 x 256 pixels of 40 channels. Each limit is several times
 * that, so that none is ever felt, and low enough that a hostile file can neither fill the memory nor stop the camera for
 * longer than a second.
 */
const AVATAR_LIMITS: GraphLimits = {
  // What networks of pictures are made of, and what quantization adds: nothing that loops, branches, draws lots or reads.
  operators: new Set([
    ...['Add', 'AveragePool', 'Clip', 'Concat', 'Conv', 'DepthToSpace', 'DequantizeLinear', 'Gemm', 'Identity'],
    ...['LeakyRelu', 'MatMul', 'MaxPool', 'Mul', 'Pad', 'QuantizeLinear', 'Relu', 'Reshape', 'Resize', 'Sigmoid'],
    ...['Slice', 'SpaceToDepth', 'Sub', 'Tanh', 'Transpose'],
  ]),
  // 13 is the first that quantizes by channel; 21 the last that this runtime's quantized convolutions were tried with.
  opsets: [13, 21],
  fileBytes: 64 * MEBI,
  nodes: 2000,
  valueElements: 16 * MEBI,
  totalElements: 256 * MEBI,
  multiplyAccumulates: 20e9,
};

/**
 * Checks an avatar's network of untrusted bytes before the runtime sees it: only operators of ONNX's own set that are on
 * the list, no subgraphs, functions or data outside of the file, bounded memory and work, and exactly the contract's input
 * `face` float32 [1, 3, S, S], perhaps `guide` float32 [1, 4, S, S] after it, and output `avatar` float32 [1, 4, S, S], S a
 * multiple of 16 from 64 to 256.
 *
 * @throws UserError MODEL_INVALID that says what was found.
 */
export function checkAvatarGraph(bytes: Uint8Array): AvatarGraph {
  const { size, multiplyAccumulates, model } = readAvatarGraph(bytes);
  const precision = model.nodes.some(({ operator }) => operator === 'QuantizeLinear') ? 'int8' : 'fp32';
  return { size, multiplyAccumulates, precision, isGuided: model.inputs.length === 2 };
}

/** Checks as `checkAvatarGraph` does and gives what it read. @throws UserError MODEL_INVALID that says what was found. */
export function readAvatarGraph(bytes: Uint8Array): GraphFacts & { readonly size: number } {
  const facts = checkGraph(bytes, AVATAR_LIMITS);
  const { inputs, outputs, nodes } = facts.model;
  const size = inputs[0]?.dims[2] ?? 0;
  if (size % 16 !== 0 || size < 64 || size > 256) {
    throw invalidModel(
      `it takes ${tell(inputs)}, expected face float32[1, 3, S, S] with an S of 64 to 256 in steps of 16`,
    );
  }
  const face = `face float32[1, 3, ${size}, ${size}]`;
  expectValues(inputs, inputs.length > 1 ? `${face}, guide float32[1, 4, ${size}, ${size}]` : face);
  expectValues(outputs, `avatar float32[1, 4, ${size}, ${size}]`);
  expectShape(facts, 'avatar', [1, 4, size, size]);
  for (const { inputs: names, outputs: results } of nodes) {
    for (const name of [...names, ...results]) {
      if (facts.shapes.get(name)?.includes(null)) throw invalidModel(`the size of its value "${name}" is left open`);
    }
  }
  return { ...facts, size };
}

/**
 * Reads a graph of untrusted bytes and holds it to limits; the names and shapes of inputs and outputs are left to the
 * caller. Of an input's first side that is left open (the batch) 1 is assumed.
 *
 * @throws UserError MODEL_INVALID that says what was found.
 */
export function checkGraph(bytes: Uint8Array, limits: GraphLimits): GraphFacts {
  if (bytes.length > limits.fileBytes) {
    throw invalidModel(`it has ${bytes.length} bytes, expected at most ${limits.fileBytes}`);
  }
  const model = readOnnx(bytes, { nodes: limits.nodes, constants: 4 * limits.nodes });
  const [first, last] = limits.opsets;
  if (!(model.opset >= first && model.opset <= last)) {
    throw invalidModel(`it uses ONNX's operator set ${model.opset}, expected ${first} to ${last}`);
  }
  const shapes = new Map<string, Shape>();
  for (const constant of model.constants.values()) {
    checkFinite(constant);
    shapes.set(constant.name, constant.dims);
  }
  for (const { name, dims } of model.inputs) {
    if (name === '' || shapes.has(name)) throw invalidModel(`its input "${name}" is a constant as well`);
    shapes.set(name, checkShape(name, [dims[0] ?? 1, ...dims.slice(1)], limits));
  }
  let elements = 0;
  let multiplyAccumulates = 0;
  for (const node of model.nodes) {
    const result = checkNode(node, model, shapes, limits);
    elements += count(result.shape);
    multiplyAccumulates += result.multiplyAccumulates;
  }
  if (elements > limits.totalElements) {
    throw invalidModel(`its values have ${elements} elements, expected at most ${limits.totalElements}`);
  }
  if (multiplyAccumulates > limits.multiplyAccumulates) {
    throw invalidModel(
      `a run takes ${multiplyAccumulates} multiply-accumulates, expected at most ${limits.multiplyAccumulates}`,
    );
  }
  return { model, shapes, multiplyAccumulates };
}

function checkNode(node: OnnxNode, model: OnnxModel, shapes: Map<string, Shape>, limits: GraphLimits) {
  const { operator, domain, inputs, outputs } = node;
  const rule = domain === '' && limits.operators.has(operator) ? SHAPE_RULES.get(operator) : undefined;
  if (rule === undefined) {
    throw invalidModel(
      `it uses the operator "${domain === '' ? '' : `${domain}.`}${operator}", which is not on the list`,
    );
  }
  const [output] = outputs;
  if (output === undefined || output === '' || outputs.length > 1) {
    throw invalidModel(`its ${operator} has ${outputs.length} outputs, expected one with a name`);
  }
  if (shapes.has(output)) throw invalidModel(`its value "${output}" is made twice`);
  const known = inputs.map((name) => {
    if (name === '') return undefined;
    const shape = shapes.get(name);
    if (shape === undefined) throw invalidModel(`its ${operator} takes "${name}", which nothing before it makes`);
    return shape;
  });
  const constants = inputs.map((name) => model.constants.get(name));
  const result = rule({ node, shapes: known, constants });
  shapes.set(output, checkShape(output, result.shape, limits));
  return result;
}

function checkShape(name: string, shape: Shape, limits: GraphLimits): Shape {
  const isPossible = shape.length <= 8 && shape.every((side) => side === null || (Number.isInteger(side) && side > 0));
  if (!isPossible || !(count(shape) <= limits.valueElements)) {
    throw invalidModel(
      `its value "${name}" is of [${shape.join(', ')}], expected sides of 1 or more and ${limits.valueElements} elements at most`,
    );
  }
  return shape;
}

/** A weight that is no number makes every pixel none. */
function checkFinite({ name, type, bytes }: OnnxTensor): void {
  if (type !== 'float32') return;
  // All ones in the eight bits of the exponent: infinite or not a number.
  for (let at = 2; at < bytes.length; at += 4) {
    if ((bytes[at + 1]! & 0x7f) === 0x7f && bytes[at]! >= 0x80) {
      throw invalidModel(`its constant "${name}" holds a value that is no finite number`);
    }
  }
}

/** Holds the shape that the nodes make of a value to the one that the file declares. */
export function expectShape({ shapes }: GraphFacts, name: string, expected: Shape): void {
  const found = shapes.get(name);
  if (found?.length !== expected.length || found.some((side, index) => side !== null && side !== expected[index])) {
    throw invalidModel(
      `its "${name}" comes out as [${found?.join(', ') ?? 'nothing'}], expected [${expected.join(', ')}]`,
    );
  }
}

function expectValues(values: readonly OnnxValue[], expected: string): void {
  if (tell(values) !== expected) throw invalidModel(`it has ${tell(values) || 'nothing'}, expected ${expected}`);
}

/** Inputs or outputs in words: `face float32[1, 3, 128, 128]`. */
export function tell(values: readonly OnnxValue[]): string {
  return values
    .map(({ name, type, dims }) => `${name} ${type}[${dims.map((side) => side ?? '?').join(', ')}]`)
    .join(', ');
}
