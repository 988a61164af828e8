import { toAnsi } from './ansi.js';
import { plainText, type StyledLine } from './styled-line.js';
import type { ColourDepth } from './terminal-support.js';

const ESC = '\x1b[';
/** Alternate screen; cursor hidden; no wrapping at the right edge, so that a miscounted width stays in its line. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}2J`;
/** The Linux console has no alternate screen: clearing first leaves it tidy, and elsewhere clears what is left behind. */
const LEAVE = `${ESC}0m${ESC}2J${ESC}H${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** Synchronised output: a terminal that knows it shows the update in one piece, the others ignore it. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;

/** Draws lines on a terminal, writing only those that changed, all in one write. */
export class ScreenWriter {
  readonly #write: (text: string) => void;
  readonly #depth: ColourDepth;
  #shown: readonly string[] = [];
  #mustClear = false;

  constructor(write: (text: string) => void, depth: ColourDepth) {
    this.#write = write;
    this.#depth = depth;
  }

  /** Goes to the alternate screen and hides the cursor. */
  enter(): void {
    this.#shown = [];
    this.#write(ENTER);
  }

  /** Shows what was on the screen before, and the cursor. */
  leave(): void {
    this.#write(LEAVE);
  }

  /** Forgets what is shown: the next `draw` writes every line (after a resize the terminal may have moved them). */
  invalidate(): void {
    this.#shown = [];
    this.#mustClear = true;
  }

  /** Shows the lines from the top. Writes nothing when nothing changed. */
  draw(lines: readonly StyledLine[]): void {
    // Erasing to the end of a line that fills its row would take its last cell away.
    const next = lines.map((line) => toAnsi(line, this.#depth) + (plainText(line).endsWith(' ') ? `${ESC}K` : ''));
    const changed = next.map((text, row) => (text === this.#shown[row] ? '' : `${ESC}${row + 1};1H${text}`)).join('');
    const clear = this.#mustClear ? `${ESC}2J` : '';
    this.#shown = next;
    this.#mustClear = false;
    if (changed !== '') this.#write(`${BEGIN}${clear}${changed}${END}`);
  }
}
