import type { RgbPicture } from '../telemetry/training-telemetry.js';
import { wrap } from './cell-width.js';
import { clockTime } from './figures.js';
import type { Canvas } from './full-screen.js';
import { halfBlocks } from './half-blocks.js';
import { FILLER, type Section, stack } from './layout.js';
import { fitLine, type StyledLine, span, spread } from './styled-line.js';

/** What somebody is asked to do at this moment of a guided recording. Plain data; the view is a function of it. */
export interface GuideState {
  /** The avatar's name. */
  readonly name: string;
  /** Before the recording it counts down. */
  readonly phase: 'getting-ready' | 'recording' | 'stopping';
  readonly title: string;
  readonly how: string;
  /** Until the next step, in seconds. */
  readonly leftS: number;
  readonly recordedS: number;
  readonly totalS: number;
  /** The titles of what follows. */
  readonly next: readonly string[];
  /** Whether the camera sees a face. */
  readonly hasFace: boolean;
  /** What the camera sees, mirrored; null before the first. */
  readonly picture: RgbPicture | null;
  /** What becomes of the recording. */
  readonly note: string;
}

const MARGIN = 1;
/** A picture of fewer rows shows nobody where they are. */
const PICTURE_MIN_ROWS = 5;
const PICTURE_MAX_ROWS = 24;
/** Lines beside the picture. */
const OTHER_ROWS = 13;

/**
 * Draws the whole screen of a guided recording.
 * @returns exactly `size.rows` lines of exactly `size.columns` cells.
 */
export function renderGuide(state: GuideState, canvas: Canvas): StyledLine[] {
  const { size, glyphs } = canvas;
  const { columns, rows } = size;
  const indent = span(' '.repeat(MARGIN));
  const text = (words: string) =>
    wrap(words, Math.max(1, columns - 2 * MARGIN)).map((line): StyledLine => [indent, span(line)]);
  const cells = Math.max(0, columns - 2);
  const done = Math.round(Math.min(1, state.recordedS / state.totalS) * cells);
  const parts: (Section | typeof FILLER)[] = [
    section(0, headerLine(state, canvas)),
    section(2, [
      span(` ${glyphs.sliderOn.repeat(done)}`, 'accent'),
      span(glyphs.sliderOff.repeat(cells - done), 'dim'),
    ]),
    section(20, []),
    section(1, spread([indent, span(state.title, 'title')], [span(`${Math.ceil(state.leftS)} s `, 'strong')], columns)),
    section(3, ...text(state.how)),
    section(21, []),
    ...(state.hasFace
      ? []
      : [section(4, [indent, span('No face in the picture: move into it, with light on you.', 'over')])]),
    ...pictureSections(state.picture, canvas),
    FILLER,
    ...(state.next.length > 0
      ? [section(6, [indent, span(`then: ${state.next.join(', ').toLowerCase()}`, 'dim')])]
      : []),
    section(7, ...text(state.note)),
    section(5, [span(' q', 'accent'), span(' stop; nothing is kept', 'dim')]),
  ];
  return stack(parts, rows, (left) => Array.from({ length: left }, () => [])).map((line) =>
    fitLine(line, columns, glyphs),
  );
}

function section(priority: number, ...lines: StyledLine[]): Section {
  return { priority, lines };
}

function headerLine({ phase, name, recordedS, totalS }: GuideState, { size, glyphs }: Canvas): StyledLine {
  const words = {
    'getting-ready': span('get ready', 'near'),
    recording: span(`${glyphs.record} recording`, 'over'),
    stopping: span('stopping', 'near'),
  };
  const left = [span(' mien ', 'title'), span(' '), words[phase], span(`  for ${name}`, 'dim')];
  return spread(left, [span(`${clockTime(recordedS)} of ${clockTime(totalS)} `, 'dim')], size.columns);
}

function pictureSections(picture: RgbPicture | null, { size, hasPictures }: Canvas): Section[] {
  if (picture === null || !hasPictures) return [];
  const shape = picture.width / picture.height;
  const widest = Math.floor((size.columns - 2 * MARGIN) / (2 * shape));
  const rows = Math.min(PICTURE_MAX_ROWS, size.rows - OTHER_ROWS, widest);
  if (rows < PICTURE_MIN_ROWS) return [];
  const lines = halfBlocks(picture, Math.round(2 * rows * shape), rows);
  return [section(8, ...lines.map((line) => [span(' '.repeat(MARGIN)), ...line])), section(22, [])];
}
