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
 * Something a user turns on. Two steps, so that the ledger can tell them apart: `prepare` reads the frame and works out
 * what to change, `blend` writes the change into it. Both work in place on the frame in kernel memory.
 */
export interface Effect {
  readonly name: string;
  /** The only place that allocates. Called again for another size. */
  configure(context: EffectContext): void;
  /** Returns whether there is anything to blend. */
  prepare(face: FaceState | null, settings: LiveSettings): boolean;
  blend(): void;
  /** Forgets what it learnt from earlier frames (light, masks): after a cut or another face. */
  reset(): void;
}
