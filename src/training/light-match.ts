import { SKIN_POINTS } from '../blending/face-outlines.js';

/** The avatar takes on so much of how light falls across the user's face... */
const SPATIAL = 0.6;
/** ... so much of how bright it is in all: the rest is skin, and the avatar keeps its own... */
const OVERALL = 0.35;
/** ... and so much of its colour. */
const COLOUR = 0.15;
/** No place becomes brighter or darker than by this factor. */
const MOST = 2.2;
/** Terms of the field: 1, x, y, x², xy, y². Those but the first are held down by this, in points of the skin. */
const TERMS = 6;
const RIDGE = 1.5;
const COUNT = SKIN_POINTS.length;
/** Keeps the logarithm of black in bounds: levels. */
const FLOOR = 6;

/**
 * How an avatar's skin must be lit to look as if it were in the user's room: a smooth field of gains over the face, from
 * the ratio of both faces' brightness at the same places of bare skin. Where the light of the portrait came from the left
 * and the room's comes from the right, the one is taken away and the other put on.
 */
export class LightMatch {
  /** Logarithms of the avatar's luma, and of its red and blue over green, at SKIN_POINTS. */
  readonly #avatar: Float64Array;
  readonly #user = new Float64Array(3 * COUNT);
  readonly #field = new Float64Array(TERMS);
  readonly #matrix = new Float64Array(TERMS * (TERMS + 1));
  readonly #terms = new Float64Array(TERMS);
  #mean = 0;
  #redness = 0;
  #blueness = 0;

  /** @param avatar - red, green and blue (0 to 255) of the avatar's skin at SKIN_POINTS. */
  constructor(avatar: ArrayLike<number>) {
    this.#avatar = new Float64Array(3 * COUNT);
    toLogarithms(avatar, this.#avatar);
  }

  /**
   * Measures the light on the user's face.
   *
   * @param skin - red, green and blue (0 to 255) at SKIN_POINTS. @param places - x, y of each, −1 to 1 over the window.
   */
  measure(skin: ArrayLike<number>, places: ArrayLike<number>): void {
    toLogarithms(skin, this.#user);
    let mean = 0;
    let red = 0;
    let blue = 0;
    for (let i = 0; i < COUNT; i++) {
      mean += (this.#user[3 * i]! - this.#avatar[3 * i]!) / COUNT;
      red += (this.#user[3 * i + 1]! - this.#avatar[3 * i + 1]!) / COUNT;
      blue += (this.#user[3 * i + 2]! - this.#avatar[3 * i + 2]!) / COUNT;
    }
    this.#mean = mean;
    this.#redness = red;
    this.#blueness = blue;
    this.#fit(places);
  }

  /** How much brighter the user's skin is than the avatar's, as a logarithm. */
  get brightness(): number {
    return this.#mean;
  }

  /** Gain of red over that of green, for a share of the user's colour: COLOUR on the avatar's skin. */
  red(share = COLOUR): number {
    return Math.exp(share * this.#redness);
  }

  /** Gain of blue over that of green, likewise. */
  blue(share = COLOUR): number {
    return Math.exp(share * this.#blueness);
  }

  /** The gain at a place of the window, −1 to 1 each way. */
  gain(x: number, y: number): number {
    const f = this.#field;
    const field = f[0]! + f[1]! * x + f[2]! * y + f[3]! * x * x + f[4]! * x * y + f[5]! * y * y;
    const gain = Math.exp(SPATIAL * field + OVERALL * this.#mean);
    return Math.min(Math.max(gain, 1 / MOST), MOST);
  }

  /** Least squares of the ratio less its mean, by the normal equations. */
  #fit(places: ArrayLike<number>): void {
    const matrix = this.#matrix.fill(0);
    const terms = this.#terms;
    const row = TERMS + 1;
    for (let i = 0; i < COUNT; i++) {
      const x = places[2 * i]!;
      const y = places[2 * i + 1]!;
      terms[0] = 1;
      terms[1] = x;
      terms[2] = y;
      terms[3] = x * x;
      terms[4] = x * y;
      terms[5] = y * y;
      const ratio = this.#user[3 * i]! - this.#avatar[3 * i]! - this.#mean;
      for (let a = 0; a < TERMS; a++) {
        for (let b = 0; b < TERMS; b++) matrix[a * row + b]! += terms[a]! * terms[b]!;
        matrix[a * row + TERMS]! += terms[a]! * ratio;
      }
    }
    for (let a = 1; a < TERMS; a++) matrix[a * row + a]! += RIDGE;
    solve(matrix, this.#field);
  }
}

function toLogarithms(rgb: ArrayLike<number>, into: Float64Array): void {
  for (let i = 0; i < COUNT; i++) {
    const r = rgb[3 * i]! + FLOOR;
    const g = rgb[3 * i + 1]! + FLOOR;
    const b = rgb[3 * i + 2]! + FLOOR;
    into[3 * i] = Math.log(0.299 * r + 0.587 * g + 0.114 * b);
    into[3 * i + 1] = Math.log(r / g);
    into[3 * i + 2] = Math.log(b / g);
  }
}

/** Solves TERMS equations, (coefficients, right side) a row, positive definite: no pivots are looked for. */
function solve(matrix: Float64Array, into: Float64Array): void {
  const row = TERMS + 1;
  for (let a = 0; a < TERMS; a++) {
    for (let b = a + 1; b < TERMS; b++) {
      const factor = matrix[b * row + a]! / matrix[a * row + a]!;
      for (let k = a; k < row; k++) matrix[b * row + k]! -= factor * matrix[a * row + k]!;
    }
  }
  for (let a = TERMS - 1; a >= 0; a--) {
    let value = matrix[a * row + TERMS]!;
    for (let k = a + 1; k < TERMS; k++) value -= matrix[a * row + k]! * into[k]!;
    into[a] = value / matrix[a * row + a]!;
  }
}
