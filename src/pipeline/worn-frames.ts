import type { Micros } from '../frame/clock.js';

/** So long the last worn frame stands in for frames that must not leave, in µs of capture time; then the card does. */
export const HOLD = 500_000;

/**
 * What leaves in place of a frame of the camera while an avatar is chosen: the frame itself, for the avatar covers the
 * face in it; the last such frame; or the avatar's card. There is no fourth.
 */
export type Outgoing = 'worn' | 'held' | 'card';

/** Decides what leaves, one frame after the other. What it says may leave is never a frame that is not worn. */
export class WornFrames {
  #wornAt: Micros | null = null;

  /** @param isWorn - the avatar covers the face in the frame captured at `at`. */
  next(isWorn: boolean, at: Micros): Outgoing {
    if (isWorn) {
      this.#wornAt = at;
      return 'worn';
    }
    if (this.#wornAt === null) return 'card';
    const age = at - this.#wornAt;
    // A clock that jumps back tells nothing of the age. Once the card is shown, no older picture comes back.
    if (age < 0 || age > HOLD) this.#wornAt = null;
    return this.#wornAt === null ? 'card' : 'held';
  }

  /** The last worn frame is not to be shown again: the avatar was taken off, or may no longer be worn. */
  forget(): void {
    this.#wornAt = null;
  }
}
