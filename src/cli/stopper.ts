import type { Loop } from '../pipeline/loop.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Asked again after so long, it does not wait for files to be closed. Sooner is the same request, twice: a window that is
 * closed sends SIGHUP and ends the input.
 */
const AGAIN_AFTER_MS = 500;

/** Ends a loop in good order, on a signal or when asked; also one that is only being started. */
export class Stopper {
  #loop: Loop | null = null;
  #askedAtMs: number | null = null;

  /** Listens to SIGINT, SIGTERM and SIGHUP from now until `release`. */
  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.stop);
  }

  /** Whether the end was asked for. */
  get wasAsked(): boolean {
    return this.#askedAtMs !== null;
  }

  /** Names the loop to end. */
  attach(loop: Loop): void {
    this.#loop = loop;
    if (this.wasAsked) this.#stopLoop();
  }

  /** Ends the loop; the second time, the process. */
  readonly stop = (): void => {
    const now = performance.now();
    if (this.#askedAtMs === null) {
      this.#askedAtMs = now;
      this.#stopLoop();
    } else if (now - this.#askedAtMs > AGAIN_AFTER_MS) {
      process.exit(130);
    }
  };

  /** Leaves the signals to whom they belonged. */
  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.stop);
  }

  #stopLoop(): void {
    this.#loop?.stop().catch(() => {}); // whoever awaits `done` hears of it
  }
}
