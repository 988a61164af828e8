import { anticipate, type Hypothesis, propagate, type Spread, weigh } from './hypothesis.js';

/** How a filter of several hypotheses is set up. */
export interface FilterOptions {
  /** Coordinates that move together: they share the hypotheses' probabilities. */
  readonly size: number;
  /** The first so many coordinates are evidence for or against a hypothesis; the others only follow. */
  readonly evidence: number;
  readonly hypotheses: readonly Hypothesis[];
  /** Probability that a hypothesis holds on for another frame. */
  readonly stay: number;
  /** See `weigh`. */
  readonly trust: number;
}

/** One hypothesis with an estimate of its own. */
interface Branch {
  readonly hypothesis: Hypothesis;
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  readonly mixedPosition: Float64Array;
  readonly mixedVelocity: Float64Array;
  readonly spread: Spread;
  readonly mixed: Spread;
}

/**
 * An interacting-multiple-model Kalman filter: each hypothesis runs a filter of its own, all are mixed by probability.
 * Still things stay still to a fraction of the noise, and a start is believed within a frame or two, without a threshold
 * to tune. Costs size × hypotheses², so it is for few coordinates: the motion of the whole face.
 *
 * Source: Blom & Bar-Shalom, The interacting multiple model algorithm (IEEE Trans. Automatic Control 33, 1988).
 */
export class InteractingFilter {
  /** The estimate; overwritten by `update`. Units of the measurement, and those a second. */
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  /** Probabilities of the hypotheses. */
  readonly weights: Float64Array;
  readonly #options: FilterOptions;
  readonly #branches: readonly Branch[];
  readonly #priors: Float64Array;
  readonly #shares: Float64Array;
  readonly #logLikelihoods: Float64Array;

  constructor(options: FilterOptions) {
    const { size, hypotheses } = options;
    this.#options = options;
    this.position = new Float64Array(size);
    this.velocity = new Float64Array(size);
    this.weights = new Float64Array(hypotheses.length);
    this.#priors = new Float64Array(hypotheses.length);
    this.#shares = new Float64Array(hypotheses.length);
    this.#logLikelihoods = new Float64Array(hypotheses.length);
    this.#branches = hypotheses.map((hypothesis) => ({
      hypothesis,
      position: new Float64Array(size),
      velocity: new Float64Array(size),
      mixedPosition: new Float64Array(size),
      mixedVelocity: new Float64Array(size),
      spread: { position: 0, cross: 0, velocity: 0 },
      mixed: { position: 0, cross: 0, velocity: 0 },
    }));
  }

  /** Starts at a measurement with deviation `sigma`, at rest. @param unit - the face's radius, as in `update`. */
  start(measured: Float64Array, sigma: number, unit: number): void {
    this.position.set(measured);
    this.velocity.fill(0);
    this.weights.fill(1 / this.weights.length);
    for (const branch of this.#branches) {
      branch.position.set(measured);
      branch.velocity.fill(0);
      branch.spread.position = sigma * sigma;
      branch.spread.cross = 0;
      branch.spread.velocity = unit * unit;
    }
  }

  /**
   * Takes in a measurement `dt` seconds (more than 0) after the last.
   *
   * @param measured - `size` coordinates. @param sigma - their noise's standard deviation, in the same units.
   * @param unit - the face's radius in the same units.
   */
  update(measured: Float64Array, dt: number, sigma: number, unit: number): void {
    anticipate(this.weights, this.#options.stay, this.#priors);
    for (const [index, branch] of this.#branches.entries()) this.#mix(branch, index);
    for (const [index, branch] of this.#branches.entries()) {
      this.#logLikelihoods[index] = this.#correct(branch, measured, dt, sigma * sigma, unit);
    }
    weigh(this.#priors, this.#logLikelihoods, this.#options.trust, this.weights);
    this.position.fill(0);
    this.velocity.fill(0);
    for (const [index, branch] of this.#branches.entries()) {
      const weight = this.weights[index]!;
      for (let i = 0; i < this.position.length; i++) {
        this.position[i] = this.position[i]! + weight * branch.position[i]!;
        this.velocity[i] = this.velocity[i]! + weight * branch.velocity[i]!;
      }
    }
  }

  /** Where a branch starts from: all estimates, by how probably each led to this hypothesis. */
  #mix(into: Branch, index: number): void {
    const { size, stay } = this.#options;
    const { mixedPosition, mixedVelocity, mixed } = into;
    const count = this.#branches.length;
    const leave = (1 - stay) / Math.max(1, count - 1);
    mixedPosition.fill(0);
    mixedVelocity.fill(0);
    for (let i = 0; i < count; i++) {
      const from = this.#branches[i]!;
      const share = ((i === index ? stay : leave) * this.weights[i]!) / this.#priors[index]!;
      this.#shares[i] = share;
      for (let k = 0; k < size; k++) {
        mixedPosition[k] = mixedPosition[k]! + share * from.position[k]!;
        mixedVelocity[k] = mixedVelocity[k]! + share * from.velocity[k]!;
      }
    }
    mixed.position = 0;
    mixed.cross = 0;
    mixed.velocity = 0;
    for (let i = 0; i < count; i++) {
      const { position, velocity, spread } = this.#branches[i]!;
      let xx = 0;
      let xv = 0;
      let vv = 0;
      for (let k = 0; k < size; k++) {
        const dx = position[k]! - mixedPosition[k]!;
        const dv = velocity[k]! - mixedVelocity[k]!;
        xx += dx * dx;
        xv += dx * dv;
        vv += dv * dv;
      }
      const share = this.#shares[i]!;
      mixed.position += share * (spread.position + xx / size);
      mixed.cross += share * (spread.cross + xv / size);
      mixed.velocity += share * (spread.velocity + vv / size);
    }
  }

  /** Predicts and corrects one branch; returns the log-likelihood of the measurement under it. */
  #correct(branch: Branch, measured: Float64Array, dt: number, variance: number, unit: number): number {
    const { position, velocity, mixedPosition, mixedVelocity, spread } = branch;
    const { size, evidence } = this.#options;
    const moving = branch.hypothesis.kind === 'moving' ? 1 : 0;
    propagate(branch.mixed, branch.hypothesis, dt, unit, spread);
    const innovationVariance = spread.position + variance;
    const gain = spread.position / innovationVariance;
    const velocityGain = spread.cross / innovationVariance;
    let energy = 0;
    for (let k = 0; k < size; k++) {
      const predicted = mixedPosition[k]! + moving * dt * mixedVelocity[k]!;
      const innovation = measured[k]! - predicted;
      if (k < evidence) energy += innovation * innovation;
      position[k] = predicted + gain * innovation;
      velocity[k] = moving * mixedVelocity[k]! + velocityGain * innovation;
    }
    spread.velocity -= velocityGain * spread.cross;
    spread.cross *= 1 - gain;
    spread.position *= 1 - gain;
    return -0.5 * (evidence * Math.log(innovationVariance) + energy / innovationVariance);
  }
}
