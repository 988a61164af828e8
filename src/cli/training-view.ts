import type { Config } from '../config/config.js';
import { TrainingPage } from '../output/training-page.js';
import type { Severity } from '../telemetry/telemetry.js';
import type { TrainingSample, TrainingTelemetry } from '../telemetry/training-telemetry.js';
import type { Message, Phase } from '../tui/dashboard-state.js';
import { FullScreen } from '../tui/full-screen.js';
import { canDrawDashboard } from '../tui/terminal-support.js';
import { formatTrainingJson, formatTrainingLine } from '../tui/training-lines.js';
import { renderTraining } from '../tui/training-screen.js';
import { isReaderGone } from './reader-gone.js';

/** Where a training shows itself: in the terminal, and on its page. */
export interface TrainingView {
  /** Whether anybody looks at pictures. */
  readonly isWatched: boolean;
  /** Says what is being done before the first figures. */
  starting(doing: string): void;
  update(telemetry: TrainingTelemetry): void;
  show(sample: TrainingSample): void;
  message(severity: Severity, text: string): void;
  setPageAddress(address: string): void;
  /** Says that the work is being put down in good order. */
  stopping(): void;
  close(): Promise<void> | void;
}

/** What of the config decides how it is shown. */
type ViewConfig = Pick<Config, 'plain' | 'json' | 'preview' | 'port'>;

/** The terminal UI where there is a terminal that can show it, else lines; and the page, unless it is not wanted. */
export async function openTrainingView(config: ViewConfig, onStop: () => void): Promise<TrainingView> {
  const terminal = takesTerminal(config)
    ? new TerminalView(onStop)
    : new LineView(config.json ? formatTrainingJson : formatTrainingLine, onStop);
  if (!config.preview) return terminal;
  try {
    return new ViewWithPage(terminal, await TrainingPage.open(config.port));
  } catch (error) {
    await terminal.close();
    throw error;
  }
}

/** Whether the terminal is drawn on, by the config and by what it is. */
export function takesTerminal({ plain, json }: Pick<Config, 'plain' | 'json'>): boolean {
  return !plain && !json && process.stdin.isTTY && canDrawDashboard(process.stdout, process.env);
}

/** The state of the screen; what is drawn comes from `renderTraining`. */
class TerminalView implements TrainingView {
  readonly isWatched = true;
  readonly #screen: FullScreen;
  readonly #messages: Message[] = [];
  #phase: Phase = { kind: 'starting', doing: 'starting' };
  #telemetry: TrainingTelemetry | null = null;
  #sample: TrainingSample | null = null;
  #pageUrl: string | null = null;

  constructor(onStop: () => void) {
    this.#screen = new FullScreen({
      input: process.stdin,
      output: process.stdout,
      onStop,
      render: (canvas) =>
        renderTraining(
          {
            phase: this.#phase,
            telemetry: this.#telemetry,
            sample: this.#sample,
            messages: this.#messages,
            pageUrl: this.#pageUrl,
          },
          canvas,
        ),
    });
    this.#screen.open();
  }

  starting(doing: string): void {
    this.#phase = { kind: 'starting', doing };
    this.#screen.redraw();
  }

  update(telemetry: TrainingTelemetry): void {
    if (this.#phase.kind === 'starting') this.#phase = { kind: 'running' };
    this.#telemetry = telemetry;
    this.#screen.redraw();
  }

  show(sample: TrainingSample): void {
    this.#sample = sample;
    this.#screen.redraw();
  }

  message(severity: Severity, text: string): void {
    this.#messages.push({ severity, text, time: new Date() });
    this.#screen.redraw();
  }

  setPageAddress(address: string): void {
    this.#pageUrl = address;
    this.#screen.redraw();
  }

  stopping(): void {
    this.#phase = { kind: 'stopping' };
    this.#screen.redraw();
  }

  close(): void {
    this.#screen.close();
  }
}

/** A line a second on standard output; messages on standard error, so that the lines can be piped. */
class LineView implements TrainingView {
  readonly isWatched = false;
  readonly #format: (telemetry: TrainingTelemetry) => string;
  #printedAtMs = Number.NEGATIVE_INFINITY;
  #stage = '';

  constructor(format: (telemetry: TrainingTelemetry) => string, onStop: () => void) {
    this.#format = format;
    // A reader that goes away (`mien avatar train me --plain | head`) has seen enough.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (!isReaderGone(error)) throw error;
      onStop();
    });
  }

  starting(doing: string): void {
    this.message('info', doing);
  }

  update(telemetry: TrainingTelemetry): void {
    const now = performance.now();
    const { stage } = telemetry;
    const name = stage.kind === 'finishing' ? stage.doing : stage.kind;
    // A new stage is told of at once, however short it is.
    if (name === this.#stage && now - this.#printedAtMs < 950) return;
    this.#stage = name;
    this.#printedAtMs = now;
    process.stdout.write(`${this.#format(telemetry)}\n`);
  }

  show(): void {}

  message(severity: Severity, text: string): void {
    process.stderr.write(severity === 'info' ? `${text}\n` : `${severity}: ${text}\n`);
  }

  setPageAddress(address: string): void {
    this.message('info', `page of the training: ${address}`);
  }

  stopping(): void {
    this.message('info', 'stopping: saving what was trained');
  }

  close(): void {}
}

/** Both of them. */
class ViewWithPage implements TrainingView {
  readonly #terminal: TrainingView;
  readonly #page: TrainingPage;

  constructor(terminal: TrainingView, page: TrainingPage) {
    this.#terminal = terminal;
    this.#page = page;
    terminal.setPageAddress(page.address);
  }

  get isWatched(): boolean {
    return this.#terminal.isWatched || this.#page.clients > 0;
  }

  starting(doing: string): void {
    this.#terminal.starting(doing);
  }

  update(telemetry: TrainingTelemetry): void {
    this.#terminal.update(telemetry);
    this.#page.update(telemetry);
  }

  show(sample: TrainingSample): void {
    this.#terminal.show(sample);
    // A picture that cannot be encoded is one less to look at; the training goes on.
    this.#page
      .show(sample)
      .catch((error: Error) => this.message('warning', `no picture on the page: ${error.message}`));
  }

  message(severity: Severity, text: string): void {
    this.#terminal.message(severity, text);
  }

  setPageAddress(address: string): void {
    this.#terminal.setPageAddress(address);
  }

  stopping(): void {
    this.#terminal.stopping();
  }

  async close(): Promise<void> {
    await this.#terminal.close();
    await this.#page.close();
  }
}
