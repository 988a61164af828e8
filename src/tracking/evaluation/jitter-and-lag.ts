/** Points of a face over time: for each frame (x, y, z) of every point, in pixels. */
export type Track = readonly Float32Array[];

/** Where each point truly is at a moment: writes (x, y, z) of every point; z is not looked at. */
export type Truth = (seconds: number, into: Float32Array) => void;

/** Lags are searched within these, in seconds. */
const EARLIEST = -0.1;
const LATEST = 0.25;

/**
 * How far the points of a still face stray from their means, in pixels RMS over points and frames (the length of the
 * error, not one coordinate of it).
 */
export function jitter(track: Track): number {
  const mean = meanPoints(track);
  let sum = 0;
  for (const frame of track) sum += squaredDistance(frame, mean);
  return Math.sqrt(sum / (track.length * (mean.length / 3)));
}

/** How far the points of a still face move from a frame to the next, in pixels RMS: what is seen as trembling. */
export function tremble(track: Track): number {
  let sum = 0;
  for (let k = 1; k < track.length; k++) sum += squaredDistance(track[k]!, track[k - 1]!);
  return Math.sqrt(sum / ((track.length - 1) * (track[0]!.length / 3)));
}

/** Each coordinate's mean over time. */
export function meanPoints(track: Track): Float32Array {
  const mean = new Float64Array(track[0]!.length);
  for (const frame of track) for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + frame[i]! / track.length;
  return Float32Array.from(mean);
}

/** RMS distance of the points from where they truly were `lag` seconds earlier, in pixels. */
export function errorAt(track: Track, times: readonly number[], truth: Truth, lag = 0): number {
  const points = new Float32Array(track[0]!.length);
  let sum = 0;
  for (const [k, frame] of track.entries()) {
    truth(times[k]! - lag, points);
    sum += squaredDistance(frame, points);
  }
  return Math.sqrt(sum / (track.length * (points.length / 3)));
}

/** The delay that explains a track best, in seconds: that of the truth with the least RMS error. */
export function lagOf(track: Track, times: readonly number[], truth: Truth): number {
  return minimise((lag) => errorAt(track, times, truth, lag), EARLIEST, LATEST);
}

/** How a signal follows another: its correlation at the delay (seconds) where that is greatest. */
export interface Following {
  readonly correlation: number;
  readonly lag: number;
}

/**
 * Compares a signal with a reference sampled at the same times, one every `interval` seconds. Between samples the
 * reference is interpolated linearly.
 */
export function follow(signal: readonly number[], reference: readonly number[], interval: number): Following {
  const margin = Math.ceil(LATEST / interval) + 1;
  const at = (lag: number): number => {
    const xs: number[] = [];
    const ys: number[] = [];
    for (let k = margin; k < signal.length - margin; k++) {
      const place = k - lag / interval;
      const whole = Math.floor(place);
      const share = place - whole;
      xs.push(signal[k]!);
      ys.push(reference[whole]! * (1 - share) + reference[whole + 1]! * share);
    }
    return correlate(xs, ys);
  };
  let best = 0;
  for (let lag = EARLIEST; lag <= LATEST; lag += interval / 4) if (at(lag) > at(best)) best = lag;
  const lag = minimise((candidate) => -at(candidate), best - interval / 4, best + interval / 4);
  return { correlation: at(lag), lag };
}

/** Pearson's correlation of two signals of one length; NaN where one of them never changes. */
export function correlate(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(xs);
  const my = mean(ys);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < xs.length; i++) {
    const dx = xs[i]! - mx;
    const dy = ys[i]! - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** The least of a function with one valley, to 0.01 % of the interval. Source: Kiefer, golden section search (1953). */
function minimise(cost: (at: number) => number, from: number, to: number): number {
  const share = (Math.sqrt(5) - 1) / 2;
  let a = from;
  let b = to;
  let left = b - share * (b - a);
  let right = a + share * (b - a);
  let costLeft = cost(left);
  let costRight = cost(right);
  while (b - a > 1e-4 * (to - from)) {
    if (costLeft < costRight) {
      b = right;
      right = left;
      costRight = costLeft;
      left = b - share * (b - a);
      costLeft = cost(left);
    } else {
      a = left;
      left = right;
      costLeft = costRight;
      right = a + share * (b - a);
      costRight = cost(right);
    }
  }
  return (a + b) / 2;
}

/** Sum over points of the squared distance in the picture plane. */
function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 3) {
    const dx = a[i]! - b[i]!;
    const dy = a[i + 1]! - b[i + 1]!;
    sum += dx * dx + dy * dy;
  }
  return sum;
}
