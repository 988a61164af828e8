import type { PixelPair, StyledLine, TextStyle } from './styled-line.js';
import type { ColourDepth } from './terminal-support.js';

const RESET = '\x1b[0m';

/** The 16 colours of the user's own theme, so that it reads on light and dark grounds and on an 8-colour console. */
const COLOURED: Record<TextStyle, string> = {
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
const COLOURLESS: Record<TextStyle, string> = {
  ...COLOURED,
  accent: '',
  title: '\x1b[1m',
  good: '',
  near: '',
  over: '\x1b[1m',
};

/** A line as the terminal takes it (SGR sequences, ECMA-48), blanks at its end left out. */
export function toAnsi(line: StyledLine, depth: ColourDepth): string {
  const codes = depth === 'none' ? COLOURLESS : COLOURED;
  const last = line.findLastIndex(({ text }) => text.trimEnd() !== '');
  return line
    .slice(0, last + 1)
    .map(({ text, style }, at) => {
      const shown = at === last ? text.trimEnd() : text;
      const code = typeof style === 'string' ? codes[style] : pixelCode(style, depth);
      return code === '' ? shown : `${code}${shown}${RESET}`;
    })
    .join('');
}

/** Foreground and background of a half block. Pictures are not drawn with fewer than 256 colours. */
function pixelCode({ upper, lower }: PixelPair, depth: ColourDepth): string {
  switch (depth) {
    case 'full':
      return `\x1b[38;2;${channels(upper).join(';')};48;2;${channels(lower).join(';')}m`;
    case 'palette':
      return `\x1b[38;5;${paletteIndex(upper)};48;5;${paletteIndex(lower)}m`;
    default:
      return '';
  }
}

function channels(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];
}

/** The six levels of a channel in the colour cube of 256-colour terminals. Source: xterm's 256colres.h. */
const CUBE_LEVELS = [0, 95, 135, 175, 215, 255];

/** The nearest of the 216 colours of the cube (from 16 on) and the 24 greys (from 232 on). */
function paletteIndex(colour: number): number {
  const rgb = channels(colour);
  const steps = rgb.map((value) => nearestLevel(value));
  const [red, green, blue] = steps as [number, number, number];
  const grey = Math.min(23, Math.max(0, Math.round(((rgb[0] + rgb[1] + rgb[2]) / 3 - 8) / 10)));
  const cubeError = rgb.reduce((sum, value, at) => sum + (value - CUBE_LEVELS[steps[at]!]!) ** 2, 0);
  const greyError = rgb.reduce((sum, value) => sum + (value - (8 + 10 * grey)) ** 2, 0);
  return greyError < cubeError ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

function nearestLevel(value: number): number {
  // Halfway between neighbours: 47.5, 115, 155, 195, 235.
  return value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));
}
