/** A count that is believed to have risen only once it has held for a while; it falls at once. */
export class SettledCount {
  readonly #holdMs: number;
  #believed: number;
  /** The lowest count since it rose above the believed one, and when it did. */
  #rise: { lowest: number; sinceMs: number } | null = null;

  constructor(initial: number, holdMs: number) {
    this.#believed = initial;
    this.#holdMs = holdMs;
  }

  /** @returns what is believed, given the actual count. */
  update(actual: number, nowMs: number): number {
    if (actual <= this.#believed) {
      this.#believed = actual;
      this.#rise = null;
    } else if (this.#rise === null) {
      this.#rise = { lowest: actual, sinceMs: nowMs };
    } else {
      this.#rise.lowest = Math.min(this.#rise.lowest, actual);
      if (nowMs - this.#rise.sinceMs >= this.#holdMs) {
        this.#believed = this.#rise.lowest;
        this.#rise = null;
      }
    }
    return this.#believed;
  }
}
