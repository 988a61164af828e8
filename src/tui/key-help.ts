import type { DashboardState } from './dashboard-state.js';
import type { Glyphs } from './glyphs.js';
import { FILLER, type Section, stack } from './layout.js';
import { pageLines } from './status-lines.js';
import { lineWidth, type StyledLine, span } from './styled-line.js';

/** A key for the bottom line. What must stay on a narrow screen has the lower number. */
interface KeyHint {
  readonly key: string;
  readonly does: string;
  readonly priority: number;
}

/** The keys worth a place on the bottom line: those of an avatar while one is chosen, else those of the touch-up. */
function keyHints(isAvatar: boolean, glyphs: Glyphs): readonly KeyHint[] {
  const effect: readonly KeyHint[] = isAvatar
    ? [
        { key: 'a', does: 'next', priority: 2 },
        { key: 'A', does: 'take off', priority: 3 },
        { key: 'i', does: 'it is me', priority: 4 },
      ]
    : [
        { key: 'e', does: 'effect', priority: 2 },
        { key: 'a', does: 'avatar', priority: 4 },
        { key: glyphs.arrows, does: 'strength', priority: 3 },
        { key: 'b', does: 'split', priority: 8 },
      ];
  return [
    ...effect,
    { key: 'm', does: 'mirror', priority: 7 },
    { key: 'p', does: 'pause', priority: 5 },
    { key: 'r', does: 'record', priority: 6 },
    { key: '?', does: 'help', priority: 1 },
    { key: 'q', does: 'quit', priority: 0 },
  ];
}

/** The bottom line: as many keys as fit, the most needed ones last to go. */
export function keyLine(width: number, isAvatar: boolean, glyphs: Glyphs): StyledLine {
  const hints = keyHints(isAvatar, glyphs);
  const shown = new Set<KeyHint>();
  let room = width + 1; // the first has one space before it, the others two
  for (const hint of hints.toSorted((a, b) => a.priority - b.priority)) {
    const cells = hint.key.length + hint.does.length + 3;
    if (cells > room) break;
    shown.add(hint);
    room -= cells;
  }
  return hints
    .filter((hint) => shown.has(hint))
    .flatMap(({ key, does }, at) => [span(`${at === 0 ? ' ' : '  '}${key}`, 'accent'), span(` ${does}`, 'dim')]);
}

/** The help that `?` opens: every key, how to read the bars, and the page's address. Exactly `rows` lines. */
export function helpLines(
  state: DashboardState,
  size: { readonly columns: number; readonly rows: number },
  glyphs: Glyphs,
): StyledLine[] {
  const key = (keys: string, does: string): StyledLine => [span(` ${keys.padEnd(17)}`, 'accent'), span(does)];
  const section = (priority: number, ...lines: StyledLine[]): Section => ({ priority, lines });
  const blank = (): Section => section(9, []);
  const bar = `${glyphs.toP50.repeat(8)}${glyphs.toP95.repeat(5)}   ${glyphs.p99}    ${glyphs.limit}`;
  return stack(
    [
      section(0, key('e', 'touch-up on or off')),
      section(0, key('a', 'wear an avatar; again: the next one')),
      section(1, key('A', 'take the avatar off')),
      section(1, key('i', 'it is me: the tracked face is yours, whoever else is seen')),
      section(0, key(`${glyphs.arrows}  [ ]  - +`, 'strength by 5; with shift, or { }, by 1')),
      section(1, key('b', 'before and after side by side, in the preview only')),
      section(1, key('m', 'mirror: flip the picture left to right')),
      section(0, key('p', 'pause: the others see a card in place of you')),
      section(0, key('r', 'record to a file, and stop')),
      section(0, key('? Esc', 'this help, and back')),
      section(0, key('q Ctrl-C', 'quit; the recording is finished and stays playable')),
      blank(),
      section(2, [span(' reading the bars', 'title')]),
      section(2, [span(` ${bar}`, 'good')]),
      section(2, explainBar(glyphs)),
      section(3, [span(' The budget of the total is one frame interval; the stages add up to the total.')]),
      section(3, [span(' ok, near (above 80 %), OVER: how p95 stands against the budget, as the colour.')]),
      section(4, [span(' Dropped: a newer picture replaced it. Lateness costs pictures, never delay.')]),
      blank(),
      ...(state.pageUrl === null
        ? []
        : [
            section(1, [span(' preview page, on this machine only', 'title')]),
            section(1, ...pageLines(state.pageUrl, size.columns)),
          ]),
      FILLER,
      section(0, [span(' ? Esc', 'accent'), span(' back', 'dim')]),
    ],
    size.rows,
    (rows) => Array.from({ length: rows }, () => []),
  ).map((line) => (lineWidth(line) > 0 ? line : [span(' ')]));
}

function explainBar(glyphs: Glyphs): StyledLine {
  return [
    span(` ${glyphs.toP50} half of the frames (p50)   ${glyphs.toP95} 95 of 100   ${glyphs.p99} 99 of 100   `),
    span(`${glyphs.limit} the budget`),
  ];
}
