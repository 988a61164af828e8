import { CELL, type FaceCells } from './face-cells.js';
import { type Oklab, oklabToRgb, rgbToOklab } from './oklab.js';

/**
 * Of a difference in lightness or colour first seen, the part that is put down to the room's light; the rest is skin.
 * Networks learn a part of this from their pictures already: what is seen here is what they have left.
 */
const DARKER_SHARE = 0.15;
const BRIGHTER_SHARE = 0.05;
const TINT_SHARE = 0.05;
/** How far a first look may go: in the logarithm of lightness, and in chroma. */
const MOST_LEVEL = 0.45;
const MOST_TINT = 0.025;
/** Seconds after which a change of light has turned into the skin's own colour again: as slow as eyes adapt. */
const SKIN_S = 40;
/** Seconds to follow: small changes (a smile, a nod) slowly, large ones (a lamp) at once. */
const CALM_S = 0.5;
const QUICK_S = 0.1;
/** Changes of the logarithm of lightness that count as small, as large. */
const CHANGE = [0.02, 0.1] as const;
/** Cells darker or brighter than the face's mean by these are no skin: hair, glasses, a light. */
const SKIN_RANGE = [0.72, 1.3] as const;
/** Part of the side light, and of other shading, that is carried over; and the most of both together. */
const SIDE_SHARE = 0.2;
const SHADE_SHARE = 0.1;
const MOST_SHADE = 0.35;
const CONTRAST_SHARE = 0.1;
const MOST_CONTRAST = 1.15;
/** sRGB values go with the 1/2.2th power of light, lightness with its cube root. */
const ENCODED = 3 / 2.2;
/** Terms of the shading: 1, x, y, x·y, x². */
const TERMS = 5;
/** Cells beside the shown ones that are lit as well. */
const BESIDE = 2;
/** Keeps the fit calm where little of the face is seen. */
const RIDGE = 0.02;

/**
 * Works out how the avatar looks in the room's light: gains and offsets of its red, green and blue.
 *
 * What differs between the user's face and the avatar's is partly light and partly skin. At first sight it is shared out;
 * from then on the skin stays as it is and every change is light. So a lamp that goes on lights the avatar too, and dark
 * skin stays dark. Shading is a smooth surface fitted to lightness ratios: a side light, but no brow and no beard.
 */
export class LightMatch {
  /** Gains of red, green, blue for each cell in which the avatar is shown, and some beside them. */
  readonly gains: Float32Array;
  /** What is added to red, green, blue everywhere, 0 to 1: contrast round the mean. */
  readonly offsets = new Float64Array(3);
  /** The gain of the face as a whole, all channels together. */
  gain = 1;
  /** Level, chroma a and b of the light, contrast, then the shading's terms but the first. */
  readonly #light = new Float64Array(4 + TERMS - 1);
  readonly #seen = new Float64Array(4 + TERMS - 1);
  /** What is skin: the logarithm of lightness, a and b. */
  readonly #skin = new Float64Array(3);
  #isNew = true;
  readonly #lab: Oklab = { l: 0, a: 0, b: 0 };
  readonly #userLightness: Float32Array;
  readonly #avatarLightness: Float32Array;
  readonly #weights: Float32Array;
  readonly #normal = new Float64Array(TERMS * (TERMS + 1));
  readonly #terms = new Float64Array(TERMS);
  readonly #from = new Float64Array(3);
  readonly #to = new Float64Array(3);
  readonly #avatarMean: Oklab = { l: 0, a: 0, b: 0 };
  readonly #userMean: Oklab = { l: 0, a: 0, b: 0 };
  #avatarSpread = 0;
  #userSpread = 0;

  constructor(readonly cells: FaceCells) {
    this.gains = new Float32Array(3 * cells.count).fill(1);
    this.#userLightness = new Float32Array(cells.count);
    this.#avatarLightness = new Float32Array(cells.count);
    this.#weights = new Float32Array(cells.count);
  }

  reset(): void {
    this.#isNew = true;
  }

  /** Takes in the cells of a frame. @param seconds - since the frame before. @returns false if no skin is seen. */
  update(seconds: number): boolean {
    if (!this.#average()) return false;
    this.#observe();
    this.#shade();
    this.#follow(seconds);
    this.#plan();
    return true;
  }

  /** Mean colours of both faces over what is skin in both. Every other cell each way: they hardly differ. */
  #average(): boolean {
    const { cells } = this;
    const { user, avatar, count, face, across } = cells;
    const weights = this.#weights.fill(0);
    let [sumUser, sumAvatar, sum] = [0, 0, 0];
    for (let y = 0; y < across; y += 2) {
      for (let x = 0; x < across; x += 2) {
        const i = y * across + x;
        const weight = face[i]!;
        if (weight < 0.5) continue;
        weights[i] = weight;
        this.#userLightness[i] = rgbToOklab(user[i]!, user[count + i]!, user[2 * count + i]!, this.#lab).l;
        this.#avatarLightness[i] = rgbToOklab(avatar[i]!, avatar[count + i]!, avatar[2 * count + i]!, this.#lab).l;
        sumUser += weight * this.#userLightness[i]!;
        sumAvatar += weight * this.#avatarLightness[i]!;
        sum += weight;
      }
    }
    if (sum < 8) return false;
    for (let i = 0; i < count; i++) {
      if (weights[i] === 0) continue;
      const u = (this.#userLightness[i]! * sum) / sumUser;
      const a = (this.#avatarLightness[i]! * sum) / sumAvatar;
      const isSkin = u > SKIN_RANGE[0] && u < SKIN_RANGE[1] && a > SKIN_RANGE[0] && a < SKIN_RANGE[1];
      if (!isSkin) weights[i] = 0;
    }
    this.#userSpread = this.#meanOf(user, this.#userLightness, this.#userMean);
    this.#avatarSpread = this.#meanOf(avatar, this.#avatarLightness, this.#avatarMean);
    return this.#userSpread >= 0 && this.#avatarSpread >= 0 && this.#userMean.l > 0.02 && this.#avatarMean.l > 0.02;
  }

  /** Writes the mean colour and returns the deviation of lightness; −1 if there is nothing to average. */
  #meanOf(rgb: Float32Array, lightness: Float32Array, into: Oklab): number {
    const { count } = this.cells;
    let [r, g, b, l, squares, sum] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const weight = this.#weights[i]!;
      if (weight === 0) continue;
      r += weight * rgb[i]!;
      g += weight * rgb[count + i]!;
      b += weight * rgb[2 * count + i]!;
      l += weight * lightness[i]!;
      squares += weight * lightness[i]! ** 2;
      sum += weight;
    }
    if (sum < 4) return -1;
    rgbToOklab(r / sum, g / sum, b / sum, into);
    return Math.sqrt(Math.max(0, squares / sum - (l / sum) ** 2));
  }

  /** What this frame shows of light and skin together. */
  #observe(): void {
    const user = this.#userMean;
    const avatar = this.#avatarMean;
    const seen = this.#seen;
    seen[0] = Math.log(user.l / avatar.l);
    // Chroma goes with lightness: compared as if both were equally light.
    seen[1] = user.a * (avatar.l / user.l) - avatar.a;
    seen[2] = user.b * (avatar.l / user.l) - avatar.b;
    const contrast = (this.#userSpread / user.l + 0.03) / (this.#avatarSpread / avatar.l + 0.03);
    seen[3] = Math.min(Math.max(contrast ** CONTRAST_SHARE, 1 / MOST_CONTRAST), MOST_CONTRAST);
  }

  /** Fits the shading's terms to the logarithm of lightness ratios by least squares. */
  #shade(): void {
    const { across, count } = this.cells;
    const normal = this.#normal.fill(0);
    const terms = this.#terms;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const weight = this.#weights[i]!;
      if (weight === 0) continue;
      writeTerms(i % across, Math.floor(i / across), across, terms);
      const ratio = Math.log(this.#userLightness[i]! / this.#avatarLightness[i]!);
      for (let row = 0; row < TERMS; row++) {
        const at = row * (TERMS + 1);
        for (let column = 0; column < TERMS; column++) normal[at + column]! += weight * terms[row]! * terms[column]!;
        normal[at + TERMS]! += weight * terms[row]! * ratio;
      }
      sum += weight;
    }
    for (let row = 1; row < TERMS; row++) normal[row * (TERMS + 2)]! += RIDGE * sum;
    solve(normal, TERMS);
    for (let term = 1; term < TERMS; term++) this.#seen[3 + term] = normal[term * (TERMS + 1) + TERMS]!;
  }

  #follow(seconds: number): void {
    const light = this.#light;
    const seen = this.#seen;
    const skin = this.#skin;
    if (this.#isNew) {
      this.#isNew = false;
      for (let i = 0; i < 3; i++) skin[i] = seen[i]! - firstShare(i, seen[i]!);
      light.set(seen);
      for (let i = 0; i < 3; i++) light[i]! -= skin[i]!;
      return;
    }
    const settling = 1 - Math.exp(-seconds / SKIN_S);
    for (let i = 0; i < 3; i++) skin[i]! += (seen[i]! - firstShare(i, seen[i]!) - skin[i]!) * settling;
    for (let i = 0; i < light.length; i++) {
      const change = seen[i]! - (i < 3 ? skin[i]! : 0) - light[i]!;
      const size = Math.min(Math.max((Math.abs(change) - CHANGE[0]) / (CHANGE[1] - CHANGE[0]), 0), 1);
      const after = CALM_S + (QUICK_S - CALM_S) * size;
      light[i]! += change * (1 - Math.exp(-seconds / after));
    }
  }

  /** The gains that carry the avatar's mean colour to what it is in this light, times the shading of each cell. */
  #plan(): void {
    const { across, count } = this.cells;
    const [level = 0, a = 0, b = 0, contrast = 1, x1 = 0, y1 = 0, xy = 0, xx = 0] = this.#light;
    const mean = this.#avatarMean;
    const times = Math.exp(level);
    oklabToRgb(mean, this.#from);
    this.#lab.l = mean.l * times;
    this.#lab.a = (mean.a + a) * times;
    this.#lab.b = (mean.b + b) * times;
    oklabToRgb(this.#lab, this.#to);
    for (let channel = 0; channel < 3; channel++) {
      this.offsets[channel] = (1 - contrast) * this.#to[channel]!;
    }
    const gainRed = (contrast * this.#to[0]!) / Math.max(this.#from[0]!, 0.02);
    const gainGreen = (contrast * this.#to[1]!) / Math.max(this.#from[1]!, 0.02);
    const gainBlue = (contrast * this.#to[2]!) / Math.max(this.#from[2]!, 0.02);
    this.gain = (gainRed + gainGreen + gainBlue) / 3;
    const terms = this.#terms;
    const { gains } = this;
    // What is face but not shown counts at the seam.
    const { left, top, right, bottom } = this.cells.box;
    const endRow = Math.min(bottom / CELL + BESIDE, across);
    const endColumn = Math.min(right / CELL + BESIDE, across);
    for (let row = Math.max(top / CELL - BESIDE, 0); row < endRow; row++) {
      for (let column = Math.max(left / CELL - BESIDE, 0); column < endColumn; column++) {
        writeTerms(column, row, across, terms);
        const shade = SIDE_SHARE * x1 * terms[1]! + SHADE_SHARE * (y1 * terms[2]! + xy * terms[3]! + xx * terms[4]!);
        const gain = Math.exp(ENCODED * MOST_SHADE * Math.tanh(shade / MOST_SHADE));
        const i = row * across + column;
        gains[i] = gainRed * gain;
        gains[count + i] = gainGreen * gain;
        gains[2 * count + i] = gainBlue * gain;
      }
    }
  }
}

/** The part of a difference first seen that counts as light. */
function firstShare(index: number, difference: number): number {
  if (index > 0) return MOST_TINT * Math.tanh((TINT_SHARE * difference) / MOST_TINT);
  const share = difference < 0 ? DARKER_SHARE : BRIGHTER_SHARE;
  return MOST_LEVEL * Math.tanh((share * difference) / MOST_LEVEL);
}

/** 1, x, y, x·y, x² with x and y from −1 to 1 over the square, each but the first about 0 over a face in its middle. */
function writeTerms(column: number, row: number, across: number, into: Float64Array): void {
  const x = (2 * column + 1) / across - 1;
  const y = (2 * row + 1) / across - 1;
  into[0] = 1;
  into[1] = x;
  into[2] = y;
  into[3] = x * y;
  into[4] = x * x - 0.1;
}

/** Solves a symmetric positive system in place; row-major with the right side as last column, which becomes the answer. */
function solve(system: Float64Array, size: number): void {
  const stride = size + 1;
  for (let pivot = 0; pivot < size; pivot++) {
    const scale = 1 / system[pivot * stride + pivot]!;
    for (let column = pivot; column < stride; column++) system[pivot * stride + column]! *= scale;
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = system[row * stride + pivot]!;
      for (let column = pivot; column < stride; column++) {
        system[row * stride + column]! -= factor * system[pivot * stride + column]!;
      }
    }
  }
}
