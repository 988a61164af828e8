import { blur } from './gaussian.js';
import { boundsOf, crop, type Plane } from './picture.js';

/** Beyond this, in pixels, noise of a sensor has averaged out and what changes is seen as flicker or swimming. */
const COARSE_SIGMA = 3;

/** Change of the output over change of the input. */
export interface Flicker {
  /** As the pixels are. */
  readonly fine: number;
  /** Both blurred by 3 px: a change of whole patches of skin, which the eye catches sooner than noise. */
  readonly coarse: number;
}

/** Pixels beside the mask that reach into it through the coarse Gaussian. */
const REACH = 4 * COARSE_SIGMA;

/** Sums of absolute change over the masks of all frames. */
interface Change {
  fine: number;
  coarse: number;
}

/**
 * Compares how much a picture changes from frame to frame with how much the camera's picture did, over a face that does
 * not move: all that changes is then noise, and what the effect makes of it.
 */
export class FlickerMeter {
  #last: { readonly input: Plane; readonly output: Plane } | null = null;
  readonly #input: Change = { fine: 0, coarse: 0 };
  readonly #output: Change = { fine: 0, coarse: 0 };

  /** Adds a frame that follows the last one. Lumas of one size; both are kept. @param mask - the face, 0 to 1. */
  add(input: Plane, output: Plane, mask: Plane): void {
    if (this.#last) {
      addChange(this.#input, this.#last.input, input, mask);
      addChange(this.#output, this.#last.output, output, mask);
    }
    this.#last = { input, output };
  }

  /** The next frame does not follow the last one: the face has moved in between. */
  cut(): void {
    this.#last = null;
  }

  /** Null until two frames that follow each other have been added, or if the input never changed. */
  get ratio(): Flicker | null {
    if (this.#input.fine === 0) return null;
    return { fine: this.#output.fine / this.#input.fine, coarse: this.#output.coarse / this.#input.coarse };
  }
}

function addChange(sums: Change, before: Plane, now: Plane, mask: Plane): void {
  const box = boundsOf(mask, REACH);
  const weights = crop(mask, box).data;
  const change = crop(now, box);
  const earlier = crop(before, box).data;
  for (let i = 0; i < earlier.length; i++) change.data[i]! -= earlier[i]!;
  sums.fine += weighedSize(change, weights);
  sums.coarse += weighedSize(blur(change, COARSE_SIGMA), weights);
}

function weighedSize({ data }: Plane, weights: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += weights[i]! * Math.abs(data[i]!);
  return sum;
}
