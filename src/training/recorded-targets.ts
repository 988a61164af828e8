import { mouthOpening } from '../blending/expression.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Portrait } from './portrait.js';
import { type FaceSignals, faceSignals, unlikeness } from './recorded-portraits.js';
import { TargetMaker, type TargetOptions, type TargetPair } from './targets.js';

/** A mouth open by this much (cm) shows an inside of its own. */
const OPEN = 0.45;

/**
 * Makes pairs of a recorded avatar: each frame of the user's wears the portrait whose pose and expression are nearest, so
 * that turned cheeks, wrinkles and teeth are real ones.
 */
export class RecordedTargetMaker {
  readonly #makers: readonly { readonly maker: TargetMaker; readonly signals: FaceSignals }[];

  /**
   * @param portraits - at least one. @param kernels - its memory takes some 8 MiB for each of them.
   * @param user - the user's shape at rest. @throws RangeError if kernel memory runs out.
   */
  constructor(kernels: Kernels, portraits: readonly Portrait[], user: Float32Array, options: TargetOptions) {
    this.#makers = portraits.map((portrait) => {
      const mouth = mouthOpening(portrait.shape) > OPEN ? 'own' : 'user';
      return {
        maker: new TargetMaker(kernels, portrait, user, options, mouth),
        signals: faceSignals(portrait.points),
      };
    });
  }

  /** The pair of one frame, as `TargetMaker.make`. */
  make(frame: FrameAt, points: Float32Array): TargetPair {
    const asked = faceSignals(points);
    let nearest = this.#makers[0]!;
    for (const other of this.#makers) {
      if (unlikeness(other.signals, asked) < unlikeness(nearest.signals, asked)) nearest = other;
    }
    return nearest.maker.make(frame, points);
  }
}
