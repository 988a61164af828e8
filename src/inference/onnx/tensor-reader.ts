import { invalidModel } from './invalid-model.js';
import { ELEMENT_TYPES, type OnnxTensor } from './onnx-model.js';
import type { ProtobufReader } from './protobuf-reader.js';

/** Integers outside of raw data are shapes and axes, eight times as large in memory as in the file: only a few are taken. */
const MOST_LISTED_INTEGERS = 65_536;
const HIGHEST_RANK = 8;
const LONGEST_SIDE = 1 << 28;

/** The element type of a number in a file. @throws UserError MODEL_INVALID for one that no network here uses. */
export function elementType(number: number): (typeof ELEMENT_TYPES)[keyof typeof ELEMENT_TYPES] {
  if (Object.hasOwn(ELEMENT_TYPES, number)) return ELEMENT_TYPES[number as keyof typeof ELEMENT_TYPES];
  const known = Object.values(ELEMENT_TYPES).map(({ name }) => name);
  throw invalidModel(`it uses the element type ${number}, which is none of ${known.join(', ')}`);
}

/**
 * Reads a TensorProto, whose values must lie in the file and be exactly as many as its sides say.
 *
 * @throws UserError MODEL_INVALID that says what was found.
 */
export function readTensor(message: ProtobufReader): OnnxTensor {
  const dims: number[] = [];
  const listed: number[] = [];
  const floats: Uint8Array[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | null = null;
  while (message.next()) {
    switch (message.field) {
      case 1:
        message.ints(dims, HIGHEST_RANK);
        break;
      case 2:
        type = message.once().int();
        break;
      case 4:
        // Packed floats are one piece; single ones would need an object for every four bytes.
        if (floats.length === MOST_LISTED_INTEGERS) throw message.refused(`more than ${MOST_LISTED_INTEGERS} times`);
        floats.push(message.floatBytes());
        break;
      case 5:
      case 7:
        message.ints(listed, MOST_LISTED_INTEGERS);
        break;
      case 8:
        name = message.once().string();
        break;
      case 9:
        raw = message.once().bytes();
        break;
      case 14:
        if (message.once().int() !== 0) throw message.refused('which puts its data outside of the file');
        break;
      case 12:
      case 16:
        message.skip();
        break;
      default:
        throw message.refused('which no plain tensor has (external data, strings, segments or unknown)');
    }
  }
  const element = elementType(type);
  let count = 1;
  for (const side of dims) {
    if (side < 0 || side > LONGEST_SIDE) throw invalidModel(`the constant "${name}" has a side of ${side}`);
    count *= side;
  }
  if ((raw !== null ? 1 : 0) + (listed.length > 0 ? 1 : 0) + (floats.length > 0 ? 1 : 0) > 1) {
    throw invalidModel(`the constant "${name}" has its values in two places`);
  }
  const bytes = raw ?? (floats.length > 0 ? listedFloats(name, element.name, floats) : listedIntegers(element, listed));
  if (bytes.length !== count * element.bytes) {
    throw invalidModel(
      `the constant "${name}" of ${element.name}[${dims.join(', ')}] has ${bytes.length} bytes of values`,
    );
  }
  return { name, type: element.name, dims, bytes };
}

function listedFloats(name: string, type: string, pieces: readonly Uint8Array[]): Uint8Array {
  if (type !== 'float32') throw invalidModel(`the constant "${name}" of ${type} has its values as floats`);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

function listedIntegers(element: { name: string; bytes: number }, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * element.bytes);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    const at = index * element.bytes;
    // int64: a double beyond 2^63 − 1 would wrap; the largest double below keeps "to the end" its meaning.
    if (element.bytes === 8) view.setBigInt64(at, BigInt(Math.min(value, 2 ** 63 - 1024)), true);
    else if (element.bytes === 4) view.setInt32(at, value, true);
    else if (element.bytes === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
  });
  return bytes;
}
