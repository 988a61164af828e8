import { writeFileSync } from 'node:fs';
import { setLine } from '../../../src/output/card-text.js';
import { goalInWords, isReached, type Row, valueInWords } from '../../../src/training/evaluation/goals.js';
import { type ReportRow, renderReport } from '../../../src/training/report.js';

/** The figures as a table for the terminal. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map((row) => {
      const verdict = isReached(row);
      const mark = verdict === null ? '  ' : verdict ? 'ok' : '!!';
      return `${mark}  ${row.name.padEnd(width)}  ${valueInWords(row).padStart(8)}   ${goalInWords(row)}`.trimEnd();
    })
    .join('\n');
}

/** Writes pictures and figures as one PNG. */
export async function writeSheet(
  path: string,
  title: string,
  subtitle: string,
  pictures: readonly ReportRow[],
  rows: readonly Row[],
): Promise<void> {
  const figures = rows.map((row) => ({
    name: `${row.name.trim()}${goalInWords(row) && ` (${goalInWords(row)})`}`,
    value: valueInWords(row),
    isReached: isReached(row),
  }));
  writeFileSync(path, await renderReport({ title, subtitle, rows: pictures, figures }, setLine));
}
