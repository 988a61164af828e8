import type { I420Layout } from '../frame/i420.js';

/** Points of the face mesh that are looked at: every third, spread over brows, eyes, nose, mouth and cheeks. */
const STEP = 3;
const MESH_POINTS = 468;
/** Fewer of them inside the picture, and what is seen of the face is too little to judge. */
const LEAST = 24;
/** This part of the places must have changed. A hand before the face is left as it is, and most of a face is still seen. */
const COVERED = 0.5;

/**
 * Whether the avatar did cover the face, judged from the pixels alone: an effect that blends nothing (an empty mask, a
 * network that gives rubbish) leaves the user's own face in the frame, and says that all is well. Looks at the luma under
 * the face's points before and after.
 */
export class CoverCheck {
  readonly #places = new Int32Array(Math.ceil(MESH_POINTS / STEP));
  readonly #before = new Uint8Array(this.#places.length);
  #count = 0;

  /** Before the effect blends. @param points - (x, y, z) of the face's points in pixels of the frame. */
  look(pixels: Uint8Array, { offsetY, strideY, width, height }: I420Layout, points: Float32Array): void {
    this.#count = 0;
    for (let point = 0; point < MESH_POINTS; point += STEP) {
      const x = Math.floor(points[3 * point]!);
      const y = Math.floor(points[3 * point + 1]!);
      if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
      const place = offsetY + y * strideY + x;
      this.#places[this.#count] = place;
      this.#before[this.#count] = pixels[place]!;
      this.#count++;
    }
  }

  /** After it has blended into the same pixels. */
  isCovered(pixels: Uint8Array): boolean {
    if (this.#count < LEAST) return false;
    let changed = 0;
    for (let at = 0; at < this.#count; at++) if (pixels[this.#places[at]!] !== this.#before[at]) changed++;
    return changed >= COVERED * this.#count;
  }
}
