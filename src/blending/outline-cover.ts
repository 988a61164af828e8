import { FACE_OVAL } from './face-outlines.js';

/** The middle of a face seen from the front, canonical cm: the outline is told by its distance from here. */
const CENTRE_X = 0;
const CENTRE_Y = 0.6;
/** Only the outermost part of the way from the centre to the outline is stretched: the features lie within. */
const INNER = 0.72;
/** A face that reaches out further is covered by this much more of its radius. */
const EXCESS = 1.05;
/** Where the outline moves out by so much (cm), its depth is wholly that of the user's. */
const DEPTH_REACH = 0.5;
const COUNT = FACE_OVAL.length;
const TURN = 2 * Math.PI;

/**
 * Stretches the rim of a face so that it covers another one: where the other's outline reaches further out from the
 * centre, this one's is moved out to it. All in canonical space, so that a turned head is covered as well.
 */
export class OutlineCover {
  /** Of each point: where on the ring of outline points it lies (0 to COUNT), and how much it moves with it. */
  readonly #ringOf: Float32Array;
  readonly #shareOf: Float32Array;
  readonly #isOutline: Uint8Array;
  readonly #angles = new Float64Array(COUNT);
  readonly #radii = new Float64Array(COUNT);
  readonly #excess = new Float64Array(COUNT);
  readonly #smooth = new Float64Array(COUNT);
  readonly #depth = new Float64Array(COUNT);

  /** @param shape - the face at rest that will be stretched: tells which of its points lie near its outline. */
  constructor(shape: Float32Array) {
    const points = shape.length / 3;
    this.#ringOf = new Float32Array(points);
    this.#shareOf = new Float32Array(points);
    this.#isOutline = new Uint8Array(points);
    this.#measure(shape);
    for (let point = 0; point < points; point++) {
      const x = shape[3 * point]! - CENTRE_X;
      const y = shape[3 * point + 1]! - CENTRE_Y;
      const ring = this.#ringAt(Math.atan2(y, x));
      const share = (Math.hypot(x, y) / at(this.#radii, ring) - INNER) / (1 - INNER);
      this.#ringOf[point] = ring;
      this.#shareOf[point] = Math.min(Math.max(share, 0), 1) ** 2;
    }
    FACE_OVAL.forEach((point, i) => {
      this.#ringOf[point] = i;
      this.#shareOf[point] = 1;
      this.#isOutline[point] = 1;
    });
  }

  /**
   * Moves the rim of `shape` out to where it covers `other`.
   *
   * @param shape - of the face that the constructor took, with whatever expression; changed in place.
   * @param other - the face to be covered, as many points.
   */
  cover(shape: Float32Array, other: Float32Array): void {
    this.#measure(other);
    for (let i = 0; i < COUNT; i++) {
      const point = 3 * FACE_OVAL[i]!;
      const x = shape[point]! - CENTRE_X;
      const y = shape[point + 1]! - CENTRE_Y;
      const ring = this.#ringAt(Math.atan2(y, x));
      this.#excess[i] = Math.max(0, at(this.#radii, ring) * EXCESS - Math.hypot(x, y));
      this.#depth[i] = depthAt(other, ring);
    }
    // A rim without steps, nowhere less than what covers.
    for (let i = 0; i < COUNT; i++) {
      const before = this.#excess[(i + COUNT - 1) % COUNT]!;
      const after = this.#excess[(i + 1) % COUNT]!;
      this.#smooth[i] = Math.max(this.#excess[i]!, (before + 2 * this.#excess[i]! + after) / 4);
    }
    for (let point = 0; point < this.#ringOf.length; point++) {
      const share = this.#shareOf[point]!;
      if (share === 0) continue;
      const out = share * at(this.#smooth, this.#ringOf[point]!);
      const x = shape[3 * point]! - CENTRE_X;
      const y = shape[3 * point + 1]! - CENTRE_Y;
      const grown = 1 + out / Math.max(Math.hypot(x, y), 1e-3);
      shape[3 * point] = CENTRE_X + x * grown;
      shape[3 * point + 1] = CENTRE_Y + y * grown;
      if (this.#isOutline[point] !== 1) continue;
      const towards = Math.min(out / DEPTH_REACH, 1);
      shape[3 * point + 2]! += towards * (this.#depth[this.#ringOf[point]!]! - shape[3 * point + 2]!);
    }
  }

  /** Angle and radius of each outline point. */
  #measure(shape: Float32Array): void {
    FACE_OVAL.forEach((point, i) => {
      const x = shape[3 * point]! - CENTRE_X;
      const y = shape[3 * point + 1]! - CENTRE_Y;
      this.#angles[i] = Math.atan2(y, x);
      this.#radii[i] = Math.hypot(x, y);
    });
  }

  /** Where on the ring a direction lies. The ring runs clockwise on screen, as angles with y down do. */
  #ringAt(angle: number): number {
    for (let i = 0; i < COUNT; i++) {
      const from = this.#angles[i]!;
      const whole = turn(this.#angles[(i + 1) % COUNT]! - from);
      const part = turn(angle - from);
      // Two points in one direction, or a ring that folds back: half a turn is no step of it.
      if (part < whole && whole < Math.PI) return i + part / whole;
    }
    return 0;
  }
}

/** An angle as 0 to 2π. */
function turn(angle: number): number {
  return ((angle % TURN) + TURN) % TURN;
}

function at(ring: Float64Array, place: number): number {
  const i = Math.floor(place) % COUNT;
  const part = place - Math.floor(place);
  return ring[i]! * (1 - part) + ring[(i + 1) % COUNT]! * part;
}

function depthAt(shape: Float32Array, place: number): number {
  const i = Math.floor(place) % COUNT;
  const part = place - Math.floor(place);
  return shape[3 * FACE_OVAL[i]! + 2]! * (1 - part) + shape[3 * FACE_OVAL[(i + 1) % COUNT]! + 2]! * part;
}
