import { ProtobufWriter } from './protobuf-writer.js';

/** Operator set that the written models ask for. */
export const OPSET = 17;
/** ONNX file format version; 8 goes with opset 17. */
const IR_VERSION = 8;

const TENSOR_FLOAT = 1;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** Small constants (shapes, axes, zeros) are shared by value; weights are not worth comparing. */
const SHARED_UP_TO = 64;

/** A node attribute. A plain number is an integer; floats are wrapped, because JavaScript cannot tell 1 from 1.0. */
export type Attribute = string | number | readonly number[] | { readonly float: number };

interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant's values, row-major; their class tells the element type. */
export type ConstantData =
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

interface Constant {
  readonly dims: readonly number[];
  readonly data: ConstantData;
}

interface GraphValue {
  readonly name: string;
  readonly dims: readonly number[] | null;
}

/**
 * Builds an ONNX graph of float tensors and writes it as a model file. Values are named in the order of the calls, so
 * that the same calls give the same bytes.
 * Source: onnx/onnx.proto3.
 */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: GraphNode[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #shared = new Map<string, string>();
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  #values = 0;

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, dims: readonly number[]): string {
    this.#inputs.push({ name, dims });
    return name;
  }

  /** Makes a value an output of the model under a name of its own. @param dims - null leaves its shape to the runtime. */
  output(name: string, dims: readonly number[] | null, value: string): void {
    this.#nodes.push({ operator: 'Identity', inputs: [value], output: name, attributes: {} });
    this.#outputs.push({ name, dims });
  }

  /** Adds a node and returns the name of its one output. An empty input name is an optional input left out. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = `${operator.toLowerCase()}_${this.#values++}`;
    this.#nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    return this.constant(dims, Float32Array.from(values));
  }

  /** A list of integers: shapes, axes, indices. */
  integers(values: readonly number[]): string {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** A constant of any type; the values are kept by reference until `serialize`. */
  constant(dims: readonly number[], data: ConstantData): string {
    const isSmall = data.length <= SHARED_UP_TO;
    const key = isSmall ? `${elementTypeOf(data)}[${dims}]${Array.from(data as ArrayLike<unknown>).join()}` : null;
    const known = key === null ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.size}`;
    this.#constants.set(name, { dims, data });
    if (key !== null) this.#shared.set(key, name);
    return name;
  }

  /** The whole model file. */
  serialize(): Uint8Array<ArrayBuffer> {
    return new ProtobufWriter()
      .int(1, IR_VERSION)
      .string(2, 'mien')
      .message(7, (graph) => this.#writeGraph(graph))
      .message(8, (opset) => opset.string(1, '').int(2, OPSET))
      .finish();
  }

  #writeGraph(graph: ProtobufWriter): void {
    for (const node of this.#nodes) graph.message(1, (message) => writeNode(message, node));
    graph.string(2, this.#name);
    for (const [name, constant] of this.#constants) {
      graph.message(5, (message) => writeConstant(message, name, constant));
    }
    for (const value of this.#inputs) graph.message(11, (message) => writeValue(message, value));
    for (const value of this.#outputs) graph.message(12, (message) => writeValue(message, value));
  }
}

function writeNode(message: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) message.string(1, input);
  message.string(2, node.output).string(3, `${node.output}_node`).string(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    message.message(5, (attribute) => {
      attribute.string(1, name);
      if (typeof value === 'string') attribute.string(4, value).int(20, ATTRIBUTE_STRING);
      else if (typeof value === 'number') attribute.int(3, value).int(20, ATTRIBUTE_INT);
      else if ('float' in value) attribute.float(2, value.float).int(20, ATTRIBUTE_FLOAT);
      else {
        for (const item of value) attribute.int(8, item);
        attribute.int(20, ATTRIBUTE_INTS);
      }
    });
  }
}

function writeConstant(message: ProtobufWriter, name: string, { dims, data }: Constant): void {
  for (const dim of dims) message.int(1, dim);
  // Raw data is little endian, as is every machine that ONNX Runtime's packages are built for.
  message
    .int(2, elementTypeOf(data))
    .string(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** The number of the element type in ONNX. */
function elementTypeOf(data: ConstantData): number {
  if (data instanceof Float32Array) return TENSOR_FLOAT;
  if (data instanceof BigInt64Array) return 7;
  if (data instanceof Int32Array) return 6;
  return data instanceof Int8Array ? 3 : 2;
}

function writeValue(message: ProtobufWriter, { name, dims }: GraphValue): void {
  message.string(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, TENSOR_FLOAT);
      if (dims === null) return;
      tensor.message(2, (shape) => {
        for (const dim of dims) shape.message(1, (dimension) => dimension.int(1, dim));
      });
    }),
  );
}
