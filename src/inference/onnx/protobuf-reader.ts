import { invalidModel } from './invalid-model.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Longest name or word that is read; real ones have a few dozen characters. */
const LONGEST_STRING = 1024;

/**
 * Reads one Protocol Buffers message of untrusted bytes, field by field. It copies no bytes, allocates no more than what
 * it returns, and never looks past the message's end.
 *
 * After `next()` has told that there is a field, read its value with the one method that fits it, or `skip()` it.
 * Every method throws UserError MODEL_INVALID where the bytes are not what it was asked to read.
 * Source: protobuf.dev/programming-guides/encoding.
 */
export class ProtobufReader {
  /** Number of the field that `next` came upon. */
  field = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  readonly #seen = new Set<number>();
  #at = 0;
  #wire = VARINT;

  /** @param what - the message's name in errors: "graph", "node". */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  /** Moves to the next field; false at the message's end. */
  next(): boolean {
    if (this.#at === this.#bytes.length) return false;
    const tag = this.#varint();
    if (tag < 8 || tag > 0xffff_ffff) throw this.#wrong(`has the field tag ${tag}`);
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    return true;
  }

  /** Declares that the field may come only once. Parsers disagree about which of two counts, so two are refused. */
  once(): this {
    if (this.#seen.has(this.field)) throw this.#wrong(`has field ${this.field} twice, expected it once`);
    this.#seen.add(this.field);
    return this;
  }

  /** A signed 64-bit integer; beyond 2^53 it is the nearest double. */
  int(): number {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** The field's integers, packed or single, added to the end of `into`. */
  ints(into: number[], most: number): void {
    if (this.#wire === VARINT) into.push(this.#varint());
    else {
      const end = this.#payloadEnd();
      while (this.#at < end && into.length <= most) into.push(this.#varint());
      if (this.#at > end) throw this.#wrong(`has an integer of field ${this.field} that reaches past the list's end`);
    }
    if (into.length > most) throw this.#wrong(`has more than ${most} integers in field ${this.field}`);
  }

  float(): number {
    this.#expect(FIXED32);
    this.#need(4);
    this.#at += 4;
    return this.#view.getFloat32(this.#at - 4, true);
  }

  /** The bytes of packed or single floats, four each, little endian: a view. */
  floatBytes(): Uint8Array {
    if (this.#wire === FIXED32) {
      this.#need(4);
      this.#at += 4;
      return this.#bytes.subarray(this.#at - 4, this.#at);
    }
    const bytes = this.bytes();
    if (bytes.length % 4 !== 0) throw this.#wrong(`has ${bytes.length} bytes of floats in field ${this.field}`);
    return bytes;
  }

  /** A view of the field's bytes. */
  bytes(): Uint8Array {
    const end = this.#payloadEnd();
    const start = this.#at;
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }

  /** A name or word. Only printable ASCII is taken: it may end up on a terminal. */
  string(): string {
    const bytes = this.bytes();
    if (bytes.length > LONGEST_STRING) {
      throw this.#wrong(`has a name of ${bytes.length} bytes, expected at most ${LONGEST_STRING}`);
    }
    if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
      throw this.#wrong(`has a name with characters other than printable ASCII in field ${this.field}`);
    }
    return String.fromCharCode(...bytes);
  }

  /** The field's value as a message of its own. */
  message(what: string): ProtobufReader {
    return new ProtobufReader(this.bytes(), what);
  }

  skip(): void {
    if (this.#wire === VARINT) this.#varint();
    else if (this.#wire === BYTES) this.#at = this.#payloadEnd();
    else if (this.#wire === FIXED32 || this.#wire === FIXED64) {
      const size = this.#wire === FIXED32 ? 4 : 8;
      this.#need(size);
      this.#at += size;
    } else throw this.#wrong(`has the wire type ${this.#wire} in field ${this.field}`);
  }

  /** The error of a field that the reader of the message does not take. */
  refused(why: string): Error {
    return this.#wrong(`has field ${this.field}, ${why}`);
  }

  #payloadEnd(): number {
    this.#expect(BYTES);
    const length = this.#varint();
    const left = this.#bytes.length - this.#at;
    if (length < 0 || length > left) {
      throw this.#wrong(`has ${length} bytes in field ${this.field}, where ${left} are left`);
    }
    return this.#at + length;
  }

  #expect(wire: number): void {
    if (this.#wire !== wire)
      throw this.#wrong(`has the wire type ${this.#wire} in field ${this.field}, expected ${wire}`);
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) throw this.#wrong(`ends within field ${this.field}`);
  }

  #varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.#wrong(`ends within an integer after field ${this.field}`);
      const bits = byte & 127;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high = bits >> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte < 128) return (high | 0) * 2 ** 32 + (low >>> 0);
    }
    throw this.#wrong(`has an integer of more than ten bytes after field ${this.field}`);
  }

  #wrong(found: string): Error {
    return invalidModel(`its ${this.#what} ${found}`);
  }
}
