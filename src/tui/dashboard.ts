import type { Telemetry } from '../telemetry/telemetry.js';
import { budgetLevel } from './budget-level.js';
import type { DashboardState } from './dashboard-state.js';
import { figure, milliseconds } from './figures.js';
import { type Glyphs, UNICODE_GLYPHS } from './glyphs.js';
import { CHART_MIN_ROWS, historyChart } from './history-chart.js';
import { helpLines, keyLine } from './key-help.js';
import { latencyColumns, latencyHead, latencyRow, verdict } from './latency-rows.js';
import { FILLER, type Section, stack } from './layout.js';
import {
  avatarLines,
  effectLine,
  faceLine,
  headerLine,
  loadLine,
  messageLines,
  pageLines,
  pictureLine,
  recordingLine,
  sinksLine,
  sourceLines,
  tinyHeader,
} from './status-lines.js';
import { fitLine, type StyledLine, span } from './styled-line.js';

/** The size of the screen in cells. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const CHART_MAX_ROWS = 16;

/** A message younger than this goes before the details of the picture. */
const FRESH_FOR_MS = 15_000;

/** Below this many rows or columns there is room for one line of figures only. */
const TINY = { columns: 36, rows: 5 };

/**
 * Draws the whole dashboard; nothing else decides what is on the screen.
 * @returns exactly `size.rows` lines of exactly `size.columns` cells.
 */
export function renderDashboard(
  state: DashboardState,
  size: ScreenSize,
  glyphs: Glyphs = UNICODE_GLYPHS,
): StyledLine[] {
  const isTiny = size.columns < TINY.columns || size.rows < TINY.rows;
  const lines = isTiny ? tinyScreen(state, size, glyphs) : fullScreen(state, size, glyphs);
  return lines.map((line) => fitLine(line, size.columns, glyphs));
}

function fullScreen(state: DashboardState, size: ScreenSize, glyphs: Glyphs): StyledLine[] {
  const header = headerLine(state, size.columns, glyphs);
  if (state.isHelpOpen) {
    return [header, [], ...helpLines(state, { ...size, rows: size.rows - 2 }, glyphs)];
  }
  const parts: (Section | typeof FILLER)[] = [
    section(0, header),
    ...(state.telemetry === null
      ? startingSections(state, size.columns)
      : runningSections(state.telemetry, state, size, glyphs)),
    FILLER,
    ...messageSections(state, size),
    section(3, keyLine(size.columns, isWearing(state), glyphs)),
  ];
  return stack(parts, size.rows, (rows) => chartOrBlank(state, { ...size, rows }, glyphs));
}

function isWearing({ telemetry }: DashboardState): boolean {
  return telemetry?.settings.effect === 'avatar';
}

function section(priority: number, ...lines: StyledLine[]): Section {
  return { priority, lines };
}

/** Blank lines give the screen air where there is room for it. */
function blank(priority: number): Section {
  return section(priority, []);
}

function startingSections({ phase, pageUrl }: DashboardState, columns: number): Section[] {
  const doing = phase.kind === 'starting' ? phase.doing : 'waiting for the first frame';
  return [
    blank(9),
    section(1, [span(` ${doing}`)]),
    blank(9),
    ...(pageUrl === null ? [] : [section(2, ...pageLines(pageUrl, columns))]),
  ];
}

function runningSections(telemetry: Telemetry, state: DashboardState, size: ScreenSize, glyphs: Glyphs): Section[] {
  const { columns } = size;
  const { settings } = telemetry;
  const { recording, pageUrl } = state;
  return [
    section(5, ...sourceLines(telemetry, columns, glyphs)),
    blank(30),
    ...latencySections(telemetry, columns, glyphs),
    blank(31),
    settings.effect === 'avatar'
      ? section(10, ...avatarLines(telemetry, columns))
      : section(10, effectLine(settings, columns, glyphs)),
    section(11, faceLine(telemetry)),
    section(14, pictureLine(settings)),
    section(13, loadLine(telemetry, glyphs)),
    section(16, sinksLine(telemetry, glyphs)),
    ...(recording === null ? [] : [section(15, recordingLine(recording.path, columns, glyphs))]),
    ...(pageUrl === null ? [] : [section(12, ...pageLines(pageUrl, columns))]),
    blank(32),
  ];
}

function latencySections(telemetry: Telemetry, width: number, glyphs: Glyphs): Section[] {
  const { stages, total, brokenBy } = telemetry;
  const columns = latencyColumns(width, Math.max(...[...stages, total].map(({ name }) => name.length)));
  const rows = stages.map((stage) => {
    // On a low screen the rows that tell most stay: the culprit, then what is over its budget, then the others.
    const priority = stage.name === brokenBy ? 4 : budgetLevel(stage) === 'over' ? 6 : 9;
    return section(priority, latencyRow(stage, columns, glyphs, stage.name === brokenBy ? 'over' : 'plain'));
  });
  return [
    section(8, latencyHead(columns)),
    ...rows,
    section(1, latencyRow(total, columns, glyphs, 'strong')),
    section(2, [span(' '), verdict(telemetry, glyphs)]),
  ];
}

/** The newest message may take three lines and goes first while it is fresh; each older one is worth less. */
function messageSections({ messages, now }: DashboardState, { columns }: ScreenSize): Section[] {
  const newest = messages.length - 1;
  return messages.map((message, at) => {
    const age = newest - at;
    const lines = messageLines(message, columns, age === 0 ? 3 : 1);
    const isFresh = age === 0 && now.getTime() - message.time.getTime() < FRESH_FOR_MS;
    return section(isFresh ? 7 : 20 + age, ...lines);
  });
}

function chartOrBlank({ telemetry, history }: DashboardState, size: ScreenSize, glyphs: Glyphs): StyledLine[] {
  const rows = Math.min(CHART_MAX_ROWS, size.rows - 1);
  const chart =
    telemetry !== null && rows >= CHART_MIN_ROWS
      ? historyChart(history, telemetry.total.budget, { columns: size.columns, rows }, glyphs)
      : [];
  return [...chart, ...Array.from({ length: size.rows - chart.length }, () => [])];
}

/** A screen of a few cells: rate and lateness first, then the state, what broke the budget, and the way out. */
function tinyScreen(state: DashboardState, { columns, rows }: ScreenSize, glyphs: Glyphs): StyledLine[] {
  const { telemetry } = state;
  const figures = telemetry === null ? [] : [section(0, tinyFigures(telemetry, glyphs))];
  const broken = telemetry?.brokenBy ?? null;
  return stack(
    [
      section(1, tinyHeader(state, glyphs)),
      ...figures,
      ...(broken === null ? [] : [section(2, [span(`late: ${broken}`, 'over')])]),
      FILLER,
      section(3, keyLine(columns, isWearing(state), glyphs)),
    ],
    rows,
    (left) => Array.from({ length: left }, () => []),
  );
}

function tinyFigures({ total, fpsOut }: Telemetry, glyphs: Glyphs): StyledLine {
  const level = budgetLevel(total);
  return [
    span(milliseconds(total.p95, glyphs.nothing), level === 'unknown' ? 'dim' : level),
    span(`/${milliseconds(total.budget, glyphs.nothing)} ms ${figure(fpsOut, 0, glyphs.nothing)} fps`),
  ];
}
