import { ByteBuffer } from 'flatbuffers';

/** Field `n` of a FlatBuffers table has its entry at 4 + 2n of the vtable. */
const vtableEntry = (field: number): number => 4 + 2 * field;

/**
 * One table of a FlatBuffers file, its fields read by number (their order in the schema). An absent field reads as the
 * given default, an absent vector as empty.
 */
export class FlatTable {
  readonly #buffer: ByteBuffer;
  readonly #position: number;

  constructor(buffer: ByteBuffer, position: number) {
    this.#buffer = buffer;
    this.#position = position;
  }

  /** The root table of a file. @throws Error if the file does not carry the identifier. */
  static root(bytes: Uint8Array, identifier: string): FlatTable {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8 || !buffer.__has_identifier(identifier)) {
      throw new Error(`not a FlatBuffers file of kind ${identifier}`);
    }
    return new FlatTable(buffer, buffer.readInt32(0));
  }

  int8(field: number, absent = 0): number {
    const at = this.#find(field);
    return at === null ? absent : this.#buffer.readInt8(at);
  }

  int32(field: number, absent = 0): number {
    const at = this.#find(field);
    return at === null ? absent : this.#buffer.readInt32(at);
  }

  uint32(field: number, absent = 0): number {
    const at = this.#find(field);
    return at === null ? absent : this.#buffer.readUint32(at);
  }

  string(field: number): string {
    const at = this.#find(field);
    return at === null ? '' : (this.#buffer.__string(at) as string);
  }

  table(field: number): FlatTable | null {
    const at = this.#find(field);
    return at === null ? null : new FlatTable(this.#buffer, this.#buffer.__indirect(at));
  }

  tables(field: number): FlatTable[] {
    return this.#elements(field, 4, (at) => new FlatTable(this.#buffer, this.#buffer.__indirect(at)));
  }

  int32s(field: number): number[] {
    return this.#elements(field, 4, (at) => this.#buffer.readInt32(at));
  }

  /** A view of a byte vector (not a copy); null when the field is absent. */
  bytes(field: number): Uint8Array | null {
    const at = this.#find(field);
    if (at === null) return null;
    const start = this.#buffer.__vector(at);
    return this.#buffer.bytes().subarray(start, start + this.#buffer.__vector_len(at));
  }

  #find(field: number): number | null {
    const offset = this.#buffer.__offset(this.#position, vtableEntry(field));
    return offset === 0 ? null : this.#position + offset;
  }

  #elements<T>(field: number, size: number, read: (at: number) => T): T[] {
    const at = this.#find(field);
    if (at === null) return [];
    const start = this.#buffer.__vector(at);
    return Array.from({ length: this.#buffer.__vector_len(at) }, (_, index) => read(start + index * size));
  }
}
