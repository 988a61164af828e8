import type { Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';
import type { FaceCells } from './face-cells.js';

/** Radii of the blurs that carry the edge's differences inwards, in sides of the square, and what each counts. */
const REACHES = [
  { radius: 1 / 32, weight: 1 },
  { radius: 1 / 14, weight: 0.1 },
] as const;
/** How wide the seam is smoothed: the radius of the blur (twice) whose value falls from ½ at the edge to 1 inside. */
const DEPTH = 1 / 28;
/** Added to colours before they are divided, so that the black of a nostril or a hair is no wild ratio. */
const FLOOR = 0.04;
/** The most that a colour is multiplied or divided by, as a logarithm. */
const MOST = 1.1;
/**
 * Luma against the face's mean: within the inner pair it is skin, beyond the outer pair hair, cloth or background, which
 * must not colour the face. Shading makes the edge of a portrait's face darker than the edge of a face in a room.
 */
const USER_SKIN = { dark: 0.5, darker: 0.75, brighter: 1.35, bright: 1.7 } as const;
const AVATAR_SKIN = { dark: 0.15, darker: 0.4, brighter: 1.35, bright: 1.7 } as const;
/** Seconds over which the correction follows. */
const FOLLOW_S = 0.12;

/**
 * A thin skin stretched over the face from the colours along its edge: at the edge it makes the avatar meet the user's
 * own cheeks and forehead, inside it fades. So there is no seam, and the avatar keeps its colour. It holds ratios, as light
 * on skin does: what it lightens keeps its contrast.
 * Source: the membrane of Pérez, Gangnet, Blake, "Poisson Image Editing" (2003), with weights that fall with distance in
 * place of a solved equation, as in Farbman et al., "Coordinates for Instant Image Cloning" (2009), and made to fade.
 */
export class Membrane {
  /** Logarithms of what red, green and blue of each cell are multiplied by. */
  readonly ratios: Float32Array;
  readonly #cells: FaceCells;
  readonly #run: WearKernels;
  /** Cells of four: red, green and blue times weight, weight. */
  readonly #ring: Float32Array;
  readonly #blurred: Float32Array;
  readonly #sum: Float32Array;
  readonly #scratch: number;
  #isNew = true;

  constructor(kernels: Kernels, run: WearKernels, cells: FaceCells) {
    const { across, count } = cells;
    const quads = (): Float32Array => kernels.f32(kernels.alloc(16 * count), 4 * count);
    this.#cells = cells;
    this.#run = run;
    this.#ring = quads();
    this.#blurred = quads();
    this.#sum = quads();
    this.#scratch = kernels.alloc(16 * across * (across + 1));
    this.ratios = new Float32Array(3 * count);
  }

  reset(): void {
    this.#isNew = true;
  }

  /**
   * @param gains - what the avatar's colours are multiplied by beforehand, a plane a channel.
   * @param added - and what is added to each channel. @param seconds - since the frame before.
   */
  update(gains: Float32Array, added: Float64Array, seconds: number): void {
    this.#measureEdge(gains, added);
    this.#spread();
    this.#fade(this.#isNew ? 1 : 1 - Math.exp(-seconds / FOLLOW_S));
    this.#isNew = false;
  }

  #measureEdge(gains: Float32Array, added: Float64Array): void {
    const { user, avatar, face, shown, count } = this.#cells;
    const ring = this.#ring;
    const userMean = meanLuma(user, face);
    const avatarMean = meanLuma(avatar, face);
    for (let i = 0; i < count; i++) {
      let weight = face[i]! * (1 - shown[i]!);
      if (weight > 0) {
        weight *= likeness(lumaOf(user, i) / userMean, USER_SKIN);
        weight *= likeness(lumaOf(avatar, i) / avatarMean, AVATAR_SKIN);
      }
      ring[4 * i + 3] = weight;
      if (weight === 0) {
        ring.fill(0, 4 * i, 4 * i + 3);
        continue;
      }
      for (let channel = 0; channel < 3; channel++) {
        const at = channel * count + i;
        const lit = Math.max(avatar[at]! * gains[at]! + added[channel]!, 0);
        ring[4 * i + channel] = weight * Math.log((user[at]! + FLOOR) / (lit + FLOOR));
      }
    }
  }

  /** Near edges count most, far ones where nothing is near. */
  #spread(): void {
    const { across } = this.#cells;
    const sum = this.#sum.fill(0);
    const blurred = this.#blurred;
    for (const { radius, weight } of REACHES) {
      this.#blur(this.#ring, blurred, Math.max(1, Math.round(radius * across)));
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * blurred[i]!;
    }
  }

  #fade(rate: number): void {
    const { shown, count, across } = this.#cells;
    const { ratios } = this;
    const inside = this.#blurred.fill(0);
    for (let i = 0; i < count; i++) inside[4 * i] = shown[i]!;
    this.#blur(inside, inside, Math.max(1, Math.round(DEPTH * across)));
    for (let i = 0; i < count; i++) {
      const left = Math.min(Math.max(2 - 2 * inside[4 * i]!, 0), 1);
      const part = left * left * (3 - 2 * left);
      const weight = part / (this.#sum[4 * i + 3]! + 1e-5);
      const red = this.#sum[4 * i]! * weight;
      const green = this.#sum[4 * i + 1]! * weight;
      const blue = this.#sum[4 * i + 2]! * weight;
      // All three by one factor: each cut by itself would change the hue.
      const cut = MOST / Math.max(MOST, Math.abs(red), Math.abs(green), Math.abs(blue));
      ratios[i]! += (cut * red - ratios[i]!) * rate;
      ratios[count + i]! += (cut * green - ratios[count + i]!) * rate;
      ratios[2 * count + i]! += (cut * blue - ratios[2 * count + i]!) * rate;
    }
  }

  /** A tent: two boxes. */
  #blur(from: Float32Array, to: Float32Array, radius: number): void {
    const { across } = this.#cells;
    this.#run.boxBlur4(from.byteOffset, to.byteOffset, across, across, radius, this.#scratch);
    this.#run.boxBlur4(to.byteOffset, to.byteOffset, across, across, radius, this.#scratch);
  }
}

function lumaOf(rgb: Float32Array, i: number): number {
  const count = rgb.length / 3;
  return 0.299 * rgb[i]! + 0.587 * rgb[count + i]! + 0.114 * rgb[2 * count + i]!;
}

function meanLuma(rgb: Float32Array, weights: Float32Array): number {
  let sum = 0;
  let total = 1e-6;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]! * lumaOf(rgb, i);
    total += weights[i]!;
  }
  return Math.max(sum / total, 0.02);
}

function likeness(ratio: number, skin: typeof USER_SKIN | typeof AVATAR_SKIN): number {
  const dark = (ratio - skin.dark) / (skin.darker - skin.dark);
  const bright = (skin.bright - ratio) / (skin.bright - skin.brighter);
  return Math.min(Math.max(Math.min(dark, bright), 0), 1);
}
