import { budgetLevel } from './budget-level.js';
import { figure } from './figures.js';
import type { Glyphs } from './glyphs.js';
import { mergeSpans, type Span, type StyledLine, span } from './styled-line.js';

const AXIS_CELLS = 8;

/** The fewest rows that a chart with its title can be read in. */
export const CHART_MIN_ROWS = 4;

/**
 * Draws end-to-end latency as columns, the newest at the right, with the frame interval as a line across.
 * @param history - p95 in ms, one value a second, oldest first; NaN leaves a gap.
 * @param budget - the frame interval in ms.
 * @returns exactly `rows` lines (at least `CHART_MIN_ROWS`), the first one a title.
 */
export function historyChart(
  history: readonly number[],
  budget: number,
  size: { readonly columns: number; readonly rows: number },
  glyphs: Glyphs,
): StyledLine[] {
  const width = Math.max(1, size.columns - AXIS_CELLS - 2);
  const height = size.rows - 1;
  const shown = history.slice(-width);
  const measured = shown.filter((ms) => Number.isFinite(ms));
  // Steps of half a budget keep the scale from breathing with every value.
  const step = budget > 0 ? budget / 2 : 10;
  const top = step * Math.max(3, Math.ceil(Math.max(0, ...measured) / step));
  const budgetRow = height - 1 - Math.min(height - 1, Math.floor((budget / top) * height));
  const rows = Array.from({ length: height }, (_, row): StyledLine => {
    const onBudget = row === budgetRow && budget > 0;
    const label = row === 0 ? top : onBudget ? budget : row === height - 1 ? 0 : Number.NaN;
    const axis = span(`${figure(label, 1, '').padStart(AXIS_CELLS - 1)} `, 'dim');
    const empty = span((onBudget ? glyphs.rule : ' ').repeat(width - shown.length), 'dim');
    const columns = shown.map((ms) => columnCell(ms, row, { top, height, budget, onBudget }, glyphs));
    return [axis, ...mergeSpans([empty, ...columns])];
  });
  return [[span(' end to end, p95', 'accent'), span(`, the last ${width} s`, 'dim')], ...rows];
}

function columnCell(
  ms: number,
  row: number,
  scale: { readonly top: number; readonly height: number; readonly budget: number; readonly onBudget: boolean },
  glyphs: Glyphs,
): Span {
  const steps = glyphs.columns.length;
  const above = scale.height - 1 - row;
  const filled = Math.round((ms / scale.top) * scale.height * steps) - above * steps;
  if (!(filled > 0)) return span(scale.onBudget ? glyphs.rule : ' ', 'dim');
  const level = budgetLevel({ name: '', p50: ms, p95: ms, p99: ms, budget: scale.budget });
  return span(glyphs.columns[Math.min(steps, filled) - 1]!, level === 'unknown' ? 'plain' : level);
}
