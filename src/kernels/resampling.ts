/** Weights are fixed point with this sum: a flat colour stays what it is. */
export const WEIGHT_ONE = 16_384;

/** How one axis of a plane is resampled: every place of the result is a weighted sum of `taps` samples from `first` on. */
export interface AxisWeights {
  /** Samples that a place looks at; those without weight may lie beyond the plane. */
  readonly taps: number;
  /** First sample of each place. */
  readonly first: Int32Array;
  /** [place][tap], in 16384ths; those of a place sum up to 16384. */
  readonly weights: Int16Array;
}

/**
 * The weights to resample a span of samples. Shrinking takes the mean of the area that a place covers; enlarging
 * interpolates with Catmull-Rom's cubic, which passes through the samples. Samples beyond the span repeat its first or last.
 *
 * @param count - places of the result.
 * @param start - where the result begins, in samples of the source; sample 0 covers 0 to 1.
 * @param step - samples of the source a place.
 * @param low - first sample that may be looked at; @param high - one past the last.
 * @param multiple - `taps` is rounded up to it.
 * Source: Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981 (a = −½).
 */
export function resampleAxis(
  count: number,
  start: number,
  step: number,
  low: number,
  high: number,
  multiple: number,
): AxisWeights {
  const places = Array.from({ length: count }, (_, place) => {
    const from = start + place * step;
    return clampPlace(step > 1 ? areaPlace(from, from + step) : cubicPlace(from + step / 2), low, high);
  });
  const most = places.reduce((found, { values }) => Math.max(found, values.length), 1);
  const taps = multiple * Math.ceil(most / multiple);
  const first = Int32Array.from(places, (place) => place.first);
  const weights = new Int16Array(count * taps);
  for (const [place, { values }] of places.entries()) weights.set(toFixed(values), place * taps);
  return { taps, first, weights };
}

/** A run of samples and their weights, which sum up to 1. */
interface Place {
  readonly first: number;
  readonly values: readonly number[];
}

/** Every sample weighs as much as the span covers of it. */
function areaPlace(from: number, to: number): Place {
  // A sliver of a sample is an error of rounding.
  const first = Math.floor(from + 1e-6);
  const end = Math.ceil(to - 1e-6);
  const values = Array.from({ length: end - first }, (_, index) => {
    const covered = Math.min(to, first + index + 1) - Math.max(from, first + index);
    return covered / (to - from);
  });
  return { first, values };
}

/** The four samples round a position. */
function cubicPlace(position: number): Place {
  const before = Math.floor(position - 0.5);
  const t = position - 0.5 - before;
  return {
    first: before - 1,
    values: [
      ((2 - t) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((4 - 3 * t) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ],
  };
}

/** Weights of samples beyond the bounds go to the first or last within. */
function clampPlace({ first, values }: Place, low: number, high: number): Place {
  const at = (index: number): number => Math.min(high - 1, Math.max(low, first + index));
  const from = at(0);
  const clamped = new Array<number>(at(values.length - 1) - from + 1).fill(0);
  for (const [index, value] of values.entries()) clamped[at(index) - from]! += value;
  return { first: from, values: clamped };
}

/** Rounds the weights; what rounding leaves over goes to the largest. */
function toFixed(values: readonly number[]): number[] {
  const fixed = values.map((value) => Math.round(value * WEIGHT_ONE));
  const sum = fixed.reduce((total, value) => total + value, 0);
  fixed[fixed.indexOf(Math.max(...fixed))]! += WEIGHT_ONE - sum;
  return fixed;
}
