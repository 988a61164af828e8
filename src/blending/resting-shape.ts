import { MESH_POINTS } from './canonical-face.js';
import { eyeOpenness, mouthOpening } from './expression.js';
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

/** Learns the shape of a face at rest while it is worn: the mean of frames with a closed mouth, open eyes and no turn. */
export class RestingShape {
  /** MESH_POINTS × (x, y, z), canonical cm. */
  readonly shape = new Float32Array(3 * MESH_POINTS);
  readonly #seen = new Float32Array(3 * MESH_POINTS);
  readonly #frame = new Float32Array(3 * MESH_POINTS);
  readonly #isKnown: boolean;
  #frames = 0;
  #widest = 0;

  /** @param known - the shape, if somebody measured it before: it is then not learnt. */
  constructor(known: Float32Array | null) {
    this.#isKnown = known !== null;
    if (known) this.shape.set(known.subarray(0, this.shape.length));
  }

  /** How far the shape can be relied on, 0 to 1. */
  get confidence(): number {
    return this.#isKnown ? 1 : Math.min(this.#frames / KNOWN, 1);
  }

  reset(): void {
    this.#frames = 0;
    this.#widest = 0;
  }

  /** Takes in a face. @param points - at least MESH_POINTS × (x, y, z) in pixels of the frame. */
  update(points: Float32Array, pose: FacePose): void {
    if (this.#isKnown) return;
    const { yaw, pitch } = headAngles(pose);
    if (Math.abs(yaw) > FRONTAL || Math.abs(pitch) > FRONTAL) return;
    this.#frame.set(points.subarray(0, this.#frame.length));
    const seen = toCanonical(pose, this.#frame, this.#seen);
    const eyes = eyeOpenness(seen);
    this.#widest = Math.max(this.#widest * 0.999, eyes);
    if (!(mouthOpening(seen) < CLOSED_MOUTH && eyes >= OPEN_EYES * this.#widest)) return;
    this.#frames++;
    const part = 1 / Math.min(this.#frames, MEMORY);
    for (let i = 0; i < seen.length; i++) this.shape[i]! += (seen[i]! - this.shape[i]!) * part;
  }
}
