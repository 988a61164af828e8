import { LANDMARK_COUNT } from '../../inference/face-region.js';
import { POINT_GROUPS, POINT_ORDER } from './point-groups.js';

const N = LANDMARK_COUNT;
/** Functions over the face: 1 and what the reference shape's x, y and z add to it. */
const FUNCTIONS = 4;
/** Numbers of a motion: a weight for each function, for x, y and z. */
export const MOTION_SIZE = 3 * FUNCTIONS;

/** What each point counts in the motion, adding up to 1. */
const HOLD = (() => {
  const hold = new Float64Array(N);
  for (const group of POINT_GROUPS) for (const point of group.points) hold[point] = group.hold;
  const sum = hold.reduce((total, value) => total + value, 0);
  return hold.map((value) => value / sum);
})();

/** The turn and size of a face in the picture: a vector whose length is the face's radius in pixels. */
interface Upright {
  cos: number;
  sin: number;
  radius: number;
}

/**
 * Splits a face's points into the motion of the whole face and what the points do within it.
 *
 * The motion is the affine map in three dimensions that takes a reference shape to the points: shift, turn, nod, roll,
 * zoom. Bone counts in it, lips and lids do not, so that a syllable is no nod. In the basis used here (orthonormal over
 * the points) its 12 numbers are weighted averages over hundreds of points, each in pixels RMS, so their noise is small,
 * alike and independent. The rest is given in face coordinates: turned upright and divided by the face's radius (RMS
 * distance of the points from their middle along an axis, about a quarter of the face's width), so that it does not
 * change when the head moves.
 */
export class MotionBasis {
  /** FUNCTIONS × N, each with a (weighted) mean square of 1 and orthogonal to the others. */
  readonly #functions = new Float64Array(FUNCTIONS * N);
  readonly #upright: Upright = { cos: 1, sin: 0, radius: 1 };

  /** Takes these points as the reference shape. @param points - N × (x, y, z) in pixels; not flat. */
  learn(points: Float32Array): void {
    const f = this.#functions;
    for (let k = 0; k < FUNCTIONS; k++) {
      for (let i = 0; i < N; i++) f[k * N + i] = k === 0 ? 1 : points[3 * i + k - 1]!;
      for (let earlier = 0; earlier < k; earlier++) {
        let dot = 0;
        for (let i = 0; i < N; i++) dot += HOLD[i]! * f[k * N + i]! * f[earlier * N + i]!;
        for (let i = 0; i < N; i++) f[k * N + i] = f[k * N + i]! - dot * f[earlier * N + i]!;
      }
      let square = 0;
      for (let i = 0; i < N; i++) square += HOLD[i]! * f[k * N + i]! * f[k * N + i]!;
      const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
      for (let i = 0; i < N; i++) f[k * N + i] = f[k * N + i]! * scale;
    }
  }

  /**
   * Measures the motion of a face, in pixels.
   *
   * @param motion - MOTION_SIZE numbers, written: four for x, four for y, four for z.
   */
  measure(points: Float32Array, motion: Float64Array): void {
    motion.fill(0);
    for (let k = 0; k < FUNCTIONS; k++) {
      let x = 0;
      let y = 0;
      let z = 0;
      for (let i = 0; i < N; i++) {
        const weight = HOLD[i]! * this.#functions[k * N + i]!;
        x += weight * points[3 * i]!;
        y += weight * points[3 * i + 1]!;
        z += weight * points[3 * i + 2]!;
      }
      motion[k] = x;
      motion[FUNCTIONS + k] = y;
      motion[2 * FUNCTIONS + k] = z;
    }
  }

  /** The radius of a face in pixels. */
  radius(motion: Float64Array): number {
    this.#stand(motion);
    return this.#upright.radius;
  }

  /**
   * What the points do within the face, in face coordinates.
   *
   * @param motion - as `measure` gave it for these points.
   * @param within - 3 × N, written: the points in POINT_ORDER, group by group, in each all x, then all y, then all z.
   */
  remainder(points: Float32Array, motion: Float64Array, within: Float64Array): void {
    this.#stand(motion);
    const { cos, sin, radius } = this.#upright;
    for (let at = 0; at < N; at++) {
      const { point, x, y, z } = POINT_ORDER[at]!;
      const dx = points[3 * point]! - this.#at(motion, 0, point);
      const dy = points[3 * point + 1]! - this.#at(motion, 1, point);
      const dz = points[3 * point + 2]! - this.#at(motion, 2, point);
      within[x] = (cos * dx + sin * dy) / radius;
      within[y] = (cos * dy - sin * dx) / radius;
      within[z] = dz / radius;
    }
  }

  /** The points of a motion and a remainder: the inverse of `measure` and `remainder`. */
  compose(motion: Float64Array, within: Float64Array, points: Float32Array): void {
    this.#stand(motion);
    const { cos, sin, radius } = this.#upright;
    for (let at = 0; at < N; at++) {
      const { point, x, y, z } = POINT_ORDER[at]!;
      const u = within[x]! * radius;
      const v = within[y]! * radius;
      points[3 * point] = this.#at(motion, 0, point) + cos * u - sin * v;
      points[3 * point + 1] = this.#at(motion, 1, point) + sin * u + cos * v;
      points[3 * point + 2] = this.#at(motion, 2, point) + within[z]! * radius;
    }
  }

  /** Where the motion takes one coordinate of a point of the reference shape. */
  #at(motion: Float64Array, axis: number, point: number): number {
    const f = this.#functions;
    const m = FUNCTIONS * axis;
    return (
      motion[m]! +
      motion[m + 1]! * f[N + point]! +
      motion[m + 2]! * f[2 * N + point]! +
      motion[m + 3]! * f[3 * N + point]!
    );
  }

  /** The similarity nearest to the motion's part in the picture plane. */
  #stand(motion: Float64Array): void {
    const along = (motion[1]! + motion[FUNCTIONS + 2]!) / 2;
    const across = (motion[FUNCTIONS + 1]! - motion[2]!) / 2;
    const radius = Math.hypot(along, across);
    this.#upright.radius = radius;
    this.#upright.cos = radius > 0 ? along / radius : 1;
    this.#upright.sin = radius > 0 ? across / radius : 0;
  }
}
