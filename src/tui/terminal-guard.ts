const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Gives the terminal back however the process ends: `process.exit`, an uncaught error or rejection, a signal.
 * (After SIGKILL nothing can.) It decides nothing else: an error is still printed by Node, with its exit code, and a
 * signal that nobody else listens to still ends the process as that signal does.
 */
export class TerminalGuard {
  readonly #restore: () => void;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    // Somebody else stops the program in good order; it stays on the screen until they close it or the process exits.
    if (process.listenerCount(signal) > 1) return;
    this.#restore();
    this.disarm();
    process.kill(process.pid, signal);
  };

  /** @param restore - puts the terminal back; called at most a few times, must do no harm when repeated. */
  constructor(restore: () => void) {
    this.#restore = restore;
  }

  /** Starts watching. */
  arm(): void {
    process.on('exit', this.#restore);
    // The monitor runs before Node prints the error, so that the error is read on the user's own screen.
    process.on('uncaughtExceptionMonitor', this.#restore);
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Stops watching. */
  disarm(): void {
    process.off('exit', this.#restore);
    process.off('uncaughtExceptionMonitor', this.#restore);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
