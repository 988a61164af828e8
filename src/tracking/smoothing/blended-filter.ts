import { anticipate, propagate, type Spread, weigh } from './hypothesis.js';
import type { FilterOptions } from './interacting-filter.js';

/**
 * The cheap sibling of InteractingFilter: the hypotheses share one estimate, which is the blend of what they make of it
 * (first-order generalised pseudo-Bayes). Two passes over the coordinates, whatever the number of hypotheses: for the
 * hundreds of points that move within the face. It finds slow drifts later than InteractingFilter does.
 *
 * Source: Bar-Shalom, Li & Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 11.6.4.
 */
export class BlendedFilter {
  /** The estimate; overwritten by `update`. Units of the measurement, and those a second. */
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  /** Probabilities of the hypotheses. */
  readonly weights: Float64Array;
  readonly #options: FilterOptions;
  readonly #spread: Spread = { position: 0, cross: 0, velocity: 0 };
  readonly #branches: readonly Spread[];
  readonly #gains: Float64Array;
  readonly #velocityGains: Float64Array;
  readonly #priors: Float64Array;
  readonly #logLikelihoods: Float64Array;

  constructor(options: FilterOptions) {
    const { size, hypotheses } = options;
    this.#options = options;
    this.position = new Float64Array(size);
    this.velocity = new Float64Array(size);
    this.weights = new Float64Array(hypotheses.length);
    this.#branches = hypotheses.map(() => ({ position: 0, cross: 0, velocity: 0 }));
    this.#gains = new Float64Array(hypotheses.length);
    this.#velocityGains = new Float64Array(hypotheses.length);
    this.#priors = new Float64Array(hypotheses.length);
    this.#logLikelihoods = new Float64Array(hypotheses.length);
  }

  /** As InteractingFilter.start. */
  start(measured: Float64Array, sigma: number, unit: number): void {
    this.position.set(measured);
    this.velocity.fill(0);
    this.weights.fill(1 / this.weights.length);
    this.#spread.position = sigma * sigma;
    this.#spread.cross = 0;
    this.#spread.velocity = unit * unit;
  }

  /** As InteractingFilter.update. */
  update(measured: Float64Array, dt: number, sigma: number, unit: number): void {
    const { position, velocity } = this;
    const { evidence, hypotheses, stay, trust } = this.#options;

    // Innovations if it stood still (n0) and if it went on at its speed (n1): all that the hypotheses need to know.
    let still = 0;
    let both = 0;
    let moving = 0;
    let speed = 0;
    for (let k = 0; k < evidence; k++) {
      const n0 = measured[k]! - position[k]!;
      const n1 = n0 - velocity[k]! * dt;
      still += n0 * n0;
      both += n0 * n1;
      moving += n1 * n1;
      speed += velocity[k]! * velocity[k]!;
    }

    anticipate(this.weights, stay, this.#priors);
    for (let j = 0; j < hypotheses.length; j++) {
      const branch = this.#branches[j]!;
      propagate(this.#spread, hypotheses[j]!, dt, unit, branch);
      const innovationVariance = branch.position + sigma * sigma;
      const energy = hypotheses[j]!.kind === 'still' ? still : moving;
      this.#gains[j] = branch.position / innovationVariance;
      this.#velocityGains[j] = branch.cross / innovationVariance;
      this.#logLikelihoods[j] = -0.5 * (evidence * Math.log(innovationVariance) + energy / innovationVariance);
      branch.velocity -= this.#velocityGains[j]! * branch.cross;
      branch.cross *= 1 - this.#gains[j]!;
      branch.position *= 1 - this.#gains[j]!;
    }
    weigh(this.#priors, this.#logLikelihoods, trust, this.weights);

    // position = measured − a·n0 − b·n1; velocity = keep·velocity + push·n1
    let a = 0;
    let b = 0;
    let keep = 0;
    let push = 0;
    for (let j = 0; j < hypotheses.length; j++) {
      const weight = this.weights[j]!;
      if (hypotheses[j]!.kind === 'still') {
        a += weight * (1 - this.#gains[j]!);
      } else {
        b += weight * (1 - this.#gains[j]!);
        keep += weight;
        push += weight * this.#velocityGains[j]!;
      }
    }

    // The blend's spread: that of each hypothesis, and how far each lies from the blend.
    this.#spread.position = 0;
    this.#spread.cross = 0;
    this.#spread.velocity = 0;
    for (let j = 0; j < hypotheses.length; j++) {
      const branch = this.#branches[j]!;
      const weight = this.weights[j]!;
      const isStill = hypotheses[j]!.kind === 'still';
      const p = a - (isStill ? 1 - this.#gains[j]! : 0); // its position − the blend's = p·n0 + q·n1
      const q = b - (isStill ? 0 : 1 - this.#gains[j]!);
      const r = (isStill ? 0 : 1) - keep; // its velocity − the blend's = r·velocity + s·n1
      const s = (isStill ? 0 : this.#velocityGains[j]!) - push;
      const vn0 = (still - both) / dt; // Σ velocity·n0, as velocity·dt = n0 − n1
      const vn1 = (both - moving) / dt;
      this.#spread.position +=
        weight * (branch.position + (p * p * still + 2 * p * q * both + q * q * moving) / evidence);
      this.#spread.cross +=
        weight * (branch.cross + (p * r * vn0 + p * s * both + q * r * vn1 + q * s * moving) / evidence);
      this.#spread.velocity +=
        weight * (branch.velocity + (r * r * speed + 2 * r * s * vn1 + s * s * moving) / evidence);
    }

    for (let k = 0; k < position.length; k++) {
      const n0 = measured[k]! - position[k]!;
      const n1 = n0 - velocity[k]! * dt;
      position[k] = measured[k]! - a * n0 - b * n1;
      velocity[k] = keep * velocity[k]! + push * n1;
    }
  }
}
