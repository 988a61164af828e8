import { type Eye, eyeGap, gazeOf, LEFT_EYE_PARTS, LIP_PAIRS, RIGHT_EYE_PARTS } from './expression.js';
import { createPose, type FacePose, fitPose, toCanonical, toFrame } from './face-pose.js';
import { GAZE_GAIN, placeIris } from './iris.js';
import { OutlineCover } from './outline-cover.js';

/**
 * Closed lids are tracked as some 0.1 to 0.3 of open ones apart, not 0: below this share they are closed, so that a blink
 * leaves no slit.
 */
export const CLOSED_EYE = 0.28;
/** Lids apart by more than this share of those at rest do not open further. */
const WIDEST_EYE = 1.5;
const EYES = [RIGHT_EYE_PARTS, LEFT_EYE_PARTS] as const;

/**
 * Lets an avatar's face do what the user's does: its shape at rest, moved as the user's moved from theirs, in the user's
 * pose. What lies in the eyes and between the lips is told by ratios, so that a blink closes them and a closed mouth stays
 * closed. The rim is stretched to cover the user's outline.
 */
export class Retargeter {
  readonly #user: Float32Array;
  readonly #avatar: Float32Array;
  readonly #cover: OutlineCover;
  readonly #shape: Float32Array;
  readonly #pose = createPose();
  readonly #iris = new Float64Array(3);

  /**
   * @param user - the user's shape at rest, LANDMARK_COUNT × (x, y, z) in canonical cm; kept and only read.
   * @param avatar - the avatar's, likewise.
   */
  constructor(user: Float32Array, avatar: Float32Array) {
    this.#user = user;
    this.#avatar = avatar;
    this.#cover = new OutlineCover(avatar);
    this.#shape = new Float32Array(avatar.length);
  }

  /**
   * Writes where the avatar's points lie in the frame. Allocates nothing.
   *
   * @param points - the user's, LANDMARK_COUNT × (x, y, z) in pixels of the frame.
   * @param into - as long, must not be `points`.
   * @returns the user's pose; the next call overwrites it.
   */
  apply(points: Float32Array, into: Float32Array): FacePose {
    const pose = fitPose(points, this.#pose);
    const shape = toCanonical(pose, points, this.#shape);
    const user = this.#user;
    const avatar = this.#avatar;
    for (let i = 0; i < into.length; i++) into[i] = avatar[i]! + shape[i]! - user[i]!;
    for (const eye of EYES) {
      this.#moveLids(eye, into);
      this.#moveIris(eye, points, into);
    }
    for (const [upper, lower] of LIP_PAIRS) keepApart(into, upper, lower);
    this.#cover.cover(into, shape);
    toFrame(pose, into, into);
    return pose;
  }

  /** Sets the lids of an eye in the canonical shape `into`. */
  #moveLids(eye: Eye, into: Float32Array): void {
    const avatar = this.#avatar;
    const openness = eyeGap(this.#shape, eye) / eyeGap(this.#user, eye);
    const open = Math.min(Math.max((openness - CLOSED_EYE) / (1 - CLOSED_EYE), 0), WIDEST_EYE);
    const scale = eyeGap(avatar, eye) / eyeGap(this.#user, eye);
    const shiftX = (this.#moved(eye.outer, 0) + this.#moved(eye.inner, 0)) / 2;
    const shiftY = (this.#moved(eye.outer, 1) + this.#moved(eye.inner, 1)) / 2;
    for (const [upper, lower] of eye.lids) {
      // The lower lid moves as the user's, in the proportion of the eyes; the upper one is told by the gap.
      const rise = (this.#moved(lower, 1) - shiftY) * scale;
      for (let axis = 0; axis < 3; axis++) {
        const down = avatar[3 * lower + axis]!;
        const shift = axis === 0 ? shiftX : axis === 1 ? shiftY + rise : 0;
        into[3 * lower + axis] = down + shift;
        into[3 * upper + axis] = down + shift + open * (avatar[3 * upper + axis]! - down);
      }
    }
  }

  /** The iris is seen to be as far from its place at rest, in widths of the eye, as the user's truly is. */
  #moveIris(eye: Eye, points: Float32Array, into: Float32Array): void {
    const seen = gazeOf(points, eye);
    const rest = gazeOf(this.#user, eye);
    const avatar = gazeOf(this.#avatar, eye);
    const gaze = { x: avatar.x + GAZE_GAIN * (seen.x - rest.x), y: avatar.y + GAZE_GAIN * (seen.y - rest.y) };
    placeIris(into, eye, this.#pose, gaze, this.#iris);
    for (let point = eye.iris; point < eye.iris + 5; point++) {
      for (let axis = 0; axis < 3; axis++) {
        into[3 * point + axis] =
          this.#iris[axis]! + this.#avatar[3 * point + axis]! - this.#avatar[3 * eye.iris + axis]!;
      }
    }
  }

  /** How far a point of the user's face is from where it lies at rest. */
  #moved(point: number, axis: number): number {
    return this.#shape[3 * point + axis]! - this.#user[3 * point + axis]!;
  }
}

/** Lips that have passed through each other meet in the middle. */
function keepApart(shape: Float32Array, upper: number, lower: number): void {
  if (shape[3 * lower + 1]! >= shape[3 * upper + 1]!) return;
  const middle = (shape[3 * lower + 1]! + shape[3 * upper + 1]!) / 2;
  shape[3 * lower + 1] = middle;
  shape[3 * upper + 1] = middle;
}
