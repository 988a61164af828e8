import {
  floatsOf,
  integersOf,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from './onnx-model.js';
import type { Attribute, ConstantData, OnnxGraph } from './onnx-writer.js';

/**
 * Copies a model node by node into a graph that is being written, so that the copy may differ from it. Values keep no
 * names; the copy knows which is which.
 */
export class GraphCopy {
  readonly graph: OnnxGraph;
  readonly #model: OnnxModel;
  readonly #values = new Map<string, string>();

  /** Makes the model's inputs the graph's. @throws RangeError if a side of one is left open. */
  constructor(model: OnnxModel, graph: OnnxGraph) {
    this.graph = graph;
    this.#model = model;
    for (const { name, dims } of model.inputs) {
      if (dims.includes(null)) throw new RangeError(`the input ${name} is of [${dims}], expected known sides`);
      this.#values.set(name, graph.input(name, dims as number[]));
    }
  }

  /** What a value of the model is called in the copy; '' stays ''. @throws RangeError if it has not been copied. */
  value(name: string): string {
    if (name === '') return '';
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const constant = this.#model.constants.get(name);
    if (constant === undefined) throw new RangeError(`${name} has not been copied`);
    return this.set(name, this.graph.constant(constant.dims, dataOf(constant)));
  }

  /** Says that a value of the model is this one of the copy. */
  set(name: string, value: string): string {
    this.#values.set(name, value);
    return value;
  }

  /** Copies a node, from the copies of its inputs or from the given ones. */
  node(node: OnnxNode, inputs: readonly string[] = node.inputs.map((name) => this.value(name))): string {
    const attributes = Object.fromEntries([...node.attributes].map(([name, value]) => [name, written(value)]));
    return this.set(node.outputs[0]!, this.graph.node(node.operator, inputs, attributes));
  }
}

function written(attribute: OnnxAttribute): Attribute {
  if (attribute.kind === 'float') return { float: attribute.value };
  if (attribute.kind === 'tensor' || attribute.kind === 'floats') {
    throw new TypeError(`an attribute of ${attribute.kind} cannot be written`);
  }
  return attribute.value;
}

function dataOf(tensor: OnnxTensor): ConstantData {
  if (tensor.type === 'float32') return floatsOf(tensor);
  if (tensor.type === 'int64') return BigInt64Array.from(integersOf(tensor), BigInt);
  if (tensor.type === 'int32') return Int32Array.from(integersOf(tensor));
  if (tensor.type === 'int8') return Int8Array.from(tensor.bytes);
  if (tensor.type === 'uint8') return Uint8Array.from(tensor.bytes);
  throw new TypeError(`${tensor.name} holds ${tensor.type}, which cannot be written`);
}
