import { roughenBlocks } from './blocks.js';
import { paintCover } from './cover.js';
import type { Random } from './random.js';
import { type Placement, resample } from './resample.js';
import { GUIDE_CHANNELS, sideOf, TARGET_CHANNELS, type TrainingSet, WEIGHT_ONE } from './training-set.js';

/** How much the mask counts, beside a colour of weight 1. */
const MASK_WEIGHT = 0.5;

/** Grain is drawn from a table: a normal number a pixel would take longer than all the rest. */
const GRAINS = 1 << 16;

/** How samples vary; each is the most that it does, or how often it happens. Zero everywhere is the pictures as they are. */
export interface Variation {
  /** Radians; a share of the size; a share of the margin. Input, guide and target alike. */
  readonly turn: number;
  readonly scale: number;
  readonly shift: number;
  /** The input alone, against its target, in pixels: the tracker's error. */
  readonly misalignment: number;
  /** Shares of the light, of each colour's light, of the exponent; an offset; the light's change across the picture. */
  readonly gain: number;
  readonly colour: number;
  readonly gamma: number;
  readonly offset: number;
  readonly shading: number;
  /** Deviation of the sensor's grain, 0..1. */
  readonly noise: number;
  /** How often the input is blurred, is compressed, and is partly covered. */
  readonly blurred: number;
  readonly compressed: number;
  readonly covered: number;
}

/** What the sensor, the light, the call's compression and the tracker do to a face in practice, and somewhat more. */
export const usualVariation: Variation = {
  turn: 0.09,
  scale: 0.07,
  shift: 0.4,
  misalignment: 0.4,
  gain: 0.25,
  colour: 0.08,
  gamma: 0.2,
  offset: 0.05,
  shading: 0.3,
  noise: 0.03,
  blurred: 0.3,
  compressed: 0.25,
  covered: 0.35,
};

/** The pictures as they are. */
export const noVariation: Variation = {
  turn: 0,
  scale: 0,
  shift: 0,
  misalignment: 0,
  gain: 0,
  colour: 0,
  gamma: 0,
  offset: 0,
  shading: 0,
  noise: 0,
  blurred: 0,
  compressed: 0,
  covered: 0,
};

/** Where a sample goes: planes of floats, the tensors of one image. */
export interface SamplePlanes {
  /** [3, size, size]: red, green, blue, 0..1. */
  readonly face: Float32Array;
  /** [4, size, size]: red, green, blue and coverage of the guide, 0..1. */
  readonly guide: Float32Array;
  /** [4, size, size]: red, green, blue, mask, 0..1. */
  readonly target: Float32Array;
  /** [4, size, size]: what each value of the target counts. */
  readonly weight: Float32Array;
}

/** Draws varied samples from a training set into tensors. One belongs to one thread. */
export class Sampler {
  readonly #set: TrainingSet;
  readonly #variation: Variation;
  readonly #curves = new Float32Array(3 * 256);
  /** Colours and mask to 0..1, the weight to 0..3. */
  readonly #targetCurves: Float32Array;
  readonly #guideCurves = Float32Array.from({ length: GUIDE_CHANNELS * 256 }, (_, index) => (index & 255) / 255);
  readonly #planes: Float32Array;
  readonly #spare: Float32Array;
  readonly #grains: Float32Array;

  /** @param random - decides the table of grain. */
  constructor(set: TrainingSet, variation: Variation, random: Random) {
    const area = set.size * set.size;
    this.#set = set;
    this.#variation = variation;
    this.#targetCurves = Float32Array.from({ length: TARGET_CHANNELS * 256 }, (_, index) => {
      return (index & 255) / (index >> 8 < 4 ? 255 : WEIGHT_ONE);
    });
    this.#planes = new Float32Array(TARGET_CHANNELS * area);
    this.#spare = new Float32Array(area);
    this.#grains = Float32Array.from({ length: variation.noise > 0 ? GRAINS : 0 }, () => random.normal());
  }

  /** Fills one image's tensors with picture `index` of the set, varied by `random`. */
  sample(index: number, random: Random, { face, guide, target, weight }: SamplePlanes): void {
    const { size } = this.#set;
    const area = size * size;
    const side = sideOf(this.#set);
    const placement = this.#placement(random);
    const targetPicture = {
      bytes: this.#set.targets,
      offset: index * side * side * TARGET_CHANNELS,
      side,
      channels: TARGET_CHANNELS,
    };
    resample(targetPicture, placement, this.#targetCurves, this.#planes, size);
    target.set(this.#planes.subarray(0, 4 * area));
    const counts = this.#planes.subarray(4 * area);
    for (let channel = 0; channel < 3; channel++) weight.set(counts, channel * area);
    weight.fill(MASK_WEIGHT, 3 * area, 4 * area);
    const guidePicture = {
      bytes: this.#set.guides,
      offset: index * side * side * GUIDE_CHANNELS,
      side,
      channels: GUIDE_CHANNELS,
    };
    resample(guidePicture, placement, this.#guideCurves, guide, size);
    this.#setCurves(random);
    const facePicture = { bytes: this.#set.inputs, offset: index * side * side * 3, side, channels: 3 };
    resample(facePicture, this.#misaligned(placement, random), this.#curves, face, size);
    this.#vary(random, { face, guide, target, weight });
  }

  #placement(random: Random): Placement {
    const { turn, scale, shift } = this.#variation;
    return {
      turn: random.spread(turn),
      scale: 1 + random.spread(scale),
      shiftX: random.spread(shift) * this.#set.margin,
      shiftY: random.spread(shift) * this.#set.margin,
    };
  }

  #misaligned(placement: Placement, random: Random): Placement {
    const { misalignment } = this.#variation;
    return {
      ...placement,
      shiftX: placement.shiftX + random.spread(misalignment),
      shiftY: placement.shiftY + random.spread(misalignment),
    };
  }

  /** Light, colour and gamma in one table a channel: what each byte of the input becomes. */
  #setCurves(random: Random): void {
    const { gain, colour, gamma, offset } = this.#variation;
    const exponent = 2 ** random.spread(gamma);
    const light = 1 + random.spread(gain);
    const dark = random.spread(offset);
    for (let channel = 0; channel < 3; channel++) {
      const amount = light * (1 + random.spread(colour));
      for (let byte = 0; byte < 256; byte++) {
        this.#curves[channel * 256 + byte] = amount * (byte / 255) ** exponent + dark;
      }
    }
  }

  #vary(random: Random, planes: SamplePlanes): void {
    const { shading, noise, blurred, compressed, covered } = this.#variation;
    const { face } = planes;
    const { size } = this.#set;
    const area = size * size;
    if (random.chance(covered)) this.#cover(random, planes);
    if (random.chance(blurred)) {
      const amount = random.between(0, 0.33);
      for (let channel = 0; channel < 3; channel++)
        this.#blur(face.subarray(channel * area, (channel + 1) * area), amount);
    }
    if (shading > 0) shade(face, size, random.spread(shading), random.spread(shading));
    if (noise > 0) this.#addGrain(face, random.between(0, noise), random);
    if (random.chance(compressed)) {
      const [left, top, coarseness] = [random.below(8), random.below(8), random.between(0.01, 0.06)];
      for (let channel = 0; channel < 3; channel++) {
        roughenBlocks(face.subarray(channel * area, (channel + 1) * area), size, coarseness, left, top);
      }
    }
    for (let i = 0; i < face.length; i++) face[i] = Math.min(Math.max(face[i]!, 0), 1);
  }

  /** Something in front of the face: there the mask is to be 0, and the colours behind it do not matter. */
  #cover(random: Random, { face, target, weight }: SamplePlanes): void {
    const { size } = this.#set;
    const area = size * size;
    const cover = this.#spare;
    paintCover(face, cover, size, random);
    for (let i = 0; i < area; i++) {
      const shown = 1 - cover[i]!;
      target[3 * area + i]! *= shown;
      for (let at = i; at < 3 * area; at += area) weight[at]! *= shown;
    }
  }

  /** A pixel takes `amount` from each neighbour, along rows and then along columns; the edges stay. */
  #blur(plane: Float32Array, amount: number): void {
    const { size } = this.#set;
    const along = this.#spare;
    along.set(plane);
    const keep = 1 - 2 * amount;
    for (let y = 0; y < size; y++) {
      for (let i = y * size + 1; i < (y + 1) * size - 1; i++) {
        along[i] = plane[i]! * keep + (plane[i - 1]! + plane[i + 1]!) * amount;
      }
    }
    for (let i = size; i < size * (size - 1); i++) {
      plane[i] = along[i]! * keep + (along[i - size]! + along[i + size]!) * amount;
    }
  }

  #addGrain(face: Float32Array, deviation: number, random: Random): void {
    let grain = random.below(GRAINS);
    for (let i = 0; i < face.length; i++) {
      face[i]! += this.#grains[grain]! * deviation;
      grain = (grain + 1) & (GRAINS - 1);
    }
  }
}

/** Light that falls from a side: brighter by up to `along` to the right and by up to `down` at the bottom. */
function shade(face: Float32Array, size: number, along: number, down: number): void {
  const area = size * size;
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const light = 1 + (along * (2 * x - size) + down * (2 * y - size)) / size;
      for (let at = i; at < 3 * area; at += area) face[at]! *= light;
    }
  }
}
