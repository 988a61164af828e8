/**
 * One explanation of how something moves between two measurements. Amounts are in units of the face (radii, see
 * MotionBasis), so that they hold near the camera and far from it.
 */
export type Hypothesis =
  | {
      /** It does not move, but for a random walk of this variance a second (radii²/s). */
      readonly kind: 'still';
      readonly wander: number;
    }
  | {
      /** It goes on at its speed, which changes by white noise of this density (radii²/s³): a Kalman CV model. */
      readonly kind: 'moving';
      readonly agility: number;
    };

/** Variance of position, covariance with velocity, variance of velocity. */
export interface Spread {
  position: number;
  cross: number;
  velocity: number;
}

/** How fast something may turn out to move that was taken to be still: 1.6 radii a second, a brisk turn of the head. */
const STARTING_SPEED = 1.6;

/**
 * Carries a spread over `dt` seconds under a hypothesis. `unit` is the face's radius in the units of the measurement.
 * Source: Bar-Shalom, Li & Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 6.2.2.
 */
export function propagate(from: Spread, hypothesis: Hypothesis, dt: number, unit: number, into: Spread): void {
  const { position, cross, velocity } = from;
  if (hypothesis.kind === 'still') {
    into.position = position + hypothesis.wander * unit * unit * dt;
    into.cross = 0;
    into.velocity = STARTING_SPEED * STARTING_SPEED * unit * unit;
    return;
  }
  const q = hypothesis.agility * unit * unit;
  into.position = position + 2 * cross * dt + velocity * dt * dt + (q * dt * dt * dt) / 3;
  into.cross = cross + velocity * dt + (q * dt * dt) / 2;
  into.velocity = velocity + q * dt;
}

/** Probabilities of hypotheses before a measurement: each is kept with probability `stay`, else any other follows. */
export function anticipate(weights: Float64Array, stay: number, into: Float64Array): void {
  const leave = (1 - stay) / Math.max(1, weights.length - 1);
  for (let j = 0; j < weights.length; j++) {
    let prior = 0;
    for (let i = 0; i < weights.length; i++) prior += (i === j ? stay : leave) * weights[i]!;
    into[j] = prior;
  }
}

/**
 * Probabilities after a measurement: priors times likelihoods, adding up to 1.
 *
 * @param trust - 0 to 1: what a coordinate's evidence counts. Neighbouring points err together, so that a hundred of
 * them are far fewer independent witnesses.
 */
export function weigh(priors: Float64Array, logLikelihoods: Float64Array, trust: number, into: Float64Array): void {
  let best = Number.NEGATIVE_INFINITY;
  for (const value of logLikelihoods) best = Math.max(best, value);
  let sum = 0;
  for (let j = 0; j < priors.length; j++) {
    into[j] = priors[j]! * Math.exp(trust * (logLikelihoods[j]! - best));
    sum += into[j]!;
  }
  for (let j = 0; j < priors.length; j++) into[j] = into[j]! / sum;
}
