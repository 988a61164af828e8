import type { FaceSignals } from './face-signals.js';

/**
 * Chooses frames that differ from each other the most in what the face does: the first is the most usual one, each next
 * the furthest from all chosen so far, every signal measured in its own deviations.
 * Source: Gonzalez, "Clustering to minimize the maximum intercluster distance" (1985).
 *
 * @returns indices in their order in time, `count` of them or as many as there are.
 */
export function variedFrames(frames: readonly FaceSignals[], count: number): number[] {
  const scaled = standardise(frames.map((signals) => Object.values(signals) as number[]));
  const nearest = scaled.map(() => Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  let next = indexOfLeast(scaled.map((signals) => Math.hypot(...signals)));
  while (chosen.length < Math.min(count, frames.length)) {
    chosen.push(next);
    const from = scaled[next]!;
    for (const [index, signals] of scaled.entries()) {
      const distance = Math.hypot(...signals.map((value, signal) => value - from[signal]!));
      nearest[index] = index === next ? -1 : Math.min(nearest[index]!, distance);
    }
    next = indexOfLeast(nearest.map((distance) => -distance));
  }
  return chosen.sort((a, b) => a - b);
}

/** Each column with mean 0 and deviation 1; one that never changes stays 0. */
function standardise(rows: readonly number[][]): number[][] {
  const columns = rows[0]?.length ?? 0;
  const scaled = rows.map((row) => [...row]);
  for (let column = 0; column < columns; column++) {
    const mean = rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[column]! - mean) ** 2, 0) / rows.length;
    for (const row of scaled) row[column] = variance > 0 ? (row[column]! - mean) / Math.sqrt(variance) : 0;
  }
  return scaled;
}

function indexOfLeast(values: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! < values[best]!) best = index;
  return best;
}
