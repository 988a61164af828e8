import { LEFT_EYE_PARTS, RIGHT_EYE_PARTS } from '../blending/expression.js';
import type { MeshPart } from '../blending/mesh-parts.js';
import type { Kernels } from '../kernels/kernels.js';
import type { TextureAt } from '../kernels/triangles.js';
import { EYE_HEIGHT, EYE_WIDTH, EyeTexture } from './eye-texture.js';
import type { Portrait } from './portrait.js';
import { LEFT_EYE_PART, RIGHT_EYE_PART } from './target-mesh.js';

/** Pixels of the picture of the mouth's inside. */
export const MOUTH_WIDTH = 160;
export const MOUTH_HEIGHT = 96;

/** The one texture that an avatar is drawn from: the portrait, and in a strip below it both eyes and the mouth's inside. */
export class AvatarAtlas {
  readonly texture: TextureAt;
  /** Where the picture of the mouth's inside begins, in pixels. */
  readonly mouthX = EYE_WIDTH;
  readonly mouthY: number;
  readonly #pixels: Uint8Array;
  readonly #eyes: readonly { eye: EyeTexture; iris: number; part: MeshPart; y: number }[];
  readonly #place = new Float32Array(2);

  /** @throws RangeError if kernel memory runs out. */
  constructor(kernels: Kernels, { texture, pictured }: Portrait) {
    const width = Math.max(texture.width, EYE_WIDTH + MOUTH_WIDTH);
    const height = texture.height + Math.max(2 * EYE_HEIGHT, MOUTH_HEIGHT);
    this.mouthY = texture.height;
    this.texture = { address: kernels.alloc(4 * width * height), width, height };
    this.#pixels = kernels.u8(this.texture.address, 4 * width * height).fill(0);
    for (let y = 0; y < texture.height; y++) {
      const row = texture.rgba.subarray(4 * y * texture.width, 4 * (y + 1) * texture.width);
      this.#pixels.set(row, 4 * y * width);
    }
    this.#eyes = [
      { parts: RIGHT_EYE_PARTS, part: RIGHT_EYE_PART, y: texture.height },
      { parts: LEFT_EYE_PARTS, part: LEFT_EYE_PART, y: texture.height + EYE_HEIGHT },
    ].map(({ parts, part, y }) => ({
      eye: new EyeTexture(pictured.texture, pictured.shape, pictured.pose, parts),
      iris: parts.iris,
      part,
      y,
    }));
  }

  /**
   * Draws both eyes as they look in a shape of the face, and tells where their edges lie in them.
   *
   * @param shape - canonical cm. @param source - (u, v, weight) of the mesh's vertices; those of the eyes are written.
   */
  drawEyes(shape: Float32Array, source: Float32Array): void {
    const place = this.#place;
    for (const { eye, iris, part, y } of this.#eyes) {
      eye.place(shape, iris, place);
      const at = 4 * y * this.texture.width;
      eye.draw(place[0]!, place[1]!, this.#pixels.subarray(at), this.texture.width);
      part.edge.forEach((point, i) => {
        eye.place(shape, point, place);
        const to = 3 * (part.first + i);
        source[to] = Math.min(Math.max(place[0]!, 1), EYE_WIDTH - 1);
        source[to + 1] = y + Math.min(Math.max(place[1]!, 1), EYE_HEIGHT - 1);
      });
    }
  }

  /** Writes a row of the mouth's inside. @param rgb - planes of MOUTH_WIDTH × MOUTH_HEIGHT floats, 0 to 255. */
  setMouth(rgb: Float32Array, red: number, green: number, blue: number): void {
    const plane = MOUTH_WIDTH * MOUTH_HEIGHT;
    for (let y = 0; y < MOUTH_HEIGHT; y++) {
      let to = 4 * ((this.mouthY + y) * this.texture.width + this.mouthX);
      for (let i = y * MOUTH_WIDTH; i < (y + 1) * MOUTH_WIDTH; i++, to += 4) {
        this.#pixels[to] = Math.min(rgb[i]! * red, 255) + 0.5;
        this.#pixels[to + 1] = Math.min(rgb[plane + i]! * green, 255) + 0.5;
        this.#pixels[to + 2] = Math.min(rgb[2 * plane + i]! * blue, 255) + 0.5;
        this.#pixels[to + 3] = 255;
      }
    }
  }
}
