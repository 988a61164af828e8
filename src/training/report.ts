import { sharp } from '../system/sharp.js';
import type { RgbPicture } from './evaluation/picture.js';

/** Sets a line of text as outlines; see setLine of the cards. */
export type SetLine = (
  text: string,
  weight: 400 | 600,
  size: number,
) => Promise<{ readonly path: (x: number, baseline: number) => string; readonly width: number }>;

/** A row of pictures that belong together, such as the targets of all frames shown. */
export interface ReportRow {
  readonly label: string;
  readonly pictures: readonly RgbPicture[];
}

/** One figure in words, and how it went: null where nothing was to be reached. */
export interface ReportFigure {
  readonly name: string;
  readonly value: string;
  readonly isReached: boolean | null;
}

/** What stands on the sheet. All pictures are squares; each row has one for every frame shown. */
export interface Report {
  readonly title: string;
  /** Under the title: on what, how long, with what. */
  readonly subtitle: string;
  readonly rows: readonly ReportRow[];
  readonly figures: readonly ReportFigure[];
}

const colours = {
  ground: '#14191b',
  title: '#f4f3ef',
  text: '#b9bbb6',
  reached: '#43c7b1',
  missed: '#e8926b',
} as const;

const MARGIN = 40;
const GAP = 6;
const LABEL_SIZE = 18;
const LABEL_WIDTH = 110;
const HEADER = 84;
const LINE = 28;

/**
 * Draws the report of a training as a PNG: the rows of pictures one under the other, pixel for pixel, the figures below.
 *
 * @param setLine - how text is set: as on the cards.
 */
export async function renderReport(report: Report, setLine: SetLine): Promise<Buffer> {
  const { rows, figures } = report;
  const cell = rows[0]?.pictures[0]?.width ?? 0;
  const count = Math.max(...rows.map(({ pictures }) => pictures.length), 0);
  const perColumn = Math.ceil(figures.length / 2);
  const picturesWidth = LABEL_WIDTH + count * cell + (count - 1) * GAP;
  const width = Math.max(900, picturesWidth + 2 * MARGIN);
  const figuresTop = MARGIN + HEADER + rows.length * (cell + GAP) + MARGIN;
  const height = figuresTop + perColumn * LINE + MARGIN;

  const text: string[] = [];
  const write = async (words: string, weight: 400 | 600, size: number, x: number, baseline: number, fill: string) => {
    text.push(`<path d="${(await setLine(words, weight, size)).path(x, baseline)}" fill="${fill}"/>`);
  };
  await write(report.title, 600, 30, MARGIN, MARGIN + 28, colours.title);
  await write(report.subtitle, 400, LABEL_SIZE, MARGIN, MARGIN + 58, colours.text);
  for (const [index, { label }] of rows.entries()) {
    const middle = MARGIN + HEADER + index * (cell + GAP) + cell / 2;
    await write(label, 600, LABEL_SIZE, MARGIN, middle + LABEL_SIZE / 3, colours.text);
  }
  const columnWidth = (width - 2 * MARGIN) / 2;
  for (const [index, { name, value, isReached }] of figures.entries()) {
    const x = MARGIN + Math.floor(index / perColumn) * columnWidth;
    const baseline = figuresTop + (index % perColumn) * LINE + LABEL_SIZE;
    const colour = isReached === null ? colours.text : isReached ? colours.reached : colours.missed;
    if (isReached !== null) text.push(`<circle cx="${x + 5}" cy="${baseline - 6}" r="5" fill="${colour}"/>`);
    await write(name, 400, LABEL_SIZE, x + 20, baseline, colours.text);
    const line = await setLine(value, 600, LABEL_SIZE);
    text.push(`<path d="${line.path(x + columnWidth - MARGIN - line.width, baseline)}" fill="${colour}"/>`);
  }

  const pictures = rows.flatMap(({ pictures }, row) =>
    pictures.map(({ data, width, height }, column) => ({
      input: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      raw: { width, height, channels: 3 as const },
      left: MARGIN + LABEL_WIDTH + column * (cell + GAP),
      top: MARGIN + HEADER + row * (cell + GAP),
    })),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="${colours.ground}"/>${text.join('')}</svg>`;
  return sharp(Buffer.from(svg)).composite(pictures).removeAlpha().png({ compressionLevel: 9 }).toBuffer();
}
