import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import type { FaceWindow } from './face-window.js';

/** Side of the noise tile, as the kernel takes it. */
const TILE = 256;
/** What is coarser than some pixels is taken out of the tile: a box of this radius, twice. */
const COARSE = 2;
/** Samples each way over the middle of the window, and the part of the window that they span. */
const SAMPLES = 28;
const SPAN = 0.5;
/** The share of samples that is believed: the calmest ones, which lie on no edge. */
const BELIEVED = 0.5;
/** Mean of the lower half of |z| of a normal distribution. Source: its density, integrated to the median 0.6745. */
const LOWER_HALF_MEAN = 0.327;
/** Deviation of the second difference in x and y of white noise. Source: Immerkær, "Fast noise variance estimation", 1996. */
const SPATIAL = 6;
/** The strongest grain, in levels. */
const MOST = 5;
const SETTLE_S = 0.8;
/** Laid between pixels linearly, white noise loses this much: it is made stronger before. */
const BEFORE_BLEND = 1.35;

/**
 * Measures the camera's noise on the face, so that the avatar is given as much: a face cleaner than its picture looks
 * pasted. Noise is what changes both from pixel to pixel and from frame to frame; the lesser of both counts, so that the
 * avatar is never livelier than the picture.
 */
export class Grain {
  /** Address of a tile of 256 x 256 of normal noise of deviation 1, with nothing coarse in it. */
  readonly tile: number;
  /** Deviation of the noise to add, in levels of luma. */
  amount = 0;
  /** Where in the tile this frame begins: another place each frame. */
  column = 0;
  row = 0;
  readonly #pixels: Uint8Array;
  readonly #frame: FrameAt;
  readonly #before = new Uint8Array(SAMPLES * SAMPLES);
  readonly #spatial = new Uint16Array(SAMPLES * SAMPLES);
  readonly #temporal = new Uint16Array(SAMPLES * SAMPLES);
  /** The window whose places were sampled last: kept while the head is still, so that frames can be compared. */
  #places: FaceWindow | null = null;
  #isNew = true;
  #random = 1;

  constructor(kernels: Kernels, frame: FrameAt) {
    this.#frame = frame;
    this.#pixels = kernels.u8(frame.address, frame.layout.byteLength);
    const tile = kernels.f32(kernels.alloc(4 * TILE * TILE), TILE * TILE);
    this.tile = tile.byteOffset;
    for (let i = 0; i < tile.length; i += 2) {
      // Box and Muller, 1958.
      const radius = Math.sqrt(-2 * Math.log(this.#next() + 1e-9));
      const angle = 2 * Math.PI * this.#next();
      tile[i] = radius * Math.cos(angle);
      tile[i + 1] = radius * Math.sin(angle);
    }
    removeCoarse(tile);
  }

  reset(): void {
    this.#isNew = true;
    this.#places = null;
    this.amount = 0;
  }

  /** Takes in a frame, before anything is written into it. @param seconds - since the one before. */
  measure(window: FaceWindow, seconds: number): void {
    this.column = 4 * Math.floor((this.#next() * TILE) / 4);
    this.row = Math.floor(this.#next() * TILE);
    // Pixels compared over time must be the same ones: places stay until the face has left them.
    const places = this.#places;
    const isSame =
      places !== null &&
      Math.hypot(window.centreX - places.centreX, window.centreY - places.centreY) < 0.1 * places.size &&
      Math.abs(window.size - places.size) < 0.1 * places.size;
    if (!isSame) this.#places = { ...window };
    const count = this.#sample(this.#places!);
    if (count < 64 || !isSame) return;
    const spatial = lowerHalf(this.#spatial, count) / (LOWER_HALF_MEAN * SPATIAL);
    const temporal = lowerHalf(this.#temporal, count) / (LOWER_HALF_MEAN * Math.SQRT2);
    const found = Math.min(spatial, temporal, MOST) * BEFORE_BLEND;
    this.amount += (found - this.amount) * (this.#isNew ? 1 : 1 - Math.exp(-seconds / SETTLE_S));
    this.#isNew = false;
  }

  #sample({ centreX, centreY, size }: FaceWindow): number {
    const { width, height, strideY, offsetY } = this.#frame.layout;
    const pixels = this.#pixels;
    let count = 0;
    for (let row = 0; row < SAMPLES; row++) {
      const y = Math.round(centreY + size * SPAN * ((row + 0.5) / SAMPLES - 0.5));
      if (y < 1 || y > height - 2) continue;
      for (let column = 0; column < SAMPLES; column++) {
        const x = Math.round(centreX + size * SPAN * ((column + 0.5) / SAMPLES - 0.5));
        if (x < 1 || x > width - 2) continue;
        const at = offsetY + y * strideY + x;
        const upper = pixels[at - strideY - 1]! - 2 * pixels[at - strideY]! + pixels[at - strideY + 1]!;
        const here = pixels[at - 1]! - 2 * pixels[at]! + pixels[at + 1]!;
        const lower = pixels[at + strideY - 1]! - 2 * pixels[at + strideY]! + pixels[at + strideY + 1]!;
        this.#spatial[count] = Math.abs(upper - 2 * here + lower);
        this.#temporal[count] = Math.abs(pixels[at]! - this.#before[count]!);
        this.#before[count] = pixels[at]!;
        count++;
      }
    }
    return count;
  }

  /** 0 to 1. Source: Numerical Recipes' quick generator, period 2^32. */
  #next(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random / 2 ** 32;
  }
}

/**
 * Takes what changes slowly out of a tile, and brings it back to a deviation of 1. The patch has larger pixels than the
 * frame, so that its noise is coarser than the camera's: left as it is, patches of skin would flicker.
 */
function removeCoarse(tile: Float32Array): void {
  const coarse = tile.slice();
  for (const step of [1, TILE, 1, TILE]) blurLines(coarse, step);
  let squares = 0;
  for (let i = 0; i < tile.length; i++) {
    tile[i]! -= coarse[i]!;
    squares += tile[i]! ** 2;
  }
  const scale = Math.sqrt(tile.length / squares);
  for (let i = 0; i < tile.length; i++) tile[i]! *= scale;
}

/** Means along rows (`step` 1) or columns (TILE) in place; the tile repeats. */
function blurLines(tile: Float32Array, step: number): void {
  const line = new Float32Array(TILE);
  for (let start = 0; start < TILE; start++) {
    const first = step === 1 ? start * TILE : start;
    for (let i = 0; i < TILE; i++) line[i] = tile[first + i * step]!;
    for (let i = 0; i < TILE; i++) {
      let sum = 0;
      for (let k = -COARSE; k <= COARSE; k++) sum += line[(i + k + TILE) % TILE]!;
      tile[first + i * step] = sum / (2 * COARSE + 1);
    }
  }
}

/** The mean of the lesser half of some values. Sorts nothing: counts levels. */
const levels = new Uint32Array(2048);
function lowerHalf(values: Uint16Array, count: number): number {
  levels.fill(0);
  for (let i = 0; i < count; i++) levels[Math.min(values[i]!, levels.length - 1)]!++;
  let left = Math.floor(count * BELIEVED);
  const half = left;
  let sum = 0;
  for (let level = 0; left > 0; level++) {
    const taken = Math.min(left, levels[level]!);
    sum += taken * level;
    left -= taken;
  }
  return sum / half;
}
