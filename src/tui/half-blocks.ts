import type { RgbPicture } from '../telemetry/training-telemetry.js';
import { mergeSpans, type Span, type StyledLine, span } from './styled-line.js';

/** The upper half of a cell: its foreground is one pixel, its background the one below. */
const UPPER_HALF = '▀';

/**
 * Draws a picture with two pixels a cell, which is about square in most fonts.
 *
 * @returns `rows` lines of `columns` cells, the whole picture in them, its shape given up.
 */
export function halfBlocks({ width, height, data }: RgbPicture, columns: number, rows: number): StyledLine[] {
  const pixel = (column: number, row: number) =>
    meanColour(data, width, interval(column, columns, width), interval(row, 2 * rows, height));
  return Array.from({ length: rows }, (_, row): StyledLine => {
    const cells = Array.from({ length: columns }, (_, column): Span => {
      return span(UPPER_HALF, { upper: pixel(column, 2 * row), lower: pixel(column, 2 * row + 1) });
    });
    return mergeSpans(cells);
  });
}

/** The source pixels that fall to one of `count` equal parts: at least one. */
function interval(at: number, count: number, length: number): readonly [number, number] {
  const from = Math.floor((at * length) / count);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * length) / count))];
}

/** As 0xRRGGBB. The mean of sRGB values, not of light: good enough for a picture of some thirty pixels. */
function meanColour(
  data: Uint8Array,
  width: number,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
): number {
  let [red, green, blue] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = 3 * (y * width + left), end = 3 * (y * width + right); at < end; at += 3) {
      red += data[at]!;
      green += data[at + 1]!;
      blue += data[at + 2]!;
    }
  }
  const count = (right - left) * (bottom - top);
  return (Math.round(red / count) << 16) | (Math.round(green / count) << 8) | Math.round(blue / count);
}
