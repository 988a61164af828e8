import { writeFileSync } from 'node:fs';
import { setLine } from '../../../src/output/card-text.js';
import { type ReportRow, renderReport } from '../../../src/training/report.js';
import { isReached, type Row } from './goals.js';

/** The figures as a table for the terminal. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map((row) => {
      const verdict = isReached(row);
      const mark = verdict === null ? '  ' : verdict ? 'ok' : '!!';
      return `${mark}  ${row.name.padEnd(width)}  ${inWords(row).padStart(8)}   ${goalOf(row)}`.trimEnd();
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
    name: `${row.name.trim()}${goalOf(row) && ` (${goalOf(row)})`}`,
    value: inWords(row),
    isReached: isReached(row),
  }));
  writeFileSync(path, await renderReport({ title, subtitle, rows: pictures, figures }, setLine));
}

function inWords({ value, digits }: Row): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(digits);
}

function goalOf({ atMost, atLeast, digits }: Row): string {
  if (atMost !== undefined) return `at most ${atMost.toFixed(digits)}`;
  return atLeast === undefined ? '' : `at least ${atLeast.toFixed(digits)}`;
}
