import type { Config } from '../config/config.js';
import { FullScreen } from '../tui/full-screen.js';
import { type GuideState, renderGuide } from '../tui/guide-screen.js';
import { takesTerminal } from './training-view.js';

/** Where somebody reads what they are to do. */
export interface GuideView {
  show(state: GuideState): void;
  close(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The whole terminal where there is one, else a line for each new thing to do. Signals end it as `q` does. */
export function openGuideView(config: Pick<Config, 'plain' | 'json'>, onStop: () => void): GuideView {
  for (const signal of SIGNALS) process.on(signal, onStop);
  const view = takesTerminal(config) ? new TerminalGuide(onStop) : new LineGuide();
  return {
    show: (state) => view.show(state),
    close: () => {
      view.close();
      for (const signal of SIGNALS) process.off(signal, onStop);
    },
  };
}

class TerminalGuide implements GuideView {
  readonly #screen: FullScreen;
  #state: GuideState | null = null;

  constructor(onStop: () => void) {
    this.#screen = new FullScreen({
      input: process.stdin,
      output: process.stdout,
      onStop,
      render: (canvas) => (this.#state === null ? [] : renderGuide(this.#state, canvas)),
    });
    this.#screen.open();
  }

  show(state: GuideState): void {
    this.#state = state;
    this.#screen.redraw();
  }

  close(): void {
    this.#screen.close();
  }
}

/** Lines on standard error: standard output belongs to the training's own. */
class LineGuide implements GuideView {
  #title = '';
  #hadFace = true;

  show({ title, how, leftS, note, phase, hasFace }: GuideState): void {
    if (this.#title === '' && phase === 'getting-ready') console.error(note);
    if (title !== this.#title) console.error(`${title} (${Math.ceil(leftS)} s): ${how}`);
    if (this.#hadFace && !hasFace) console.error('warning: no face in the picture');
    this.#title = title;
    this.#hadFace = hasFace;
  }

  close(): void {}
}
