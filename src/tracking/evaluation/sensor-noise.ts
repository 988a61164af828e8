const TABLE_SIZE = 1 << 16;

/** Gaussian camera noise, the same for the same seed. */
export class SensorNoise {
  readonly #table = new Float32Array(TABLE_SIZE);
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
    // Source: Box & Muller (1958).
    for (let i = 0; i < TABLE_SIZE; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform()));
      const angle = 2 * Math.PI * this.#uniform();
      this.#table[i] = radius * Math.cos(angle);
      this.#table[i + 1] = radius * Math.sin(angle);
    }
  }

  /** Adds noise of standard deviation `sigma` (8-bit steps) to pixels, in place. */
  add(pixels: Uint8Array, sigma: number): void {
    let at = 0;
    for (let i = 0; i < pixels.length; i++) {
      // A table of 65,536 draws, entered elsewhere every 1024 pixels: no pattern repeats where the eye or a network sees it.
      if ((i & 1023) === 0) at = Math.floor(this.#uniform() * TABLE_SIZE);
      at = (at + 1) & (TABLE_SIZE - 1);
      const value = pixels[i]! + sigma * this.#table[at]! + 0.5;
      pixels[i] = Math.min(255, Math.max(0, value));
    }
  }

  /** 0 to 1, without 1. Source: mulberry32 (Tommy Ettinger, public domain). */
  #uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
