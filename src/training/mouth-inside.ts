import { LIP_PAIRS, MOUTH_CORNERS } from '../blending/expression.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { AffineMatrix, Kernels } from '../kernels/kernels.js';
import { type AvatarAtlas, MOUTH_HEIGHT, MOUTH_WIDTH } from './avatar-atlas.js';
import type { LightMatch } from './light-match.js';
import { MOUTH_PART } from './target-mesh.js';

/** Pixels of the picture that are left about the mouth, both sides together. */
const SPARE = 16;
/** The user's mouth is read from this much further in than the tracked edge of the lips. */
const LIP_INSET = 0.14;
/** How far the mouth's inside goes from the user's brightness and colour to the avatar's. */
const MOUTH_EXPOSURE = 0.3;
const MOUTH_COLOUR = 0.5;

/** The inside of the user's mouth (teeth, tongue and dark, as they are), read from a frame into the avatar's atlas. */
export class MouthInside {
  readonly #kernels: Kernels;
  readonly #atlas: AvatarAtlas;
  readonly #source: Float32Array;
  readonly #finest: number;
  readonly #rgb: Float32Array;

  /**
   * @param source - (u, v, weight) of the target mesh's vertices; those of the mouth are written.
   * @param finest - the most pixels of the atlas for one of the target.
   * @throws RangeError if kernel memory runs out.
   */
  constructor(kernels: Kernels, atlas: AvatarAtlas, source: Float32Array, finest: number) {
    this.#kernels = kernels;
    this.#atlas = atlas;
    this.#source = source;
    this.#finest = finest;
    this.#rgb = kernels.f32(kernels.alloc(12 * MOUTH_WIDTH * MOUTH_HEIGHT), 3 * MOUTH_WIDTH * MOUTH_HEIGHT);
  }

  /**
   * @param toFrame - from pixels of the target, `side` × `side`, to the frame.
   * @param user - the user's points in pixels of the target. @param light - measured on this frame.
   */
  read(frame: FrameAt, toFrame: AffineMatrix, side: number, user: Float32Array, light: LightMatch): void {
    let [left, top, right, bottom] = [side, side, 0, 0];
    for (const point of MOUTH_PART.edge) {
      left = Math.min(left, user[3 * point]!);
      right = Math.max(right, user[3 * point]!);
      top = Math.min(top, user[3 * point + 1]!);
      bottom = Math.max(bottom, user[3 * point + 1]!);
    }
    const x = (left + right) / 2;
    const y = (top + bottom) / 2;
    const scale = Math.min(
      (MOUTH_WIDTH - SPARE) / Math.max(right - left, 1),
      (MOUTH_HEIGHT - SPARE) / Math.max(bottom - top, 1),
      this.#finest,
    );
    const [a, b, c, d, e, f] = toFrame;
    const fromX = x - MOUTH_WIDTH / 2 / scale;
    const fromY = y - MOUTH_HEIGHT / 2 / scale;
    this.#kernels.cropToTensor(
      frame,
      [a / scale, b / scale, a * fromX + b * fromY + c, d / scale, e / scale, d * fromX + e * fromY + f],
      MOUTH_WIDTH,
      MOUTH_HEIGHT,
      1,
      0,
      this.#rgb.byteOffset,
    );
    // Drawn like skin, it will be lit like skin: that is taken off beforehand, for it is lit already.
    // Its colour goes half the way from the user's skin to the avatar's: a painting's teeth are painted, too.
    const exposure = Math.min(Math.max(Math.exp(-MOUTH_EXPOSURE * light.brightness), 0.75), 1.35);
    const gain = exposure / light.gain((2 * x) / side - 1, (2 * y) / side - 1);
    const red = light.red(-MOUTH_COLOUR) / light.red();
    const blue = light.blue(-MOUTH_COLOUR) / light.blue();
    this.#atlas.setMouth(this.#rgb, gain * red, gain, gain * blue);
    this.#placeLips(user, x, y, scale);
  }

  #placeLips(user: Float32Array, x: number, y: number, scale: number): void {
    const put = (vertex: number, px: number, py: number): void => {
      this.#source[3 * vertex] = this.#atlas.mouthX + MOUTH_WIDTH / 2 + (px - x) * scale;
      this.#source[3 * vertex + 1] = this.#atlas.mouthY + MOUTH_HEIGHT / 2 + (py - y) * scale;
    };
    MOUTH_CORNERS.forEach((point, i) => {
      const px = user[3 * point]!;
      put(MOUTH_PART.first + i, px + LIP_INSET * (x - px) * 0.4, user[3 * point + 1]!);
    });
    LIP_PAIRS.forEach(([upper, lower], i) => {
      const dx = LIP_INSET * (user[3 * lower]! - user[3 * upper]!);
      const dy = LIP_INSET * (user[3 * lower + 1]! - user[3 * upper + 1]!);
      const first = MOUTH_PART.first + MOUTH_CORNERS.length + 2 * i;
      put(first, user[3 * upper]! + dx, user[3 * upper + 1]! + dy);
      put(first + 1, user[3 * lower]! - dx, user[3 * lower + 1]! - dy);
    });
  }
}
