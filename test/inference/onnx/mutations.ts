import { ProtobufWriter } from '../../../src/inference/onnx/protobuf-writer.js';

/** Which fields of a message are messages themselves, by number. */
interface Schema {
  readonly [field: number]: Schema;
}

const TENSOR: Schema = {};
const VALUE: Schema = { 2: { 1: { 2: { 1: {} } } } };
const MODEL: Schema = { 7: { 1: { 5: { 5: TENSOR } }, 5: TENSOR, 11: VALUE, 12: VALUE }, 8: {} };

type Field =
  | { readonly number: number; kind: 'int'; value: bigint }
  | { readonly number: number; kind: 'bytes'; value: Uint8Array }
  | { readonly number: number; kind: 'fixed'; value: number }
  | { readonly number: number; kind: 'message'; value: Field[] };

/** Numbers from 0 up to 1, the same for the same seed. Source: Mulberry32 by Tommy Ettinger. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HOSTILE_INTEGERS = [0n, 1n, -1n, 255n, 65_536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 62n, -(2n ** 63n)];
const HOSTILE_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** A model file with something wrong in it: in its bytes, or in its structure with all lengths made right again. */
export function mutate(model: Uint8Array, random: () => number): Uint8Array {
  const pick = (count: number): number => Math.floor(random() * count);
  const bytes = model.slice();
  switch (pick(8)) {
    case 0:
      for (let flips = 1 + pick(8); flips > 0; flips--) bytes[pick(bytes.length)]! ^= 1 << pick(8);
      return bytes;
    case 1:
      return bytes.subarray(0, pick(bytes.length));
    case 2:
      for (let places = 1 + pick(4); places > 0; places--) bytes[pick(bytes.length)] = HOSTILE_BYTES[pick(5)]!;
      return bytes;
    case 3: {
      // A piece moves to another place, or lies over it.
      const length = 1 + pick(64);
      bytes.copyWithin(pick(bytes.length), pick(bytes.length), pick(bytes.length) + length);
      return bytes;
    }
    case 4:
      return lieAboutLength(bytes, pick);
    default: {
      const fields = parse(model, MODEL);
      for (let changes = 1 + pick(3); changes > 0; changes--) change(fields, pick);
      return write(fields);
    }
  }
}

/** Overwrites the length of some message or list by another. */
function lieAboutLength(bytes: Uint8Array, pick: (count: number) => number): Uint8Array {
  const lengths: number[] = [];
  const visit = (from: number, to: number, schema: Schema): void => {
    eachField(bytes.subarray(from, to), (number, kind, _, start, payload) => {
      if (kind !== 'bytes') return;
      lengths.push(from + start);
      const inner = schema[number];
      if (inner) visit(from + payload.start, from + payload.end, inner);
    });
  };
  visit(0, bytes.length, MODEL);
  const at = lengths[pick(lengths.length)]!;
  bytes[at] = pick(256);
  return bytes;
}

/** One change somewhere in the tree: the deeper, the more fields there are to be hit. */
function change(root: Field[], pick: (count: number) => number): void {
  const lists: Field[][] = [];
  const visit = (list: Field[]): void => {
    lists.push(list);
    for (const field of list) if (field.kind === 'message') visit(field.value);
  };
  visit(root);
  const list = lists[pick(lists.length)]!;
  if (list.length === 0) return;
  const at = pick(list.length);
  const field = list[at]!;
  switch (pick(6)) {
    case 0:
      list.splice(at, 1);
      return;
    case 1:
      list.splice(pick(list.length + 1), 0, field);
      return;
    case 2: {
      const other = pick(list.length);
      [list[at], list[other]] = [list[other]!, field];
      return;
    }
    case 3:
      list[at] = { number: 1 + pick(26), kind: 'message', value: [{ ...field }] };
      return;
    case 4: {
      // What belongs into one message lies in another.
      const donor = lists[pick(lists.length)]!;
      if (donor.length > 0) list[at] = structuredClone(donor[pick(donor.length)]!);
      return;
    }
    default:
      if (field.kind === 'int') field.value = HOSTILE_INTEGERS[pick(HOSTILE_INTEGERS.length)]!;
      else if (field.kind === 'bytes')
        field.value = new Uint8Array(pick(2) ? pick(40) : 2000).fill(HOSTILE_BYTES[pick(5)]!);
      else if (field.kind === 'fixed') field.value = Number.NaN;
      else list.push({ number: field.number, kind: 'message', value: [] });
  }
}

function parse(bytes: Uint8Array, schema: Schema): Field[] {
  const fields: Field[] = [];
  eachField(bytes, (number, kind, value, _, payload) => {
    const inner = schema[number];
    if (kind === 'int') fields.push({ number, kind, value });
    else if (kind === 'fixed') {
      fields.push({
        number,
        kind,
        value: new DataView(bytes.buffer, bytes.byteOffset + payload.start).getFloat32(0, true),
      });
    } else if (inner)
      fields.push({ number, kind: 'message', value: parse(bytes.subarray(payload.start, payload.end), inner) });
    else fields.push({ number, kind: 'bytes', value: bytes.slice(payload.start, payload.end) });
  });
  return fields;
}

function write(fields: readonly Field[]): Uint8Array {
  const writeAll = (writer: ProtobufWriter, list: readonly Field[]): void => {
    for (const { number, kind, value } of list) {
      if (kind === 'int') writer.int(number, value);
      else if (kind === 'bytes') writer.bytes(number, value);
      else if (kind === 'fixed') writer.float(number, value);
      else writer.message(number, (inner) => writeAll(inner, value));
    }
  };
  const writer = new ProtobufWriter();
  writeAll(writer, fields);
  return writer.finish();
}

/** Visits the fields of a message that is whole: `at` is where the value or the length begins. */
function eachField(
  bytes: Uint8Array,
  visit: (
    number: number,
    kind: 'int' | 'bytes' | 'fixed',
    value: bigint,
    at: number,
    payload: { start: number; end: number },
  ) => void,
): void {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const start = at;
    if (tag % 8 === 0) visit(tag >> 3, 'int', varint(), start, { start, end: at });
    else if (tag % 8 === 5) {
      at += 4;
      visit(tag >> 3, 'fixed', 0n, start, { start, end: at });
    } else {
      const length = Number(varint());
      const payload = { start: at, end: at + length };
      at += length;
      visit(tag >> 3, 'bytes', 0n, start, payload);
    }
  }
}
