import type { I420Layout } from '../../frame/i420.js';
import type { FaceRegion } from '../../inference/face-region.js';
import { movePoint, type Pose } from './known-motion.js';
import { SensorNoise } from './sensor-noise.js';

/** Half the side of the part that moves, in sizes of the region: the crop's corners, and a frame's motion beyond. */
const REACH = 0.85;

/**
 * A still picture of a face, moved by known amounts at sub-pixel accuracy and given a camera's noise: the truth that
 * trackers are measured against. Only the face and what surrounds it moves; the rest stays as it is.
 */
export class MovingPicture {
  readonly #still: Uint8Array;
  readonly #layout: I420Layout;
  readonly #face: FaceRegion;
  readonly #sigma: number;
  readonly #noise: SensorNoise;

  /**
   * @param still - I420; kept. @param face - the face's region in it; motions are about its centre.
   * @param sigma - noise of the luma in 8-bit steps; chroma gets two thirds of it.
   */
  constructor(still: Uint8Array, layout: I420Layout, face: FaceRegion, sigma: number, seed = 7) {
    this.#still = still;
    this.#layout = layout;
    this.#face = face;
    this.#sigma = sigma;
    this.#noise = new SensorNoise(seed);
  }

  /** The point that turns and zooms leave in place. */
  get about(): { x: number; y: number } {
    return { x: this.#face.centerX, y: this.#face.centerY };
  }

  /** Writes the picture in a pose, with fresh noise. @param into - `layout.byteLength` bytes. */
  render(pose: Pose, into: Uint8Array): void {
    const { width, height, strideUV, heightUV, offsetU, offsetV } = this.#layout;
    into.set(this.#still);
    const isMoved = pose.shiftX !== 0 || pose.shiftY !== 0 || pose.turn !== 0 || pose.zoom !== 1;
    if (isMoved) {
      this.#movePlane(pose, into, 0, width, height, 1);
      this.#movePlane(pose, into, offsetU, strideUV, heightUV, 2);
      this.#movePlane(pose, into, offsetV, strideUV, heightUV, 2);
    }
    this.#noise.add(into.subarray(0, offsetU), this.#sigma);
    this.#noise.add(into.subarray(offsetU), (this.#sigma * 2) / 3);
  }

  /** Moves one plane whose pixels are `pitch` luma pixels wide, by Catmull-Rom interpolation. */
  #movePlane(pose: Pose, into: Uint8Array, offset: number, width: number, height: number, pitch: number): void {
    const { about } = this;
    const centre = movePoint(pose, about, about.x, about.y);
    const reach = REACH * this.#face.size * pose.zoom;
    const left = Math.max(0, Math.floor((centre.x - reach) / pitch));
    const right = Math.min(width, Math.ceil((centre.x + reach) / pitch));
    const top = Math.max(0, Math.floor((centre.y - reach) / pitch));
    const bottom = Math.min(height, Math.ceil((centre.y + reach) / pitch));
    const cos = Math.cos(pose.turn) / pose.zoom;
    const sin = Math.sin(pose.turn) / pose.zoom;
    const source = this.#still.subarray(offset, offset + width * height);
    for (let y = top; y < bottom; y++) {
      const dy = (y + 0.5) * pitch - centre.y;
      for (let x = left; x < right; x++) {
        const dx = (x + 0.5) * pitch - centre.x;
        const u = (about.x + cos * dx + sin * dy) / pitch - 0.5;
        const v = (about.y - sin * dx + cos * dy) / pitch - 0.5;
        into[offset + y * width + x] = sampleCubic(source, width, height, u, v);
      }
    }
  }
}

/** A plane's value between its pixels, edges repeated. Source: Keys, Cubic convolution interpolation (1981), a = -1/2. */
function sampleCubic(plane: Uint8Array, width: number, height: number, u: number, v: number): number {
  const x0 = Math.floor(u);
  const y0 = Math.floor(v);
  const s = u - x0;
  const w0 = ((-0.5 * s + 1) * s - 0.5) * s;
  const w1 = (1.5 * s - 2.5) * s * s + 1;
  const w2 = ((-1.5 * s + 2) * s + 0.5) * s;
  const w3 = (0.5 * s - 0.5) * s * s;
  const c0 = clamp(x0 - 1, width);
  const c1 = clamp(x0, width);
  const c2 = clamp(x0 + 1, width);
  const c3 = clamp(x0 + 2, width);
  const t = v - y0;
  let sum = 0;
  for (let j = -1; j <= 2; j++) {
    const row = clamp(y0 + j, height) * width;
    const across = w0 * plane[row + c0]! + w1 * plane[row + c1]! + w2 * plane[row + c2]! + w3 * plane[row + c3]!;
    sum += cubic(Math.abs(t - j)) * across;
  }
  return Math.min(255, Math.max(0, sum + 0.5));
}

function cubic(d: number): number {
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at < size ? at : size - 1;
}
