import type { Micros } from '../../frame/clock.js';
import { LANDMARK_COUNT } from '../../inference/face-region.js';
import { BlendedFilter } from './blended-filter.js';
import { CameraNoise } from './camera-noise.js';
import type { Hypothesis } from './hypothesis.js';
import { InteractingFilter } from './interacting-filter.js';
import { MOTION_SIZE, MotionBasis } from './motion-basis.js';
import { POINT_GROUPS } from './point-groups.js';

/** A face at rest, drifting (a slow sway), moving (nods, turns), and thrown about. */
const HEAD_MOTION: readonly Hypothesis[] = [
  { kind: 'still', wander: 3e-8 },
  { kind: 'moving', agility: 0.1 },
  { kind: 'moving', agility: 10 },
  { kind: 'moving', agility: 900 },
];
/** Within the face: at rest, a change of expression, a blink or a syllable. */
const EXPRESSION: readonly Hypothesis[] = [
  { kind: 'still', wander: 3e-8 },
  { kind: 'moving', agility: 0.3 },
  { kind: 'moving', agility: 900 },
];
/** Noise of the twelve numbers of the motion beside that of a steady point: 1 measured, and a margin for bad light. */
const MOTION_NOISE = 1.6;
/** The sideways and up-and-down parts of the motion are evidence; depth is the network's guess and only follows. */
const MOTION_EVIDENCE = 8;
/** Beyond this gap between two frames nothing is known any more, in seconds. */
const LONGEST_GAP = 0.5;
/** No face is predicted further than this, in seconds: constant velocity is a guess for about three frames. */
const LONGEST_PREDICTION = 0.1;
const SECOND = 1e6;

/**
 * Takes the noise out of a face's points without lagging behind it: the whole face's motion and what the points do
 * within the face are filtered apart (see MotionBasis), each by Kalman filters that weigh hypotheses of how it moves,
 * with noise in proportion to the face's size and to the camera's noise as measured. Frames may come at any interval.
 *
 * All arrays of points are LANDMARK_COUNT × (x, y, z) in pixels. Only the constructor allocates.
 */
export class LandmarkSmoother {
  readonly #basis = new MotionBasis();
  readonly #measuredMotion = new Float64Array(MOTION_SIZE);
  readonly #predictedMotion = new Float64Array(MOTION_SIZE);
  readonly #motion = new InteractingFilter({
    size: MOTION_SIZE,
    evidence: MOTION_EVIDENCE,
    hypotheses: HEAD_MOTION,
    stay: 0.99,
    trust: 0.3,
  });
  /** Face coordinates, group by group. */
  readonly #measuredWithin = new Float64Array(3 * LANDMARK_COUNT);
  readonly #within = new Float64Array(3 * LANDMARK_COUNT);
  readonly #groups: readonly ExpressionGroup[];
  readonly #noise: CameraNoise;
  readonly #steady: Float64Array;
  #at: number | null = null;

  constructor() {
    let start = 0;
    this.#groups = POINT_GROUPS.map(({ points, noise }) => {
      const size = 3 * points.length;
      const group: ExpressionGroup = {
        noise,
        measured: this.#measuredWithin.subarray(start, start + size),
        smoothed: this.#within.subarray(start, start + size),
        filter: new BlendedFilter({
          size,
          evidence: 2 * points.length,
          hypotheses: EXPRESSION,
          stay: 0.99,
          trust: 0.02,
        }),
      };
      start += size;
      return group;
    });
    const steadyPoints = POINT_GROUPS[0]!.points.length;
    this.#steady = this.#measuredWithin.subarray(0, 2 * steadyPoints);
    this.#noise = new CameraNoise(2 * steadyPoints);
  }

  /** Noise of a steady point in radii of the face, as measured so far. */
  get noiseLevel(): number {
    return this.#noise.level;
  }

  /** Forgets the face, but not the camera's noise. */
  reset(): void {
    this.#at = null;
  }

  /**
   * Takes in the points measured at a moment and writes the smoothed ones for the same moment. The first after `reset`,
   * and those after a gap of more than half a second or a step back in time, come out as they went in.
   */
  update(points: Float32Array, at: Micros, smoothed: Float32Array): void {
    const dt = this.#at === null ? Number.NaN : (at - this.#at) / SECOND;
    this.#at = at;
    if (!(dt > 0 && dt <= LONGEST_GAP)) {
      this.#start(points);
      smoothed.set(points);
      return;
    }
    this.#basis.measure(points, this.#measuredMotion);
    this.#basis.remainder(points, this.#measuredMotion, this.#measuredWithin);
    this.#noise.update(this.#steady);

    const radius = this.#basis.radius(this.#measuredMotion);
    this.#motion.update(this.#measuredMotion, dt, MOTION_NOISE * this.#noise.level * radius, radius);
    for (const group of this.#groups) {
      group.filter.update(group.measured, dt, group.noise * this.#noise.level, 1);
      group.smoothed.set(group.filter.position);
    }
    this.#basis.compose(this.#motion.position, this.#within, smoothed);
  }

  /**
   * Writes where the points will be at another moment: the whole face goes on at its speed for at most 0.1 s, what the
   * points do within it stays. Before the first `update` it writes nothing and returns false.
   */
  predict(at: Micros, points: Float32Array): boolean {
    if (this.#at === null) return false;
    const ahead = Math.min(LONGEST_PREDICTION, Math.max(0, (at - this.#at) / SECOND));
    const { position, velocity } = this.#motion;
    for (let i = 0; i < MOTION_SIZE; i++) this.#predictedMotion[i] = position[i]! + ahead * velocity[i]!;
    this.#basis.compose(this.#predictedMotion, this.#within, points);
    return true;
  }

  #start(points: Float32Array): void {
    this.#basis.learn(points);
    this.#basis.measure(points, this.#measuredMotion);
    this.#basis.remainder(points, this.#measuredMotion, this.#measuredWithin);
    const radius = this.#basis.radius(this.#measuredMotion);
    this.#motion.start(this.#measuredMotion, MOTION_NOISE * this.#noise.level * radius, radius);
    for (const group of this.#groups) {
      group.filter.start(group.measured, group.noise * this.#noise.level, 1);
      group.smoothed.set(group.measured);
    }
    this.#noise.restart();
    this.#noise.update(this.#steady);
  }
}

interface ExpressionGroup {
  readonly noise: number;
  readonly measured: Float64Array;
  readonly smoothed: Float64Array;
  readonly filter: BlendedFilter;
}
