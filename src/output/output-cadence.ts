import type { Rate } from '../frame/frame.js';

/** So long the last picture stands in for frames that do not come; then a card does. */
const HOLD_MS = 1000;

/** A frame that is less late than this, in frame intervals, is waited for: cameras are not exact. */
const PATIENCE = 0.5;

/**
 * When an output that must never stop sends something, and what. A frame is sent when it comes. When the next one is more
 * than half an interval late, the last one is sent again, then once an interval; after one second without a frame, a
 * card. Time that was slept away (a stopped process, a suspended machine) does not count and is not made up for. Times
 * are milliseconds of one clock.
 */
export class OutputCadence {
  readonly #intervalMs: number;
  /** Since the last frame. */
  #standIns = Number.POSITIVE_INFINITY;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor({ num, den }: Rate) {
    this.#intervalMs = (1000 * den) / num;
  }

  /** When to send a stand-in if no frame has come by then. Before the first frame: at once. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** What stands in for the frame that is missing. */
  get standIn(): 'last' | 'card' {
    const awakeMs = (1 + PATIENCE + this.#standIns) * this.#intervalMs;
    return awakeMs < HOLD_MS ? 'last' : 'card';
  }

  /** A frame was sent. */
  frameSent(nowMs: number): void {
    this.#standIns = 0;
    this.#dueMs = nowMs + (1 + PATIENCE) * this.#intervalMs;
  }

  /** A stand-in was sent, or would have been if there were one. */
  standInSent(nowMs: number): void {
    this.#standIns++;
    const next = this.#dueMs + this.#intervalMs;
    this.#dueMs = next > nowMs ? next : nowMs + this.#intervalMs;
  }
}
