import { type Micros, nowMicros } from '../frame/clock.js';

/** A clock that can be waited on. Tests put their own in its place. */
export interface DueClock {
  now(): Micros;
  /** Resolves at `due`, or when `cancel` is called. */
  waitUntil(due: Micros): Promise<void>;
  /** Ends a wait that is under way. */
  cancel(): void;
}

/** Timers of Node may be this much late; the rest of the wait is done without them. */
const TIMER_SLACK_MS = 2;

/** Waits on CLOCK_MONOTONIC to within some 0.1 ms, by blocking its thread for the last 2 ms. */
export class DueTimer implements DueClock {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #finish: (() => void) | null = null;

  now(): Micros {
    return nowMicros();
  }

  async waitUntil(due: Micros): Promise<void> {
    const sleepMs = (due - nowMicros()) / 1000 - TIMER_SLACK_MS;
    if (sleepMs > 0 && !(await this.#sleep(sleepMs))) return;
    const restMs = (due - nowMicros()) / 1000;
    if (restMs > 0) Atomics.wait(this.#cell, 0, 0, restMs);
  }

  cancel(): void {
    this.#finish?.();
  }

  /** @returns false if the sleep was cancelled. */
  #sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (isDone: boolean): void => {
        clearTimeout(timeout);
        this.#finish = null;
        resolve(isDone);
      };
      const timeout = setTimeout(finish, ms, true);
      this.#finish = () => finish(false);
    });
  }
}
