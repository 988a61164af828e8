import { AvatarGuide } from '../blending/avatar-guide.js';
import { canonicalFace, MESH_POINTS } from '../blending/canonical-face.js';
import { LEFT_EYE_PARTS, RIGHT_EYE_PARTS } from '../blending/expression.js';
import type { FaceWindow } from '../blending/face-window.js';
import { LANDMARK_COUNT } from '../inference/face-region.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Portrait } from './portrait.js';
import { Random } from './random.js';
import type { TargetOptions } from './targets.js';

/** How wrong the user's shape at rest and their points are taken to be. */
interface Doubt {
  /** Deviation of a smooth error of the shape, cm. */
  readonly bump: number;
  /** How far the shape goes towards the mean face at most, as a share. */
  readonly mean: number;
  /** Deviation of the eyes' opening, as a share. */
  readonly lids: number;
  /** Deviation of the face's place, as a share of the window. */
  readonly shift: number;
}

/**
 * The shape of a user whom the avatar is made for was measured, and is kept with it; that of anybody else is learnt while
 * it is worn, from a few frames in which the face may not have been at rest.
 */
const DOUBTS: Readonly<Record<'measured' | 'learnt', Doubt>> = {
  measured: { bump: 0.05, mean: 0.15, lids: 0.06, shift: 0.002 },
  learnt: { bump: 0.12, mean: 0.5, lids: 0.12, shift: 0.004 },
};
/** Smooth errors are so many bumps, somewhere on the face and so wide (cm). */
const BUMPS = 6;
const NARROWEST = 2;
const WIDEST = 5;

/**
 * Draws guides to learn from: the portrait where a wearer's tracked points would put it, with the errors that these will
 * have, so that the network learns to mend them by what it sees.
 */
export class TrainingGuide {
  readonly #guide: AvatarGuide;
  readonly #user: Float32Array;
  readonly #doubt: Doubt;
  readonly #random: Random;
  readonly #shape = new Float32Array(3 * MESH_POINTS);
  readonly #points = new Float32Array(3 * LANDMARK_COUNT);
  readonly #planes: Float32Array;
  readonly #bytes: Uint8Array;

  /**
   * @param kernels - its memory takes the texture and the planes: some 4 MiB at 192 pixels.
   * @param user - the user's shape at rest, canonical cm. @param doubt - how it will be known.
   * @throws RangeError if kernel memory runs out.
   */
  constructor(
    kernels: Kernels,
    { texture: { width, height, rgba }, points, neutral }: Portrait,
    user: Float32Array,
    { side, margin = 0 }: TargetOptions,
    doubt: 'measured' | 'learnt',
    random = new Random(1),
  ) {
    const wide = side + 2 * margin;
    const texture = { address: kernels.alloc(rgba.length), width, height };
    kernels.u8(texture.address, rgba.length).set(rgba);
    const places = Float32Array.from({ length: 2 * MESH_POINTS }, (_, i) => points[3 * (i >> 1) + (i & 1)]!);
    this.#guide = new AvatarGuide(kernels, { texture, points: places, avatar: neutral }, wide);
    this.#user = user;
    this.#doubt = DOUBTS[doubt];
    this.#random = random;
    this.#planes = kernels.f32(kernels.alloc(16 * wide * wide), 4 * wide * wide);
    this.#bytes = new Uint8Array(4 * wide * wide);
  }

  /**
   * The guide of a frame: red, green, blue and coverage, planes of bytes. The next call overwrites it.
   *
   * @param points - the user's, in pixels of the frame. @param window - that of the pair, with its margin.
   */
  draw(points: Float32Array, window: FaceWindow): Uint8Array {
    const { shift } = this.#doubt;
    const random = this.#random;
    this.#points.set(points);
    const [right, down] = [random.normal() * shift * window.size, random.normal() * shift * window.size];
    for (let i = 0; i < this.#points.length; i += 3) {
      this.#points[i]! += right;
      this.#points[i + 1]! += down;
    }
    this.#guide.draw(this.#points, this.#doubtful(), window, this.#planes.byteOffset);
    for (let i = 0; i < this.#bytes.length; i++) this.#bytes[i] = 255 * this.#planes[i]! + 0.5;
    return this.#bytes;
  }

  /** The user's shape at rest as it may be known. */
  #doubtful(): Float32Array {
    const { bump, mean, lids } = this.#doubt;
    const random = this.#random;
    const shape = this.#shape;
    const face = canonicalFace().points;
    const share = random.between(0, mean);
    for (let i = 0; i < shape.length; i++) shape[i] = this.#user[i]! + share * (face[i]! - this.#user[i]!);
    for (let at = 0; at < BUMPS; at++) {
      const centre = 3 * random.below(MESH_POINTS);
      const reach = 2 * random.between(NARROWEST, WIDEST) ** 2;
      const off = [0, 1, 2].map(() => bump * random.normal());
      for (let i = 0; i < shape.length; i += 3) {
        let square = 0;
        for (let axis = 0; axis < 3; axis++) square += (face[i + axis]! - face[centre + axis]!) ** 2;
        const weight = Math.exp(-square / reach);
        for (let axis = 0; axis < 3; axis++) shape[i + axis]! += weight * off[axis]!;
      }
    }
    const opening = Math.max(0.5, 1 + lids * random.normal());
    for (const eye of [RIGHT_EYE_PARTS, LEFT_EYE_PARTS]) {
      for (const [upper, lower] of eye.lids) {
        for (let axis = 0; axis < 3; axis++) {
          const low = shape[3 * lower + axis]!;
          shape[3 * upper + axis] = low + opening * (shape[3 * upper + axis]! - low);
        }
      }
    }
    return shape;
  }
}
