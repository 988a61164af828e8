import type { ValueStatistics } from './calibration.js';

/** How a value's floats become bytes: float = (byte − zeroPoint) · scale. */
export interface ValueRange {
  readonly scale: number;
  /** 0 to 255; 0 is exactly a byte, as padding needs it. */
  readonly zeroPoint: number;
}

/** Ranges that are tried: the whole one, shortened from both ends in this many steps. */
const STEPS = 48;

/**
 * The range of bytes that makes the least mean squared error over the counted numbers: cutting off the rarest numbers makes
 * the steps between all others finer.
 *
 * @param statistics - of each value that shares the range.
 * @param seen - what the next node makes of a number before the error counts: a sigmoid forgives what lies far out.
 */
export function chooseRange(statistics: readonly ValueStatistics[], seen: (value: number) => number): ValueRange {
  const least = Math.min(0, ...statistics.map((one) => one.least));
  const most = Math.max(1e-6, ...statistics.map((one) => one.most));
  const samples = statistics.flatMap(samplesOf);
  const error = (range: ValueRange): number => errorOf(range, samples, seen);
  let best = rangeOf(least, most);
  let bestError = error(best);
  // One end after the other: their errors hardly depend on each other but through the step.
  let [low, high] = [least, most];
  for (let round = 0; round < 2; round++) {
    for (const end of ['most', 'least'] as const) {
      if (end === 'least' && least === 0) continue;
      for (let step = 0; step < STEPS; step++) {
        const share = 1 - step / STEPS;
        const range = end === 'most' ? rangeOf(low, most * share) : rangeOf(least * share, high);
        const itsError = error(range);
        if (itsError >= bestError) continue;
        [best, bestError] = [range, itsError];
        if (end === 'most') high = most * share;
        else low = least * share;
      }
    }
  }
  return best;
}

/** The range of bytes from `least` (0 or below) to `most`, moved so that 0 is a byte. */
export function rangeOf(least: number, most: number): ValueRange {
  const scale = Math.fround((most - least) / 255);
  return { scale, zeroPoint: Math.round((0 - least) / scale) };
}

interface Sample {
  readonly value: number;
  readonly weight: number;
}

/** Middles of the histogram's bins that hold something. */
function samplesOf({ least, most, histogram }: ValueStatistics): Sample[] {
  const width = (most - least) / histogram.length;
  const samples: Sample[] = [];
  histogram.forEach((weight, bin) => {
    if (weight > 0) samples.push({ value: least + (bin + 0.5) * width, weight });
  });
  return samples;
}

function errorOf(
  { scale, zeroPoint }: ValueRange,
  samples: readonly Sample[],
  seen: (value: number) => number,
): number {
  let sum = 0;
  for (const { value, weight } of samples) {
    const byte = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint));
    const off = seen((byte - zeroPoint) * scale) - seen(value);
    sum += weight * off * off;
  }
  return sum;
}
