import { canonicalFace, MESH_POINTS } from './canonical-face.js';
import { closeMouth } from './close-mouth.js';
import { type Eye, eyeGap, eyeOpenness, LEFT_EYE_PARTS, mouthOpening, RIGHT_EYE_PARTS } from './expression.js';
import { type FacePose, headAngles, toCanonical } from './face-pose.js';

/** cm: a mouth open by less is closed. */
const CLOSED_MOUTH = 0.25;
/** Eyes open at least so far, of the most that was seen. */
const OPEN_EYES = 0.8;
/** Radians: beyond them the far side of a face is a guess. */
const FRONTAL = 0.35;
/** Frames at rest after which the shape is known. */
const KNOWN = 24;
/** And those that a new frame counts against, so that it still follows. */
const MEMORY = 300;
/** The first guess counts as so many frames: what is learnt then takes its place without a jump. */
const GUESS = 6;
/** Height over width of eyes at rest that are seen for the first time less open than the share of it: they blink. */
const USUAL_EYES = 0.29;
const BLINK = 0.7;
/**
 * cm, root of the mean square over the points that move with the skull: a measured shape further than the first from what
 * is seen is somebody else's, nearer than the second it is their own again. Of one person in two recordings 0.05, of seven
 * persons among each other 0.11 to 0.28; of one frame alone up to 0.19, hence a mean of so many.
 */
const ANOTHERS = 0.12;
const OWN = 0.09;
const JUDGED = 12;
/** Seconds over which one shape takes the place of the other. */
const CHANGE_S = 0.4;

/**
 * The shape of the user's face at rest: as it was measured, or as it is learnt while it is worn. Learnt it is the mean of
 * frames with a closed mouth, open eyes and no turn, and begins with the first frame, its mouth and a blink made good. A
 * shape that was measured of somebody else gives way to the learnt one.
 */
export class RestingShape {
  /** MESH_POINTS × (x, y, z), canonical cm. Changes slowly; all 0 before the first frame if none was measured. */
  readonly shape = new Float32Array(3 * MESH_POINTS);
  readonly #known: Float32Array | null;
  readonly #learnt = new Float32Array(3 * MESH_POINTS);
  readonly #seen = new Float32Array(3 * MESH_POINTS);
  readonly #frame = new Float32Array(3 * MESH_POINTS);
  #isNew = true;
  #frames = 0;
  #widest = 0;
  /** How much of the shape is learnt, 0 to 1, and whether it is to be. */
  #share = 0;
  #isAnothers = false;

  /** @param known - the shape, if somebody measured it before. */
  constructor(known: Float32Array | null) {
    this.#known = known;
    this.reset();
  }

  /** How far the shape can be relied on, 0 to 1. */
  get confidence(): number {
    return 1 - this.#share * (1 - Math.min(this.#frames / KNOWN, 1));
  }

  /** Whether the measured shape is not that of the face that is seen. */
  get isAnothers(): boolean {
    return this.#isAnothers;
  }

  /** Another face: its shape is learnt anew. */
  reset(): void {
    this.#isNew = true;
    this.#frames = 0;
    this.#widest = 0;
    this.#isAnothers = false;
    this.#share = this.#known ? 0 : 1;
    if (this.#known) this.shape.set(this.#known.subarray(0, this.shape.length));
  }

  /**
   * Takes in a face.
   *
   * @param points - at least MESH_POINTS × (x, y, z) in pixels of the frame. @param seconds - since the frame before.
   */
  update(points: Float32Array, pose: FacePose, seconds: number): void {
    for (let i = 0; i < this.#frame.length; i++) this.#frame[i] = points[i]!;
    const seen = toCanonical(pose, this.#frame, this.#seen);
    if (this.#isNew) this.#guess(seen);
    this.#isNew = false;
    const { yaw, pitch } = headAngles(pose);
    if (Math.abs(yaw) <= FRONTAL && Math.abs(pitch) <= FRONTAL) this.#learn(seen);
    const wanted = this.#known && !this.#isAnothers ? 0 : 1;
    this.#share += (wanted - this.#share) * (1 - Math.exp(-seconds / CHANGE_S));
    const { shape } = this;
    for (let i = 0; i < shape.length; i++) {
      const measured = this.#known?.[i] ?? 0;
      shape[i] = measured + this.#share * (this.#learnt[i]! - measured);
    }
  }

  /** The face as if it were at rest, from one frame. */
  #guess(seen: Float32Array): void {
    this.#learnt.set(closeMouth(seen));
    for (const eye of [RIGHT_EYE_PARTS, LEFT_EYE_PARTS]) openEye(this.#learnt, eye);
  }

  #learn(seen: Float32Array): void {
    const eyes = eyeOpenness(seen);
    this.#widest = Math.max(this.#widest * 0.999, eyes);
    if (!(mouthOpening(seen) < CLOSED_MOUTH && eyes >= OPEN_EYES * this.#widest)) return;
    this.#frames++;
    const part = 1 / Math.min(GUESS + this.#frames, MEMORY);
    for (let i = 0; i < seen.length; i++) this.#learnt[i]! += (seen[i]! - this.#learnt[i]!) * part;
    if (this.#known && this.#frames >= JUDGED) {
      this.#isAnothers = misfit(this.#learnt, this.#known) > (this.#isAnothers ? OWN : ANOTHERS);
    }
  }
}

/** Root of the mean square distance of the points that move with the skull, cm. */
function misfit(shape: Float32Array, other: Float32Array): number {
  const { rigid } = canonicalFace();
  let sum = 0;
  for (let i = 0; i < rigid.length; i++) {
    const at = 3 * rigid[i]!;
    for (let axis = at; axis < at + 3; axis++) sum += (shape[axis]! - other[axis]!) ** 2;
  }
  return Math.sqrt(sum / rigid.length);
}

/** Lids that are closed are put as far apart as eyes of this width usually are. */
function openEye(shape: Float32Array, eye: Eye): void {
  const width = Math.hypot(...[0, 1, 2].map((axis) => shape[3 * eye.outer + axis]! - shape[3 * eye.inner + axis]!));
  const gap = eyeGap(shape, eye);
  if (gap >= BLINK * USUAL_EYES * width) return;
  const usual = eyeGap(canonicalFace().points, eye);
  for (const [upper, lower] of eye.lids) {
    for (let axis = 0; axis < 3; axis++) {
      const open = canonicalFace().points[3 * upper + axis]! - canonicalFace().points[3 * lower + axis]!;
      shape[3 * upper + axis] = shape[3 * lower + axis]! + (open * USUAL_EYES * width) / usual;
    }
  }
}
