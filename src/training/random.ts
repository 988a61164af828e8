/**
 * Random numbers that a seed decides, for anything but secrets.
 * Source: mulberry32 by Tommy Ettinger, public domain; the seeds are mixed by the finaliser of MurmurHash3.
 */
export class Random {
  #state: number;

  /** @param seeds - whole numbers; any other list of them gives other random numbers. */
  constructor(...seeds: readonly number[]) {
    this.#state = seeds.reduce((state, seed) => mixed(Math.imul(state, 31) + seed), 0x9e3779b9);
  }

  /** From 0 up to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `low` up to `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** From −`amount` to `amount`. */
  spread(amount: number): number {
    return this.between(-amount, amount);
  }

  /** A whole number from 0 up to `count`, without it. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Normally distributed, mean 0, deviation 1. Source: Box & Muller 1958. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
