import type { Micros } from '../../frame/clock.js';
import type { PointFilter } from './point-filter.js';

/** Settings of MediaPipe's face landmarker (Hz, no unit, Hz). Source: face_landmarks_detector_graph.cc. */
const MIN_CUTOFF = 0.05;
const BETA = 80;
const DERIVATIVE_CUTOFF = 1;

/**
 * The One Euro filter as MediaPipe's face landmarker runs it: speeds in face sizes a second, a face's size being the
 * mean of the width and height of its points. The baseline that mien's own filter is measured against.
 *
 * Source: Casiez, Roussel & Vogel, 1€ Filter (CHI 2012); mediapipe/util/filtering/one_euro_filter.cc and
 * mediapipe/calculators/util/landmarks_smoothing_calculator_utils.cc.
 */
export class OneEuro implements PointFilter {
  #value: Float64Array | null = null;
  #speed = new Float64Array(0);
  #last = new Float64Array(0);
  #at = 0;

  update(points: Float32Array, at: Micros, smoothed: Float32Array): void {
    const rate = 1e6 / (at - this.#at);
    this.#at = at;
    if (!this.#value) {
      this.#value = Float64Array.from(points);
      this.#last = Float64Array.from(points);
      this.#speed = new Float64Array(points.length);
      smoothed.set(points);
      return;
    }
    const scale = 1 / faceSize(points);
    const speedShare = share(DERIVATIVE_CUTOFF, rate);
    for (let i = 0; i < points.length; i++) {
      const speed = (points[i]! - this.#last[i]!) * scale * rate;
      this.#last[i] = points[i]!;
      this.#speed[i] = this.#speed[i]! + speedShare * (speed - this.#speed[i]!);
      const valueShare = share(MIN_CUTOFF + BETA * Math.abs(this.#speed[i]!), rate);
      this.#value[i] = this.#value[i]! + valueShare * (points[i]! - this.#value[i]!);
      smoothed[i] = this.#value[i]!;
    }
  }

  reset(): void {
    this.#value = null;
  }
}

/** What a new value counts in a first-order low-pass of `cutoff` Hz at `rate` Hz. */
function share(cutoff: number, rate: number): number {
  return 1 / (1 + rate / (2 * Math.PI * cutoff));
}

function faceSize(points: Float32Array): number {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < points.length; i += 3) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  return (right - left + bottom - top) / 2;
}
