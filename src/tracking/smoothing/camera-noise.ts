/** Noise of a steady point in radii of the face: what a webcam in a lit room gives, and the limits of belief. */
const USUAL = 2.2e-3;
const LEAST = 5e-4;
const MOST = 1e-2;
/** The estimate climbs or falls by this share a frame: a doubling takes 24 frames. */
const STEP = 0.03;

/**
 * How noisy the landmarks are, which depends on the camera and the light: learnt from the points that never move by
 * themselves. What is left of them after the motion of the whole face should not change; second differences take out
 * even a slow drift, and the median over time ignores bursts.
 */
export class CameraNoise {
  #level = USUAL;
  #last: Float64Array;
  #beforeLast: Float64Array;
  #seen = 0;

  /** @param size - number of coordinates in `update`. */
  constructor(size: number) {
    this.#last = new Float64Array(size);
    this.#beforeLast = new Float64Array(size);
  }

  /** Standard deviation of a coordinate of a steady point, in radii of the face. */
  get level(): number {
    return this.#level;
  }

  /** Forgets the last frames but not the level: another face or a gap, the same camera. */
  restart(): void {
    this.#seen = 0;
  }

  /** @param steady - coordinates of the steady points in face coordinates; copied. */
  update(steady: Float64Array): void {
    if (this.#seen >= 2) {
      let sum = 0;
      for (let i = 0; i < steady.length; i++) {
        const bend = steady[i]! - 2 * this.#last[i]! + this.#beforeLast[i]!;
        sum += bend * bend;
      }
      // White noise of variance s² has second differences of variance 6 s².
      const measured = Math.sqrt(sum / (6 * steady.length));
      this.#level *= measured > this.#level ? 1 + STEP : 1 / (1 + STEP);
      this.#level = Math.min(MOST, Math.max(LEAST, this.#level));
    }
    const recycled = this.#beforeLast;
    this.#beforeLast = this.#last;
    this.#last = recycled;
    recycled.set(steady);
    this.#seen++;
  }
}
