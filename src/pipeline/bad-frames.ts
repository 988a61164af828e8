/** A bad frame is not a broken device; so many in a row are: 0.4 s at 25 frames a second. */
const MOST_IN_A_ROW = 10;

/**
 * What becomes of a frame that failed on its way. Live, it is left out and counted, for one bad frame must not end a call;
 * but a fault that stays is told. Offline every frame counts, so the first failure ends the run.
 */
export class BadFrames {
  readonly #mostInARow: number;
  #inARow = 0;
  #count = 0;

  constructor(isOffline: boolean) {
    this.#mostInARow = isOffline ? 0 : MOST_IN_A_ROW;
  }

  /** Frames left out so far. */
  get count(): number {
    return this.#count;
  }

  /** A frame arrived. */
  passed(): void {
    this.#inARow = 0;
  }

  /**
   * A frame failed with this error.
   *
   * @returns whether it is the first in a row, and so worth a message.
   * @throws the error itself, when it is one too many.
   */
  failed(error: unknown): boolean {
    this.#count++;
    this.#inARow++;
    if (this.#inARow > this.#mostInARow) throw error;
    return this.#inARow === 1;
  }
}
