import type { Style, StyledLine } from './styled-line.js';

const RESET = '\x1b[0m';

/** The 16 colours of the user's own theme, so that it reads on light and dark grounds and on an 8-colour console. */
const COLOURED: Record<Style, string> = {
  plain: '',
  dim: '\x1b[2m',
  strong: '\x1b[1m',
  accent: '\x1b[36m',
  title: '\x1b[1;36m',
  good: '\x1b[32m',
  near: '\x1b[33m',
  over: '\x1b[1;31m',
};

/** With NO_COLOR: weight only. */
const COLOURLESS: Record<Style, string> = {
  ...COLOURED,
  accent: '',
  title: '\x1b[1m',
  good: '',
  near: '',
  over: '\x1b[1m',
};

/** A line as the terminal takes it (SGR sequences, ECMA-48), blanks at its end left out. */
export function toAnsi(line: StyledLine, hasColour: boolean): string {
  const codes = hasColour ? COLOURED : COLOURLESS;
  const last = line.findLastIndex(({ text }) => text.trimEnd() !== '');
  return line
    .slice(0, last + 1)
    .map(({ text, style }, at) => {
      const shown = at === last ? text.trimEnd() : text;
      return codes[style] === '' ? shown : `${codes[style]}${shown}${RESET}`;
    })
    .join('');
}
