import { toObject } from 'flatbuffers/js/flexbuffers.js';
import { FlatTable } from './flat-table.js';

/** A constant of a model, decoded: 16-bit floats become 32-bit ones (exactly). */
export type TfliteData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A value of the graph. Four-dimensional ones are batch, height, width, channels. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The values of a constant, else null. */
  readonly data: TfliteData | null;
}

/** One step of the graph. `inputs` and `outputs` are tensor numbers; an optional input left out is -1. */
export interface TfliteOperator {
  /** The schema's name (`CONV_2D`), a custom operator's own name, or `builtin 123` for one that is not in the table. */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | null;
  readonly customOptions: Uint8Array | null;
}

/** A TFLite model of one graph. Steps are in an order in which they can run. */
export interface TfliteModel {
  readonly description: string;
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** BuiltinOperator of the TFLite schema: those that have a rule in operators.ts, and near ones for clear messages. */
const builtinNames: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  5: 'DEPTH_TO_SPACE',
  6: 'DEQUANTIZE',
  9: 'FULLY_CONNECTED',
  14: 'LOGISTIC',
  17: 'MAX_POOL_2D',
  18: 'MUL',
  19: 'RELU',
  21: 'RELU6',
  22: 'RESHAPE',
  23: 'RESIZE_BILINEAR',
  25: 'SOFTMAX',
  28: 'TANH',
  34: 'PAD',
  39: 'TRANSPOSE',
  40: 'MEAN',
  41: 'SUB',
  45: 'STRIDED_SLICE',
  54: 'PRELU',
  67: 'TRANSPOSE_CONV',
  114: 'QUANTIZE',
  117: 'HARD_SWISH',
};
const CUSTOM_OPERATOR = 32;

/** TensorType of the schema. */
const TYPE_FLOAT32 = 0;
const TYPE_FLOAT16 = 1;
const TYPE_INT32 = 2;

/**
 * Reads a .tflite file (all of its bytes, in memory).
 * @throws Error if it is not one, has several graphs, or holds a constant of a type other than float32, float16, int32.
 * Source: tensorflow/lite/schema/schema.fbs, schema version 3.
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
  const model = FlatTable.root(bytes, 'TFL3');
  const operatorNames = model.tables(1).map(operatorName);
  const graphs = model.tables(2);
  const [graph] = graphs;
  if (!graph || graphs.length !== 1) throw new Error(`a model of one graph is expected, this one has ${graphs.length}`);
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  return {
    description: model.string(3),
    tensors: graph.tables(0).map((tensor) => readTensor(tensor, buffers)),
    operators: graph.tables(3).map((operator) => ({
      name: operatorNames[operator.uint32(0)]!,
      inputs: operator.int32s(1),
      outputs: operator.int32s(2),
      options: operator.table(4),
      customOptions: operator.bytes(5),
    })),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
  };
}

/** Decodes the options of a custom operator that keeps them as a FlexBuffers map (the others keep a plain struct). */
export function readFlexOptions(operator: TfliteOperator): Readonly<Record<string, unknown>> {
  const bytes = operator.customOptions ?? new Uint8Array();
  const map = toObject(new Uint8Array(bytes).buffer);
  if (typeof map !== 'object' || map === null) throw new Error(`the options of ${operator.name} are not a map`);
  return map as Record<string, unknown>;
}

function operatorName(code: FlatTable): string {
  // Files older than the 32-bit field keep the number in the 8-bit one only.
  const builtin = Math.max(code.int8(0), code.int32(3));
  if (builtin === CUSTOM_OPERATOR) return code.string(1);
  return builtinNames[builtin] ?? `builtin ${builtin}`;
}

function readTensor(tensor: FlatTable, buffers: readonly (Uint8Array | null)[]): TfliteTensor {
  const name = tensor.string(3);
  const bytes = buffers[tensor.uint32(2)];
  const data = bytes && bytes.length > 0 ? decode(bytes, tensor.int8(1), name) : null;
  return { name, shape: tensor.int32s(0), data };
}

function decode(bytes: Uint8Array, type: number, name: string): TfliteData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case TYPE_FLOAT32:
      return Float32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getFloat32(4 * index, true));
    case TYPE_FLOAT16:
      return Float32Array.from({ length: bytes.length >> 1 }, (_, index) =>
        halfToFloat(view.getUint16(2 * index, true)),
      );
    case TYPE_INT32:
      return Int32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(4 * index, true));
    default:
      throw new Error(`the constant ${name} has TFLite type ${type}; float32, float16 and int32 are understood`);
  }
}

/** IEEE 754 binary16, given as its 16 bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
