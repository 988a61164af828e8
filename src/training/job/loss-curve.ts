/** So many points are kept: more than any screen has columns for. */
const POINTS_MAX = 480;

/**
 * The course of a loss over a training of any length, in bounded space: when it is full, each two neighbours become one and
 * from then on twice as many losses go into a point.
 */
export class LossCurve {
  #points: number[];
  /** Losses that go into a point. */
  #each: number;
  /** The losses of the point that is being made. */
  #pending: number[] = [];
  /** As it was stored with `JSON.stringify`, or anew. */
  constructor(stored: { readonly points: readonly number[]; readonly each: number } = { points: [], each: 1 }) {
    this.#points = [...stored.points];
    this.#each = stored.each;
  }

  /** Evenly spread over the time, oldest first. */
  get points(): readonly number[] {
    return this.#points;
  }

  /** Adds the loss of the next moment. */
  add(loss: number): void {
    this.#pending.push(loss);
    if (this.#pending.length < this.#each) return;
    this.#points.push(mean(this.#pending));
    this.#pending = [];
    if (this.#points.length < POINTS_MAX) return;
    this.#points = Array.from({ length: POINTS_MAX / 2 }, (_, at) => mean(this.#points.slice(2 * at, 2 * at + 2)));
    this.#each *= 2;
  }

  toJSON(): { readonly points: readonly number[]; readonly each: number } {
    return { points: this.#points, each: this.#each };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
