const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Asked again after so long, it does not wait for files to be closed. Sooner is the same request, twice: a window that is
 * closed sends SIGHUP and ends the input.
 */
const AGAIN_AFTER_MS = 500;

/** Something that runs until it is asked to end. */
export interface Stoppable {
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** Ends a loop, or a training, in good order, on a signal or when asked; also one that is only being started. */
export class Stopper {
  #running: Stoppable | null = null;
  #askedAtMs: number | null = null;

  /** Listens to SIGINT, SIGTERM and SIGHUP from now until `release`. */
  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.stop);
  }

  /** Whether the end was asked for. */
  get wasAsked(): boolean {
    return this.#askedAtMs !== null;
  }

  /** Names what to end. */
  attach(running: Stoppable): void {
    this.#running = running;
    if (this.wasAsked) this.#stopIt();
  }

  /** Ends it; the second time, the process. */
  readonly stop = (): void => {
    const now = performance.now();
    if (this.#askedAtMs === null) {
      this.#askedAtMs = now;
      this.#stopIt();
    } else if (now - this.#askedAtMs > AGAIN_AFTER_MS) {
      process.exit(130);
    }
  };

  /** Leaves the signals to whom they belonged. */
  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.stop);
  }

  #stopIt(): void {
    this.#running?.stop().catch(() => {}); // whoever awaits `done` hears of it
  }
}
