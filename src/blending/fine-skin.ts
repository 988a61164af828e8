import type { Kernels } from '../kernels/kernels.js';
import { DrawnMesh, type TextureAt } from '../kernels/triangles.js';
import { canonicalFace, MESH_POINTS } from './canonical-face.js';
import type { PatchDetail } from './face-patch.js';
import { type FaceWindow, frameToTensor, mapPoints } from './face-window.js';
import type { RestingShape } from './resting-shape.js';
import { Retargeter } from './retarget.js';
import { NO_DETAIL } from './skin-detail.js';

/** Detail for one scale of the patch, so that what is drawn small does not glitter. */
export interface DetailTexture {
  /** Pixels of the patch a pixel of the network: 2, 3, ... */
  readonly times: number;
  readonly width: number;
  readonly height: number;
  /** Bytes about NO_DETAIL. */
  readonly data: Uint8Array;
}

/** A portrait's fine skin, and what is known of the shapes that it is moved by. */
export interface SkinTextures {
  readonly textures: readonly DetailTexture[];
  /** Where the portrait's points lie: MESH_POINTS × (u, v), shares of a texture's width and height. */
  readonly places: Float32Array;
  /** The avatar's face at rest, MESH_POINTS × (x, y, z) in canonical cm. */
  readonly avatar: Float32Array;
}

/** All of it would be as sharp as a still; a camera that records motion is a little softer. */
const STRENGTH = 0.8;

/**
 * The skin's own grain and lines, too fine for the network: the portrait's, drawn over the mesh where the user's face
 * moves it. Fades in as the shape of the user's face becomes known: before, it would lie beside the features.
 */
export class FineSkin {
  readonly #mesh: DrawnMesh;
  readonly #textures: readonly (TextureAt & { readonly times: number })[];
  readonly #places: Float32Array;
  readonly #resting: RestingShape;
  readonly #retargeter: Retargeter;
  readonly #points = new Float32Array(3 * MESH_POINTS);
  readonly #out: Uint8Array;
  readonly #square: number;
  readonly #detail: { address: number; strength: number };

  /**
   * @param resting - the user's face at rest; whoever draws keeps it up to date.
   * @param square - pixels a side of the network; `largest` - of the largest patch.
   */
  constructor(kernels: Kernels, skin: SkinTextures, resting: RestingShape, square: number, largest: number) {
    this.#square = square;
    this.#mesh = new DrawnMesh(kernels, MESH_POINTS, canonicalFace().triangles);
    this.#textures = skin.textures.map(({ times, width, height, data }) => {
      const address = kernels.alloc(data.length);
      kernels.u8(address, data.length).set(data);
      return { times, width, height, address };
    });
    this.#places = skin.places;
    this.#resting = resting;
    this.#retargeter = new Retargeter(this.#resting.shape, skin.avatar);
    this.#out = kernels.u8(kernels.alloc(largest * largest), largest * largest);
    this.#detail = { address: this.#out.byteOffset, strength: 0 };
  }

  /**
   * Draws the detail for a patch of `side` pixels.
   *
   * @param points - the user's, (x, y, z) in pixels of the frame. @param strength - 1 as in the portrait's own light.
   * @returns what to add; null if there is none at this scale, or the face is not known yet.
   */
  draw(points: Float32Array, window: FaceWindow, side: number, strength: number): PatchDetail | null {
    const times = side / this.#square;
    const texture = this.#textures.find((one) => one.times === times);
    const { confidence } = this.#resting;
    if (!texture || confidence === 0) return null;
    this.#retargeter.apply(points, this.#points);
    mapPoints(frameToTensor(window, side), this.#points);
    const mesh = this.#mesh;
    mesh.points.set(this.#points);
    for (let i = 0; i < MESH_POINTS; i++) {
      mesh.source[3 * i] = this.#places[2 * i]! * texture.width;
      mesh.source[3 * i + 1] = this.#places[2 * i + 1]! * texture.height;
    }
    mesh.sort();
    this.#out.fill(NO_DETAIL, 0, side * side);
    mesh.drawU8(texture, { address: this.#out.byteOffset, width: side, height: side });
    this.#detail.strength = STRENGTH * strength * confidence;
    return this.#detail;
  }
}
