import type { LiveSettings } from '../config/settings.js';
import type { Rate } from '../frame/frame.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import type { FaceState } from '../tracking/face.js';

/** The stream that an effect is configured for, and the kernel module whose memory holds its frames. */
export interface EffectContext {
  readonly kernels: Kernels;
  /** The one frame that the engine works on. Its bytes change with every frame, its address does not. */
  readonly frame: FrameAt;
  readonly rate: Rate;
}

/**
 * What becomes of a frame: `nothing`, it stays as it is; `blend`, `blend()` is to be called; `withhold`, it must not
 * leave, for the effect was to cover a face and could not.
 */
export type Preparation = 'nothing' | 'blend' | 'withhold';

/**
 * Something a user turns on. Two steps, so that the ledger can tell them apart: `prepare` reads the frame and works out
 * what to change, `blend` writes the change into it. Both work in place on the frame in kernel memory.
 */
export interface Effect {
  readonly name: string;
  /** The only place that allocates. Called again for another size. */
  configure(context: EffectContext): void;
  /**
   * Works out what to change in the frame that lies in memory. A promise only where a network has to run; the frame stays
   * as it is until then.
   *
   * @param face - the face tracked in this frame; null if none is.
   */
  prepare(face: FaceState | null, settings: LiveSettings): Preparation | Promise<Preparation>;
  /** Writes the change into the frame; called once after each `prepare` that gave `blend`, and never else. */
  blend(): void;
  /** Forgets what it learnt from earlier frames (light, masks): after a cut or another face. */
  reset(): void;
}
