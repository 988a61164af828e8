/** Marks kept: a second at up to 250 frames a second. */
const CAPACITY = 256;

/** Counts a second, from a counter that is read now and then: the source's frames, dropped ones included. */
export class RateMeter {
  readonly #counts = new Float64Array(CAPACITY);
  readonly #atMs = new Float64Array(CAPACITY).fill(Number.NEGATIVE_INFINITY);
  #next = 0;

  /** Notes the counter's value at a moment. */
  count(total: number, atMs: number): void {
    this.#counts[this.#next] = total;
    this.#atMs[this.#next] = atMs;
    this.#next = (this.#next + 1) % CAPACITY;
  }

  /** Counts a second over the marks of the last second; 0 when there are not two. */
  rate(nowMs: number): number {
    let oldest = -1;
    let newest = -1;
    for (let index = 0; index < CAPACITY; index++) {
      if (nowMs - this.#atMs[index]! > 1000) continue;
      if (oldest < 0 || this.#atMs[index]! < this.#atMs[oldest]!) oldest = index;
      if (newest < 0 || this.#atMs[index]! > this.#atMs[newest]!) newest = index;
    }
    const spanMs = this.#atMs[newest]! - this.#atMs[oldest]!;
    return spanMs > 0 ? ((this.#counts[newest]! - this.#counts[oldest]!) * 1000) / spanMs : 0;
  }
}
