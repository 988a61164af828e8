import type { Config } from '../config/config.js';
import type { Command } from '../config/settings.js';
import type { Severity, Telemetry } from '../telemetry/telemetry.js';
import { formatJsonLine, formatPlainLine } from '../tui/plain.js';
import { canDrawDashboard } from '../tui/terminal-support.js';
import { isReaderGone } from './reader-gone.js';

/** Where a running mien shows itself: the terminal UI, or lines for logs and programs. */
export interface Screen {
  /** Says what is being done before the first frame. */
  starting(doing: string): void;
  update(telemetry: Telemetry): void;
  message(severity: Severity, text: string): void;
  setPageAddress(address: string): void;
  setRecording(path: string | null): void;
  close(): void;
}

/** The terminal UI where there is a terminal that can show it, else lines; as the config asks. */
export async function openScreen(config: Config, onCommand: (command: Command) => void): Promise<Screen> {
  if (config.json) return new LineScreen(formatJsonLine, true, onCommand);
  const isTerminal = process.stdin.isTTY && canDrawDashboard(process.stdout, process.env);
  if (config.plain || !isTerminal) return new LineScreen(formatPlainLine, false, onCommand);
  // Loaded only here: without a terminal nobody waits for blessed.
  const { TerminalUi } = await import('../tui/terminal.js');
  const ui = new TerminalUi({ input: process.stdin, output: process.stdout, onCommand });
  ui.open();
  return ui;
}

/** A line a second on standard output; messages on standard error, so that the lines can be piped. */
class LineScreen implements Screen {
  readonly #format: (telemetry: Telemetry) => string;
  readonly #isForPrograms: boolean;
  #printedAtMs = 0;

  constructor(format: (telemetry: Telemetry) => string, isForPrograms: boolean, onCommand: (command: Command) => void) {
    this.#format = format;
    this.#isForPrograms = isForPrograms;
    // A reader that goes away (`mien --plain | head`) has seen enough: a camera that nobody can end must not run on.
    let isGone = false;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (!isReaderGone(error)) throw error;
      if (!isGone) onCommand({ kind: 'quit' });
      isGone = true;
    });
    process.stderr.on('error', (error: NodeJS.ErrnoException) => {
      if (!isReaderGone(error)) throw error; // nobody is left to be told
    });
  }

  starting(): void {}

  update(telemetry: Telemetry): void {
    const now = performance.now();
    // 50 ms of grace: reports come every 200 ms, and a line must not slip to 1.2 s.
    // Before the first frame of a source that is doing well there is nothing to say.
    if (telemetry.frames.written === 0 && ['live', 'starting'].includes(telemetry.source.status.kind)) return;
    if (now - this.#printedAtMs < 950) return;
    this.#printedAtMs = now;
    process.stdout.write(`${this.#format(telemetry)}\n`);
  }

  message(severity: Severity, text: string): void {
    process.stderr.write(severity === 'info' ? `${text}\n` : `${severity}: ${text}\n`);
  }

  setPageAddress(address: string): void {
    this.message('info', `preview page: ${address}`);
  }

  setRecording(path: string | null): void {
    if (path !== null && !this.#isForPrograms) this.message('info', `recording to ${path}`);
  }

  close(): void {}
}
