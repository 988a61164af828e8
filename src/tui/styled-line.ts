import { cellWidth, clip, toAscii, withoutControls } from './cell-width.js';
import type { Glyphs } from './glyphs.js';

/** What a piece of text means; the terminal writer decides how that looks. */
export type TextStyle = 'plain' | 'dim' | 'strong' | 'accent' | 'title' | 'good' | 'near' | 'over';

/** Two pixels of a picture in one cell, drawn as an upper half block: colours as 0xRRGGBB in sRGB. */
export interface PixelPair {
  readonly upper: number;
  readonly lower: number;
}

/** How a piece of text looks: by what it means, or pixels of a picture. */
export type Style = TextStyle | PixelPair;

/** A piece of text in one style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of the screen, left to right. */
export type StyledLine = readonly Span[];

/** A span; `plain` unless told. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** The number of cells that a line covers. */
export function lineWidth(line: StyledLine): number {
  return line.reduce((cells, { text }) => cells + cellWidth(text), 0);
}

/** A line's text without its styles. */
export function plainText(line: StyledLine): string {
  return line.map(({ text }) => text).join('');
}

/** Joins neighbours of the same style, so that a bar of many cells costs one escape sequence. */
export function mergeSpans(cells: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const cell of cells) {
    const last = merged.at(-1);
    if (last && isSameStyle(last.style, cell.style))
      merged[merged.length - 1] = span(last.text + cell.text, cell.style);
    else merged.push(cell);
  }
  return merged;
}

function isSameStyle(a: Style, b: Style): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.upper === b.upper && a.lower === b.lower;
}

/** `left` at the left end and `right` at the right end of `width` cells; without room for both, `right` goes. */
export function spread(left: StyledLine, right: StyledLine, width: number): StyledLine {
  const gap = width - lineWidth(left) - lineWidth(right);
  return gap < 1 ? left : [...left, span(' '.repeat(gap)), ...right];
}

/** A line of exactly `width` cells: made safe to print, cut with an ellipsis or filled up with blanks. */
export function fitLine(line: StyledLine, width: number, glyphs: Glyphs): StyledLine {
  const fitted: Span[] = [];
  let room = width;
  for (const { text, style } of line) {
    const safe = withoutControls(text);
    const whole = glyphs.isAscii ? toAscii(safe) : safe;
    const shown = clip(whole, room, glyphs.ellipsis);
    if (shown !== '') fitted.push({ text: shown, style });
    room -= cellWidth(shown);
    if (shown !== whole) break;
  }
  return room > 0 ? [...fitted, span(' '.repeat(room))] : fitted;
}
