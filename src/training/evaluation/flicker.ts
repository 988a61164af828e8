import { blur } from './gaussian.js';
import type { Plane } from './picture.js';

/** Beyond this, in pixels, noise of a sensor has averaged out and what changes is seen as flicker or swimming. */
const COARSE_SIGMA = 3;

/** Change of the output over change of the input. */
export interface Flicker {
  /** As the pixels are. */
  readonly fine: number;
  /** Both blurred by 3 px: a change of whole patches of skin, which the eye catches sooner than noise. */
  readonly coarse: number;
}

interface Shown {
  readonly input: Plane;
  readonly output: Plane;
}

/**
 * Compares how much a picture changes from frame to frame with how much the camera's picture did, over a face that does
 * not move: all that changes is then noise, and what the effect makes of it.
 */
export class FlickerMeter {
  #last: { readonly fine: Shown; readonly coarse: Shown } | null = null;
  readonly #fine = { input: 0, output: 0 };
  readonly #coarse = { input: 0, output: 0 };

  /** Adds a frame that follows the last one. Lumas of one size; @param mask - the face, 0 to 1. */
  add(input: Plane, output: Plane, mask: Plane): void {
    const fine = { input, output };
    const coarse = { input: blur(input, COARSE_SIGMA), output: blur(output, COARSE_SIGMA) };
    if (this.#last) {
      addChange(this.#fine, this.#last.fine, fine, mask);
      addChange(this.#coarse, this.#last.coarse, coarse, mask);
    }
    this.#last = { fine, coarse };
  }

  /** The next frame does not follow the last one: the face has moved in between. */
  cut(): void {
    this.#last = null;
  }

  /** Null until two frames that follow each other have been added, or if the input never changed. */
  get ratio(): Flicker | null {
    if (this.#fine.input === 0) return null;
    return { fine: this.#fine.output / this.#fine.input, coarse: this.#coarse.output / this.#coarse.input };
  }
}

function addChange(sums: { input: number; output: number }, before: Shown, now: Shown, mask: Plane): void {
  for (const which of ['input', 'output'] as const) {
    const a = before[which].data;
    const b = now[which].data;
    let sum = 0;
    for (let i = 0; i < a.length; i++) if (mask.data[i]! > 0) sum += mask.data[i]! * Math.abs(b[i]! - a[i]!);
    sums[which] += sum;
  }
}
