import type { ReadStream, WriteStream } from 'node:tty';
import type { ScreenSize } from './dashboard.js';
import type { Glyphs } from './glyphs.js';
import { ScreenWriter } from './screen-writer.js';
import type { StyledLine } from './styled-line.js';
import { TerminalGuard } from './terminal-guard.js';
import { colourDepth, glyphsFor } from './terminal-support.js';

/** For terminals that do not tell their size. */
const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };
const CTRL_C = '\x03';
const CTRL_L = '\x0c';

/** What can be drawn on this terminal, and how much of it. */
export interface Canvas {
  readonly size: ScreenSize;
  readonly glyphs: Glyphs;
  /** Whether the terminal has the colours and the half blocks for pictures. */
  readonly hasPictures: boolean;
}

/** What a full screen needs from its surroundings. */
export interface FullScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** The whole screen, as it is now: `size.rows` lines. */
  readonly render: (canvas: Canvas) => StyledLine[];
  /** Called for q and Ctrl-C, and when the terminal itself is gone. */
  readonly onStop: () => void;
  /** Where TERM, NO_COLOR and the locale are read; the process's own unless told. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A terminal taken over for a job that runs for minutes and knows one key: stop. */
export class FullScreen {
  readonly #options: FullScreenOptions;
  readonly #writer: ScreenWriter;
  readonly #guard = new TerminalGuard(() => this.close());
  readonly #glyphs: Glyphs;
  readonly #hasPictures: boolean;
  #isOpen = false;

  constructor(options: FullScreenOptions) {
    const { output, env = process.env } = options;
    const depth = colourDepth(output, env);
    this.#options = options;
    this.#glyphs = glyphsFor(env);
    this.#hasPictures = (depth === 'palette' || depth === 'full') && !this.#glyphs.isAscii;
    this.#writer = new ScreenWriter((text) => output.write(text), depth);
  }

  /** Takes the terminal over and draws. From here on, any end of the process gives it back. */
  open(): void {
    const { input, output } = this.#options;
    this.#isOpen = true;
    this.#guard.arm();
    input.on('error', this.#onGone).on('end', this.#onGone).on('data', this.#onData);
    input.setRawMode(true).resume();
    output.on('error', this.#onGone).on('resize', this.#redrawAll);
    process.on('SIGCONT', this.#onContinue);
    this.#writer.enter();
    this.redraw();
  }

  /** Draws what has changed. Does nothing while closed. */
  redraw(): void {
    if (!this.#isOpen) return;
    const { columns, rows } = this.#options.output;
    const size = { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
    this.#writer.draw(this.#options.render({ size, glyphs: this.#glyphs, hasPictures: this.#hasPictures }));
  }

  /** Gives the terminal back as it was found. Safe to call twice, and before `open`. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { input, output } = this.#options;
    this.#guard.disarm();
    process.off('SIGCONT', this.#onContinue);
    input.off('end', this.#onGone).off('data', this.#onData);
    output.off('resize', this.#redrawAll);
    this.#writer.leave();
    // The listeners for errors stay: a late one must not throw.
    input.setRawMode(false).pause();
  }

  readonly #onData = (data: Buffer): void => {
    const keys = data.toString();
    if (keys === CTRL_L) this.#redrawAll();
    if (keys.includes(CTRL_C) || keys === 'q') this.#options.onStop();
  };

  readonly #onGone = (): void => {
    if (!this.#isOpen) return;
    this.close();
    this.#options.onStop();
  };

  readonly #onContinue = (): void => {
    // The shell has set its own modes meanwhile. Node remembers "raw" and would skip setting it again.
    this.#options.input.setRawMode(false).setRawMode(true);
    this.#writer.enter();
    this.#redrawAll();
  };

  readonly #redrawAll = (): void => {
    this.#writer.invalidate();
    this.redraw();
  };
}
