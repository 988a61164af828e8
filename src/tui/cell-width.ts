/** Text that is one cell a character: printable ASCII, box drawing, blocks and the few signs that the dashboard uses. */
const ONE_CELL_EACH = /^[\x20-\x7e\u2500-\u259f–…·×●←→▸]*$/;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** East Asian Wide and Fullwidth blocks, first and last code point. Source: Unicode UAX #11, EastAsianWidth.txt. */
const WIDE_BLOCKS: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Makes text from outside safe to print: control characters (escape sequences too) and line breaks become blanks. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

/** Replaces all that is not ASCII by `?`, cell for cell, for terminals that are not UTF-8. */
export function toAscii(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return splitGraphemes(text)
    .map((grapheme) => (/^[\x20-\x7e]$/.test(grapheme) ? grapheme : '?'.repeat(graphemeWidth(grapheme))))
    .join('');
}

/** The number of terminal cells that a text covers: 2 for wide characters and emoji, 0 for lone combining marks. */
export function cellWidth(text: string): number {
  if (ONE_CELL_EACH.test(text)) return text.length;
  return splitGraphemes(text).reduce((cells, grapheme) => cells + graphemeWidth(grapheme), 0);
}

/** Cuts a text to at most `width` cells; what was cut ends in `ellipsis` (one cell). Never halves a wide character. */
export function clip(text: string, width: number, ellipsis = '…'): string {
  if (cellWidth(text) <= width) return text;
  return width < 1 ? '' : takeCells(text, width - 1) + ellipsis;
}

/** Breaks a text into lines of at most `width` cells, at blanks where it can, else within the word. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (cellWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (cellWidth(line) > width) {
      // A character wider than the whole line still moves on, so that the loop ends.
      const head = takeCells(line, width) || splitGraphemes(line)[0]!;
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

function takeCells(text: string, width: number): string {
  let taken = '';
  let cells = 0;
  for (const grapheme of splitGraphemes(text)) {
    cells += graphemeWidth(grapheme);
    if (cells > width) break;
    taken += grapheme;
  }
  return taken;
}

function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), (part) => part.segment);
}

function graphemeWidth(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(grapheme)) return 0;
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(grapheme)) return 2;
  const point = grapheme.codePointAt(0) ?? 0;
  return WIDE_BLOCKS.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}
