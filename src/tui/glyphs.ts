/** The signs that the dashboard is drawn with, one cell each. */
export interface Glyphs {
  /** All text is ASCII; names that are not are shown with `?`. */
  readonly isAscii: boolean;
  /** A bar up to p50, on to p95, the tick at p99, and the arrow where p99 lies beyond the bar's end. */
  readonly toP50: string;
  readonly toP95: string;
  readonly p99: string;
  readonly beyond: string;
  /** The budget mark on an empty cell, and where a bar has crossed it. */
  readonly limit: string;
  readonly crossed: string;
  readonly sliderOn: string;
  readonly sliderOff: string;
  readonly knob: string;
  readonly rule: string;
  readonly dot: string;
  readonly record: string;
  readonly times: string;
  readonly nothing: string;
  readonly ellipsis: string;
  readonly arrows: string;
  /** A column of the history chart, from nearly empty to full. */
  readonly columns: readonly string[];
}

/** For UTF-8 terminals. */
export const UNICODE_GLYPHS: Glyphs = {
  isAscii: false,
  toP50: '━',
  toP95: '─',
  p99: '┤',
  beyond: '▸',
  limit: '┊',
  crossed: '╋',
  sliderOn: '━',
  sliderOff: '─',
  knob: '●',
  rule: '─',
  dot: '·',
  record: '●',
  times: '×',
  nothing: '–',
  ellipsis: '…',
  arrows: '←→',
  columns: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

/** For the Linux console, whose fonts hold the signs of code page 437 but not thin and heavy lines or eighths. */
export const CONSOLE_GLYPHS: Glyphs = {
  ...UNICODE_GLYPHS,
  toP50: '█',
  toP95: '▒',
  beyond: '>',
  limit: ':',
  crossed: '+',
  sliderOn: '█',
  sliderOff: '░',
  knob: '█',
  record: '*',
  nothing: '-',
  ellipsis: '~',
  arrows: '<>',
  columns: ['▄', '█'],
};

/** For terminals that are not UTF-8. */
export const ASCII_GLYPHS: Glyphs = {
  isAscii: true,
  toP50: '=',
  toP95: '-',
  p99: '|',
  beyond: '>',
  limit: ':',
  crossed: '+',
  sliderOn: '=',
  sliderOff: '-',
  knob: 'O',
  rule: '-',
  dot: '-',
  record: '*',
  times: 'x',
  nothing: '-',
  ellipsis: '~',
  arrows: '<>',
  columns: ['.', '#'],
};
