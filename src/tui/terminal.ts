import type { ReadStream, WriteStream } from 'node:tty';
import blessed from 'blessed';
import type { Command } from '../config/settings.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { renderDashboard } from './dashboard.js';
import type { DashboardState, Message, Phase, Severity } from './dashboard-state.js';
import type { Glyphs } from './glyphs.js';
import { actionForKey } from './keys.js';
import { PendingSettings } from './pending-settings.js';
import { ScreenWriter } from './screen-writer.js';
import { TerminalGuard } from './terminal-guard.js';
import { colourDepth, glyphsFor } from './terminal-support.js';

/** As many as the largest screens show. */
const MESSAGES_KEPT = 8;
/** One a second: ten minutes, wider than any screen. */
const HISTORY_KEPT = 600;
/** For terminals that do not tell their size. */
const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** What the dashboard needs from its surroundings. */
export interface TerminalUiOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Called for every key that asks for something, and with `quit` when the terminal itself is gone. */
  readonly onCommand: (command: Command) => void;
  /** Where TERM, NO_COLOR and the locale are read; the process's own unless told. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The dashboard on a real terminal. blessed's `Program` reads the keys and follows the size; what is drawn comes from
 * `renderDashboard`. blessed's `Screen` is not used: it takes over signals and uncaught errors of the whole process,
 * and its terminfo reader stumbles over today's entries.
 */
export class TerminalUi {
  readonly #options: TerminalUiOptions;
  readonly #writer: ScreenWriter;
  readonly #guard = new TerminalGuard(() => this.close());
  readonly #glyphs: Glyphs;
  readonly #pending = new PendingSettings();
  readonly #history: number[] = [];
  readonly #messages: Message[] = [];
  #program: blessed.BlessedProgram | null = null;
  #clock: NodeJS.Timeout | null = null;
  #phase: Phase = { kind: 'starting', doing: '' };
  #telemetry: Telemetry | null = null;
  #telemetryAtMs = 0;
  #recording: { readonly path: string; readonly sinceMs: number } | null = null;
  #pageUrl: string | null = null;
  #isHelpOpen = false;

  constructor(options: TerminalUiOptions) {
    const env = options.env ?? process.env;
    this.#options = options;
    this.#glyphs = glyphsFor(env);
    this.#writer = new ScreenWriter((text) => options.output.write(text), colourDepth(options.output, env));
  }

  /** Takes the terminal over and draws. From here on, any end of the process gives it back. */
  open(): void {
    if (this.#program) return;
    const { input, output } = this.#options;
    this.#guard.arm();
    output.on('error', this.#onTerminalGone);
    input.on('error', this.#onTerminalGone);
    if (input.isTTY) input.on('end', this.#onTerminalGone);
    process.on('SIGCONT', this.#onContinue);
    // Without tput: blessed's terminfo reader prints errors on current entries, and only ECMA-48 is needed here.
    // (Its type declarations leave these three options out.)
    const programOptions: object = { input, output, tput: false };
    this.#program = blessed.program(programOptions);
    this.#writer.enter();
    this.#program.on('keypress', (character: string | undefined, key: { readonly full?: string } | undefined) =>
      this.#onKey(key?.full ?? character ?? ''),
    );
    this.#program.on('resize', () => this.#redrawAll());
    // Keeps the recording's time and "no news" going between snapshots, and keeps nobody from exiting.
    this.#clock = setInterval(() => this.#draw(), 1000).unref();
    this.#draw();
  }

  /** Says what is being done before the first frame: "loading the face models". */
  starting(doing: string): void {
    this.#phase = { kind: 'starting', doing };
    this.#draw();
  }

  /** Shows a new snapshot. */
  update(telemetry: Telemetry): void {
    const isNewSecond = Math.floor(telemetry.uptimeS) !== Math.floor(this.#telemetry?.uptimeS ?? Number.NaN);
    if (isNewSecond) {
      this.#history.push(telemetry.total.p95);
      if (this.#history.length > HISTORY_KEPT) this.#history.shift();
    }
    if (this.#phase.kind === 'starting') this.#phase = { kind: 'running' };
    this.#telemetry = telemetry;
    this.#telemetryAtMs = performance.now();
    this.#draw();
  }

  /** Tells the user something, with the time of day. */
  message(severity: Severity, text: string): void {
    this.#messages.push({ severity, text, time: new Date() });
    if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift();
    this.#draw();
  }

  /** Shows the address of the preview page. */
  setPageAddress(url: string): void {
    this.#pageUrl = url;
    this.#draw();
  }

  /** Tells that a recording to `path` has begun, or with null that it has ended. */
  setRecording(path: string | null): void {
    this.#recording = path === null ? null : { path, sinceMs: performance.now() };
    this.#draw();
  }

  /** Gives the terminal back as it was found. Safe to call twice, and before `open`. */
  close(): void {
    const program = this.#program;
    if (!program) return;
    this.#program = null;
    if (this.#clock) clearInterval(this.#clock);
    process.off('SIGCONT', this.#onContinue);
    this.#guard.disarm();
    this.#options.input.off('end', this.#onTerminalGone);
    this.#writer.leave();
    // Also sets the terminal back from raw to line mode. The listeners for errors stay: a late one must not throw.
    program.destroy();
  }

  #onKey(key: string): void {
    const settings = this.#telemetry && this.#pending.over(this.#telemetry.settings, performance.now());
    const action = actionForKey(key, { settings, isRecording: this.#recording !== null, isHelpOpen: this.#isHelpOpen });
    if (action === null) return;
    switch (action.kind) {
      case 'help':
        this.#isHelpOpen = action.open;
        break;
      case 'redraw':
        this.#writer.invalidate();
        break;
      case 'set':
        this.#pending.ask(action.patch, performance.now());
        this.#options.onCommand(action);
        break;
      case 'quit':
        this.#phase = { kind: 'stopping' };
        this.#draw();
        this.#options.onCommand(action);
        break;
      case 'record':
        this.#options.onCommand(action);
        break;
    }
    this.#draw();
  }

  readonly #onTerminalGone = (): void => {
    if (!this.#program) return;
    this.close();
    this.#options.onCommand({ kind: 'quit' });
  };

  readonly #onContinue = (): void => {
    const { input } = this.#options;
    // The shell has set its own modes meanwhile. Node remembers "raw" and would skip setting it again.
    if (input.isTTY) input.setRawMode(false).setRawMode(true);
    this.#writer.enter();
    this.#redrawAll();
  };

  #redrawAll(): void {
    this.#writer.invalidate();
    this.#draw();
  }

  #draw(): void {
    if (!this.#program) return;
    const { columns, rows } = this.#options.output;
    const size = { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
    this.#writer.draw(renderDashboard(this.#state(performance.now()), size, this.#glyphs));
  }

  #state(nowMs: number): DashboardState {
    const telemetry = this.#telemetry;
    const recording = this.#recording;
    return {
      phase: this.#phase,
      now: new Date(),
      telemetry: telemetry && { ...telemetry, settings: this.#pending.over(telemetry.settings, nowMs) },
      silentS: telemetry ? (nowMs - this.#telemetryAtMs) / 1000 : 0,
      history: this.#history,
      messages: this.#messages,
      recording: recording && { path: recording.path, seconds: (nowMs - recording.sinceMs) / 1000 },
      pageUrl: this.#pageUrl,
      isHelpOpen: this.#isHelpOpen,
    };
  }
}
