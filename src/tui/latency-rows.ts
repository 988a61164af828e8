import type { StageStats, Telemetry } from '../telemetry/telemetry.js';
import { type BudgetLevel, budgetLevel } from './budget-level.js';
import { clip } from './cell-width.js';
import { milliseconds } from './figures.js';
import type { Glyphs } from './glyphs.js';
import { mergeSpans, type Span, type Style, type StyledLine, span } from './styled-line.js';

/** Where the budget lies on a bar: all marks stand one below the other, and a quarter is left to show by how much a row is over. */
const LIMIT_AT = 0.75;

const NUMBER_CELLS = 6;
const BUDGET_CELLS = 7;
const WORD_CELLS = 6;

/** How a level is shown: a colour, and a word for those who do not see it. */
const LEVELS: Record<BudgetLevel, { readonly style: Style; readonly word: string }> = {
  good: { style: 'good', word: 'ok' },
  near: { style: 'near', word: 'near' },
  over: { style: 'over', word: 'OVER' },
  unknown: { style: 'dim', word: '' },
};

/** The columns of the latency table at a width: narrow screens lose the bar, then all figures but p95. */
export interface LatencyColumns {
  readonly name: number;
  readonly bar: number;
  readonly hasAllFigures: boolean;
}

/** Shares out a row of `width` cells, with names of up to `longestName` cells. */
export function latencyColumns(width: number, longestName: number): LatencyColumns {
  const name = Math.max(5, Math.min(longestName, width < 70 ? 9 : 12));
  const rest = width - 2 - name - 3 * NUMBER_CELLS - BUDGET_CELLS - WORD_CELLS;
  return { name, bar: rest < 8 ? 0 : rest - 2, hasAllFigures: rest >= 0 };
}

/** The head of the latency table. */
export function latencyHead(columns: LatencyColumns): StyledLine {
  const figures = columns.hasAllFigures ? ['p50', 'p95', 'p99', ' budget'] : ['p95'];
  const room = 1 + columns.name + (columns.bar > 0 ? columns.bar + 2 : 0);
  const titles = [' latency, ms over the last 10 s', ' latency, ms', ' ms'];
  const title = titles.find(({ length }) => length <= room) ?? '';
  return [span(title.padEnd(room), 'accent'), ...figures.map((name) => span(name.padStart(NUMBER_CELLS), 'dim'))];
}

/** One row of the table: name, bar, figures, and the word that says what the colour says. */
export function latencyRow(stats: StageStats, columns: LatencyColumns, glyphs: Glyphs, nameStyle: Style): StyledLine {
  const level = LEVELS[budgetLevel(stats)];
  const number = (ms: number, style: Style, cells = NUMBER_CELLS): Span =>
    span(milliseconds(ms, glyphs.nothing).padStart(cells), style);
  const figures = columns.hasAllFigures
    ? [number(stats.p50, nameStyle), number(stats.p95, level.style), number(stats.p99, 'plain')]
    : [number(stats.p95, level.style)];
  return [
    span(` ${clip(stats.name, columns.name, glyphs.ellipsis).padEnd(columns.name)}`, nameStyle),
    ...(columns.bar > 0 ? [span(' '), ...latencyBar(stats, columns.bar, glyphs), span(' ')] : []),
    ...figures,
    ...(columns.hasAllFigures ? [number(stats.budget, 'dim', BUDGET_CELLS)] : []),
    span(`  ${level.word}`, level.style),
  ];
}

/** A bar of `width` cells: filled to p50, lighter to p95, a tick at p99; the budget is marked at three quarters. */
export function latencyBar(stats: StageStats, width: number, glyphs: Glyphs): Span[] {
  const limit = Math.round(LIMIT_AT * (width - 1));
  const cellOf = (ms: number): number => (Number.isFinite(ms) && stats.budget > 0 ? (ms / stats.budget) * limit : 0);
  // Anything measured shows at least one cell: an empty bar means "nothing yet".
  const p50 = stats.p50 > 0 ? Math.max(1, Math.round(cellOf(stats.p50))) : 0;
  const level = budgetLevel(stats);
  // Over by less than a cell still crosses the mark.
  const p95 = Math.max(Math.round(cellOf(stats.p95)), level === 'over' ? limit + 1 : 0);
  const p99 = Math.round(cellOf(stats.p99));
  const { style } = LEVELS[level];
  const cells = Array.from({ length: width }, (_, at): Span => {
    if (at === width - 1 && p99 >= width) return span(glyphs.beyond, 'over');
    if (at === limit) return at < p95 ? span(glyphs.crossed, style) : span(glyphs.limit, 'dim');
    if (at < p50) return span(glyphs.toP50, style);
    if (at < p95) return span(glyphs.toP95, style);
    return at === p99 && p99 > 0 ? span(glyphs.p99, at > limit ? 'near' : 'dim') : span(' ');
  });
  return mergeSpans(cells);
}

/** Says in words whether the picture is in time, and names the stage that broke the budget. */
export function verdict(telemetry: Telemetry, glyphs: Glyphs): Span {
  const { total, brokenBy } = telemetry;
  const ms = (value: number): string => `${milliseconds(value, glyphs.nothing)} ms`;
  const level = budgetLevel(total);
  if (level === 'unknown') return span('Measuring: the first figures come after a few frames.', 'dim');
  const broken = telemetry.stages.find(({ name }) => name === brokenBy);
  if (broken) {
    const whole = `frames take ${milliseconds(total.p95, glyphs.nothing)} of ${ms(total.budget)}`;
    return span(`Late because of ${broken.name}: ${ms(broken.p95)}, budget ${ms(broken.budget)}; ${whole}.`, 'over');
  }
  if (level === 'over') {
    const why = brokenBy ?? 'no single stage is over its own';
    return span(`Late: ${ms(total.p95)} at p95, the frame interval is ${ms(total.budget)} (${why}).`, 'over');
  }
  const over = telemetry.stages.filter((stage) => budgetLevel(stage) === 'over').map(({ name }) => name);
  const spare = `In time: ${ms(total.budget - total.p95)} of ${ms(total.budget)} to spare at p95`;
  return over.length === 0
    ? span(`${spare}.`, level)
    : span(`${spare}, with ${over.join(' and ')} over budget.`, 'near');
}
