import type { TrainingSample, TrainingStage, TrainingTelemetry } from '../telemetry/training-telemetry.js';
import type { Message, Phase } from './dashboard-state.js';
import { clockTime, figure } from './figures.js';
import type { Canvas } from './full-screen.js';
import type { Glyphs } from './glyphs.js';
import { halfBlocks } from './half-blocks.js';
import { FILLER, type Section, stack } from './layout.js';
import { messageLines, pageLines } from './status-lines.js';
import { fitLine, lineWidth, type StyledLine, span, spread } from './styled-line.js';

/** All that the training screen shows. Plain data; the view is a function of it. */
export interface TrainingState {
  readonly phase: Phase;
  /** The newest, null before the first. */
  readonly telemetry: TrainingTelemetry | null;
  readonly sample: TrainingSample | null;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly pageUrl: string | null;
}

const STAGES: readonly TrainingStage['kind'][] = ['targets', 'training', 'finishing'];
const LABELS = ['driver', 'target', 'result'] as const;
/** Blank columns between pictures; the first stands under the other text. */
const GAP = 2;
const MARGIN = 1;
/** A picture of fewer rows shows no face. */
const PICTURE_MIN_ROWS = 6;
/** Beyond this the three would push everything else apart. */
const PICTURE_MAX_COLUMNS = 64;
/** Lines beside the pictures: header, stages, bar, loss, speed, page, keys, and air. */
const OTHER_ROWS = 11;

/**
 * Draws the whole screen of `mien avatar train`.
 * @returns exactly `size.rows` lines of exactly `size.columns` cells.
 */
export function renderTraining(state: TrainingState, canvas: Canvas): StyledLine[] {
  const { size, glyphs } = canvas;
  const { columns, rows } = size;
  const { telemetry, pageUrl, messages } = state;
  const newest = messages.at(-1);
  const parts: (Section | typeof FILLER)[] = [
    section(0, headerLine(state, columns)),
    section(20, []),
    ...(telemetry === null ? [section(1, [span(` ${doingOf(state)}`)])] : stageSections(telemetry, columns, glyphs)),
    section(21, []),
    ...pictureSections(state.sample, canvas),
    ...(pageUrl === null ? [] : [section(7, ...pageLines(pageUrl, columns))]),
    FILLER,
    ...(newest ? [section(4, ...messageLines(newest, columns, 3))] : []),
    section(2, keyLine(state, columns)),
  ];
  return stack(parts, rows, (left) => Array.from({ length: left }, () => [])).map((line) =>
    fitLine(line, columns, glyphs),
  );
}

function section(priority: number, ...lines: StyledLine[]): Section {
  return { priority, lines };
}

function doingOf({ phase }: TrainingState): string {
  return phase.kind === 'starting' ? phase.doing : 'starting';
}

function headerLine({ phase, telemetry }: TrainingState, columns: number): StyledLine {
  const word = phase.kind === 'stopping' ? span('stopping', 'near') : span('making an avatar', 'good');
  const left = [span(' mien ', 'title'), span(' '), word];
  if (telemetry === null) return left;
  return spread(left, [span(`${telemetry.name}  ${telemetry.size} px `, 'dim')], columns);
}

function stageSections(telemetry: TrainingTelemetry, columns: number, glyphs: Glyphs): Section[] {
  const { stage, losses } = telemetry;
  return [
    section(3, stagesLine(stage, glyphs)),
    section(1, progressLine(stage, columns, glyphs)),
    ...(stage.kind === 'training'
      ? [section(5, lossLine(stage.figures.loss, losses, columns, glyphs)), section(6, speedLine(stage, glyphs))]
      : [section(5, [span(` ${stage.doing}`, 'dim')])]),
  ];
}

function stagesLine(stage: TrainingStage, glyphs: Glyphs): StyledLine {
  const current = STAGES.indexOf(stage.kind);
  return STAGES.flatMap((name, at) => [
    span(at === 0 ? ' ' : ` ${glyphs.rule} `, 'dim'),
    span(name, at < current ? 'good' : at === current ? 'strong' : 'dim'),
  ]);
}

/** How far this stage is, between 0 and 1, and that in words; null where the end is not known. */
export function stageProgress(stage: TrainingStage): { readonly part: number; readonly words: string } | null {
  if (stage.kind === 'training') {
    const { trainedS, goalS } = stage.figures;
    const left = Math.max(0, goalS - trainedS);
    return {
      part: clamp01(trainedS / goalS),
      words: `${clockTime(trainedS)} of ${clockTime(goalS)}, ${clockTime(left)} left`,
    };
  }
  if (stage.total === null) return null;
  return { part: clamp01(stage.done / Math.max(1, stage.total)), words: `${stage.done} of ${stage.total}` };
}

function progressLine(stage: TrainingStage, columns: number, glyphs: Glyphs): StyledLine {
  const progress = stageProgress(stage);
  if (progress === null) return [span(` ${stage.kind === 'targets' ? stage.done : ''}`)];
  const words = `  ${progress.words} `;
  const cells = Math.max(4, columns - 1 - words.length);
  const done = Math.round(progress.part * cells);
  return [
    span(` ${glyphs.sliderOn.repeat(done)}`, 'accent'),
    span(glyphs.sliderOff.repeat(cells - done), 'dim'),
    span(words),
  ];
}

function lossLine(loss: number, losses: readonly number[], columns: number, glyphs: Glyphs): StyledLine {
  const label = ` loss ${figure(loss, 4, glyphs.nothing).padEnd(8)}`;
  return [span(label), span(sparkline(losses, columns - label.length - 1, glyphs), 'accent')];
}

/** The course of the loss in one row. On a logarithmic scale: it falls fast at first and goes on falling for long. */
function sparkline(losses: readonly number[], cells: number, glyphs: Glyphs): string {
  const count = Math.min(losses.length, Math.max(0, cells));
  const logs = Array.from({ length: count }, (_, at) => {
    return Math.log(losses[Math.floor((at * losses.length) / count)]!);
  }).filter(Number.isFinite);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const steps = glyphs.columns.length;
  return logs
    .map((log) => glyphs.columns[Math.min(steps - 1, Math.floor(((log - low) / (high - low || 1)) * steps))]!)
    .join('');
}

function speedLine({ figures }: Extract<TrainingStage, { kind: 'training' }>, glyphs: Glyphs): StyledLine {
  const speed = figure(figures.imagesPerSecond, 0, glyphs.nothing);
  return [span(` step ${figures.step}  ${glyphs.dot}  ${speed} images a second`, 'dim')];
}

/** Driver, target and result side by side, as large as fits; nothing where that would be too small to see. */
function pictureSections(sample: TrainingSample | null, { size, hasPictures }: Canvas): Section[] {
  const { columns, rows } = size;
  if (sample === null || !hasPictures) return [];
  const widest = Math.min(PICTURE_MAX_COLUMNS, Math.floor((columns - 2 * MARGIN - 2 * GAP) / 3));
  const pictureRows = Math.min(Math.floor(widest / 2), rows - OTHER_ROWS);
  if (pictureRows < PICTURE_MIN_ROWS) return [];
  const cells = 2 * pictureRows;
  const pictures = LABELS.map((label) => halfBlocks(sample[label], cells, pictureRows));
  const gap = (at: number) => span(' '.repeat(at === 0 ? MARGIN : GAP));
  const labels = LABELS.flatMap((label, at) => [gap(at), span(label.padEnd(cells), 'dim')]);
  const lines = Array.from({ length: pictureRows }, (_, row) =>
    pictures.flatMap((picture, at) => [gap(at), ...picture[row]!]),
  );
  return [section(8, labels, ...lines), section(22, [])];
}

function keyLine({ telemetry, phase }: TrainingState, columns: number): StyledLine {
  if (phase.kind === 'stopping') return [span(' saving what was trained', 'near')];
  const key = [span(' q', 'accent'), span(' stop', 'dim')];
  const how = telemetry === null ? '' : `; "mien avatar train ${telemetry.name}" goes on from there`;
  return lineWidth(key) + how.length > columns ? key : [...key, span(how, 'dim')];
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
