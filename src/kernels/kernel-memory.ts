import { Arena } from './arena.js';
import type { KernelFunction } from './kernel-exports.js';

/** The memory of a kernel module: its arena, views of it, and the raw functions that work in it. */
export class KernelMemory {
  /** Fixed in size and not shared, so that views and ONNX tensors over it stay valid. */
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Every function of the module by its name, those without a method here too. See `bind`. */
  readonly exports: Readonly<Record<string, KernelFunction>>;
  readonly #arena: Arena;

  /** @param start - the first byte of `memory` that may be allocated. @param end - one past the last. */
  constructor(
    memory: { readonly buffer: ArrayBuffer },
    exports: Readonly<Record<string, KernelFunction>>,
    start: number,
    end = memory.buffer.byteLength,
  ) {
    this.memory = memory;
    this.exports = exports;
    this.#arena = new Arena(start, end);
  }

  /**
   * The named functions of the module with the types of `T`, for a family of kernels that has a wrapper of its own.
   *
   * @throws TypeError naming the first function that the module lacks.
   */
  bind<T>(names: readonly (keyof T & string)[]): T {
    const bound: Record<string, KernelFunction> = {};
    for (const name of names) {
      const found = this.exports[name];
      if (typeof found !== 'function') throw new TypeError(`kernels.wasm has no function ${name}: build it again`);
      bound[name] = found;
    }
    return bound as T;
  }

  /**
   * Allocates memory for as long as the arena is not released to an earlier mark. Its content is unspecified.
   *
   * @param align - a power of two.
   * @throws RangeError naming the bytes asked for and the bytes left.
   */
  alloc(bytes: number, align = 64): number {
    return this.#arena.alloc(bytes, align);
  }

  /**
   * Memory beyond everything allocated, for one call: the next `alloc` or `scratch`, also of a kernel that needs working
   * memory itself, may hand out the same bytes. @throws RangeError naming the bytes asked for and the bytes left.
   */
  scratch(bytes: number): number {
    return this.#arena.scratch(bytes);
  }

  /** Bytes that can still be allocated. */
  get bytesLeft(): number {
    return this.#arena.left;
  }

  mark(): number {
    return this.#arena.mark();
  }

  /** Frees everything allocated since `mark`. @throws RangeError if `mark` is not one of this memory. */
  release(mark: number): void {
    this.#arena.release(mark);
  }

  /** A view of `length` bytes. @throws RangeError if it leaves the memory. */
  u8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  /** A view of `length` floats. @throws RangeError if it leaves the memory or `address` is not a multiple of 4. */
  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** A view of `length` 32-bit integers. @throws RangeError if it leaves the memory or is not aligned to 4 bytes. */
  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }
}
