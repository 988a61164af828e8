import koffi from 'koffi';
import { HEADER_BYTES } from './camera-params.js';
import type { Address } from './libpipewire.js';

// Field offsets on 64-bit Linux. Source: pipewire/stream.h, spa/buffer/buffer.h, spa/buffer/meta.h of PipeWire 0.3.
const PW_BUFFER = { buffer: 0, byteLength: 8 };
const SPA_BUFFER = { metaCount: 0, metas: 8, datas: 16, byteLength: 24 };
const SPA_META = { type: 0, size: 4, data: 8, byteLength: 16 };
const SPA_DATA = { maxSize: 20, data: 24, chunk: 32, byteLength: 40 };
const SPA_CHUNK = { offset: 0, size: 4, stride: 8, flags: 12, byteLength: 16 };
const SPA_META_HEADER = { flags: 0, offset: 4, pts: 8, dtsOffset: 16, sequence: 24 };
const META_HEADER = 1;

/** Memory at an address, as bytes and as fields. */
interface Memory {
  readonly bytes: Uint8Array;
  readonly fields: DataView;
}

/** What is told of a frame beside its pixels. */
export interface BufferStamp {
  readonly byteLength: number;
  readonly stride: number;
  /** Nanoseconds on CLOCK_MONOTONIC. */
  readonly pts: bigint;
  readonly sequence: bigint;
}

/**
 * Reads and fills the buffers of a stream where they lie. A buffer is looked up anew each time, since the library swaps
 * their memory whenever a consumer comes; only the views are kept, by address, so that no frame makes one.
 */
export class StreamBuffers {
  readonly #memory = new Map<Address, Memory>();

  /** The pixels of a dequeued `struct pw_buffer`; null if it has no memory of at least that size. */
  pixels(buffer: Address, byteLength: number): Uint8Array | null {
    const data = this.#dataOf(buffer);
    const address = pointer(data, SPA_DATA.data);
    if (address === 0 || data.getUint32(SPA_DATA.maxSize, true) < byteLength) return null;
    return this.#at(address, byteLength).bytes;
  }

  /** Tells what lies in the buffer and when it was made. */
  stamp(buffer: Address, { byteLength, stride, pts, sequence }: BufferStamp): void {
    const chunk = this.#at(pointer(this.#dataOf(buffer), SPA_DATA.chunk), SPA_CHUNK.byteLength).fields;
    chunk.setUint32(SPA_CHUNK.offset, 0, true);
    chunk.setUint32(SPA_CHUNK.size, byteLength, true);
    chunk.setInt32(SPA_CHUNK.stride, stride, true);
    chunk.setInt32(SPA_CHUNK.flags, 0, true);
    const header = this.#headerOf(buffer);
    if (header === null) return;
    header.setUint32(SPA_META_HEADER.flags, 0, true);
    header.setUint32(SPA_META_HEADER.offset, 0, true);
    header.setBigInt64(SPA_META_HEADER.pts, pts, true);
    header.setBigInt64(SPA_META_HEADER.dtsOffset, 0n, true);
    header.setBigUint64(SPA_META_HEADER.sequence, sequence, true);
  }

  /** When the picture in the buffer was taken, in nanoseconds on CLOCK_MONOTONIC; null where nobody told. */
  pts(buffer: Address): bigint | null {
    return this.#headerOf(buffer)?.getBigInt64(SPA_META_HEADER.pts, true) ?? null;
  }

  /** Lets go of all views: the library may have freed what they show. */
  forget(): void {
    this.#memory.clear();
  }

  #spaBuffer(buffer: Address): DataView {
    const address = pointer(this.#at(buffer, PW_BUFFER.byteLength).fields, PW_BUFFER.buffer);
    return this.#at(address, SPA_BUFFER.byteLength).fields;
  }

  #dataOf(buffer: Address): DataView {
    return this.#at(pointer(this.#spaBuffer(buffer), SPA_BUFFER.datas), SPA_DATA.byteLength).fields;
  }

  #headerOf(buffer: Address): DataView | null {
    const spa = this.#spaBuffer(buffer);
    const metas = pointer(spa, SPA_BUFFER.metas);
    for (let i = 0; i < spa.getUint32(SPA_BUFFER.metaCount, true); i++) {
      const meta = this.#at(metas + i * SPA_META.byteLength, SPA_META.byteLength).fields;
      if (meta.getUint32(SPA_META.type, true) !== META_HEADER) continue;
      if (meta.getUint32(SPA_META.size, true) < HEADER_BYTES) return null;
      return this.#at(pointer(meta, SPA_META.data), HEADER_BYTES).fields;
    }
    return null;
  }

  #at(address: Address, byteLength: number): Memory {
    const known = this.#memory.get(address);
    if (known && known.bytes.byteLength >= byteLength) return known;
    const memory = koffi.view(address, byteLength);
    const made = { bytes: new Uint8Array(memory), fields: new DataView(memory) };
    this.#memory.set(address, made);
    return made;
  }
}

/** A pointer in a structure. User space ends below 2^48: a number holds it, and costs no allocation as a bigint would. */
function pointer(structure: DataView, offset: number): Address {
  return structure.getUint32(offset, true) + structure.getUint32(offset + 4, true) * 2 ** 32;
}
