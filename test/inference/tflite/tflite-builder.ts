import { Builder } from 'flatbuffers';

/** A tensor of a model to build; one with `data` is a constant. */
interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data?: Float32Array | Int32Array | Int8Array;
}

/** A number of a table's field: 8 or 32 bits wide. */
type OptionField = { readonly field: number; readonly bits: 8 | 32; readonly value: number };

interface ModelSpec {
  readonly tensors: readonly TensorSpec[];
  /** The first tensor is the model's input, the last its output. */
  readonly operator: {
    /** BuiltinOperator of the schema; 32 with a name is a custom one. */
    readonly code: number;
    readonly customName?: string;
    readonly inputs: readonly number[];
    readonly options?: readonly OptionField[];
  };
}

const FLOAT32 = 0;
const INT32 = 2;
const INT8 = 9;

/**
 * Writes a TFLite model of one operator, for tests of the converter.
 * Source: tensorflow/lite/schema/schema.fbs, the numbers are its fields.
 */
export function buildTflite({ tensors, operator }: ModelSpec): Uint8Array {
  const b = new Builder(1024);
  const int32s = (values: readonly number[]): number => {
    b.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) b.addInt32(value);
    return b.endVector();
  };
  const tables = (offsets: readonly number[]): number => {
    b.startVector(4, offsets.length, 4);
    for (const offset of [...offsets].reverse()) b.addOffset(offset);
    return b.endVector();
  };
  const table = (fields: number, write: () => void): number => {
    b.startObject(fields);
    write();
    return b.endObject();
  };

  // Buffer 0 is the empty one, of all tensors that are computed.
  const buffers = [table(1, () => {})];
  const tensorTables = tensors.map(({ name, shape, data }) => {
    let buffer = 0;
    if (data) {
      const bytes = b.createByteVector(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      buffer = buffers.push(table(1, () => b.addFieldOffset(0, bytes, 0))) - 1;
    }
    const shapeVector = int32s(shape);
    const nameString = b.createString(name);
    const type = data instanceof Int32Array ? INT32 : data instanceof Int8Array ? INT8 : FLOAT32;
    return table(8, () => {
      b.addFieldOffset(0, shapeVector, 0);
      b.addFieldInt8(1, type, 0);
      b.addFieldInt32(2, buffer, 0);
      b.addFieldOffset(3, nameString, 0);
    });
  });

  const options = table(12, () => {
    for (const { field, bits, value } of operator.options ?? []) {
      if (bits === 8) b.addFieldInt8(field, value, 0);
      else b.addFieldInt32(field, value, 0);
    }
  });
  const inputs = int32s(operator.inputs);
  const outputs = int32s([tensors.length - 1]);
  const operatorTable = table(9, () => {
    b.addFieldInt32(0, 0, -1);
    b.addFieldOffset(1, inputs, 0);
    b.addFieldOffset(2, outputs, 0);
    b.addFieldOffset(4, options, 0);
  });
  const operators = tables([operatorTable]);
  const tensorVector = tables(tensorTables);
  const graphInputs = int32s([0]);
  const graphOutputs = int32s([tensors.length - 1]);
  const graph = table(5, () => {
    b.addFieldOffset(0, tensorVector, 0);
    b.addFieldOffset(1, graphInputs, 0);
    b.addFieldOffset(2, graphOutputs, 0);
    b.addFieldOffset(3, operators, 0);
  });

  const customName = operator.customName ? b.createString(operator.customName) : 0;
  const code = table(4, () => {
    b.addFieldInt8(0, Math.min(operator.code, 127), 0);
    b.addFieldOffset(1, customName, 0);
    b.addFieldInt32(3, operator.code, 0);
  });
  const codes = tables([code]);
  const graphs = tables([graph]);
  const bufferVector = tables(buffers);
  const model = table(5, () => {
    b.addFieldInt32(0, 3, 0);
    b.addFieldOffset(1, codes, 0);
    b.addFieldOffset(2, graphs, 0);
    b.addFieldOffset(4, bufferVector, 0);
  });
  b.finish(model, 'TFL3');
  return b.asUint8Array();
}
