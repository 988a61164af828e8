/**
 * A bump allocator over a fixed range of kernel memory. Whoever is configured last is freed first: `mark` before,
 * `release` after. There is no other way to free, and nothing to fragment.
 */
export class Arena {
  readonly #end: number;
  readonly #start: number;
  #top: number;

  /** @param start - first free byte; @param end - one past the last. */
  constructor(start: number, end: number) {
    this.#start = start;
    this.#end = end;
    this.#top = start;
  }

  /** Bytes still free, before alignment. */
  get left(): number {
    return this.#end - this.#top;
  }

  /**
   * The address of `bytes` bytes of unspecified content.
   *
   * @param align - a power of two; 64 is a cache line.
   * @throws RangeError naming what was asked and what is left.
   */
  alloc(bytes: number, align = 64): number {
    const address = this.#fit(bytes, align);
    this.#top = address + bytes;
    return address;
  }

  /**
   * The address of `bytes` bytes beyond everything allocated, for the working memory of one kernel call: the next
   * `alloc` or `scratch` may hand out the same bytes.
   *
   * @throws RangeError naming what was asked and what is left.
   */
  scratch(bytes: number): number {
    return this.#fit(bytes, 64);
  }

  /** The place to `release` to. */
  mark(): number {
    return this.#top;
  }

  /** Frees everything allocated since `mark`. @throws RangeError if that is not a mark of this arena. */
  release(mark: number): void {
    if (!(mark >= this.#start && mark <= this.#top)) {
      throw new RangeError(`kernel memory: ${mark} is no mark between ${this.#start} and ${this.#top}`);
    }
    this.#top = mark;
  }

  #fit(bytes: number, align: number): number {
    if (!Number.isInteger(bytes) || bytes < 0 || !Number.isInteger(Math.log2(align))) {
      throw new RangeError(`kernel memory: cannot allocate ${bytes} bytes aligned to ${align}`);
    }
    const address = Math.ceil(this.#top / align) * align;
    if (address + bytes > this.#end) {
      throw new RangeError(`kernel memory: ${bytes} bytes asked, ${Math.max(0, this.#end - address)} left`);
    }
    return address;
  }
}
