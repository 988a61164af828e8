import type { Micros } from '../../frame/clock.js';
import type { PointFilter } from './point-filter.js';

/** The mean of the last frames: a baseline to measure against. It lags by half its length. */
export class MovingAverage implements PointFilter {
  readonly #frames: Float32Array[] = [];
  readonly #length: number;

  /** @param length - frames in the mean. */
  constructor(length: number) {
    this.#length = length;
  }

  update(points: Float32Array, _at: Micros, smoothed: Float32Array): void {
    this.#frames.push(points.slice());
    if (this.#frames.length > this.#length) this.#frames.shift();
    smoothed.fill(0);
    for (const frame of this.#frames) {
      for (let i = 0; i < frame.length; i++) smoothed[i] = smoothed[i]! + frame[i]! / this.#frames.length;
    }
  }

  reset(): void {
    this.#frames.length = 0;
  }
}
