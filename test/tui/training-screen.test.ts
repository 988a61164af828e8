import { describe, expect, test } from 'vitest';
import type { RgbPicture, TrainingStage, TrainingTelemetry } from '../../src/telemetry/training-telemetry.js';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/tui/glyphs.js';
import { halfBlocks } from '../../src/tui/half-blocks.js';
import { lineWidth, plainText } from '../../src/tui/styled-line.js';
import { formatTrainingJson, formatTrainingLine } from '../../src/tui/training-lines.js';
import { renderTraining, type TrainingState } from '../../src/tui/training-screen.js';

const TRAINING: TrainingStage = {
  kind: 'training',
  figures: { step: 1284, loss: 0.04213, imagesPerSecond: 63.8, trainedS: 161, goalS: 480 },
};

function telemetry(stage: TrainingStage = TRAINING): TrainingTelemetry {
  return { name: 'gioconda', size: 128, stage, losses: Array.from({ length: 400 }, (_, at) => 0.4 / (1 + at / 20)) };
}

/** One colour all over. */
function plain(red: number, green: number, blue: number): RgbPicture {
  const rgb = new Uint8Array(3 * 16 * 16);
  for (let at = 0; at < rgb.length; at += 3) rgb.set([red, green, blue], at);
  return { width: 16, height: 16, data: rgb };
}

function state(changes: Partial<TrainingState> = {}): TrainingState {
  return {
    phase: { kind: 'running' },
    telemetry: telemetry(),
    sample: { driver: plain(200, 0, 0), target: plain(0, 200, 0), result: plain(0, 0, 200) },
    messages: [],
    pageUrl: 'http://127.0.0.1:41873/f3b1c0a7d29e4c55/',
    ...changes,
  };
}

const draw = (of: TrainingState, columns: number, rows: number, hasPictures = true, glyphs = UNICODE_GLYPHS) =>
  renderTraining(of, { size: { columns, rows }, glyphs, hasPictures });
const screen = (...args: Parameters<typeof draw>): string =>
  draw(...args)
    .map((line) => plainText(line).trimEnd())
    .join('\n');

describe('the screen of a training', () => {
  test('80x24 shows every fact and three pictures', () => {
    expect(screen(state(), 80, 24)).toMatchInlineSnapshot(`
      " mien  making an avatar                                        gioconda  128 px

       targets ─ training ─ finishing
       ━━━━━━━━━━━━━━━━━━───────────────────────────────────  2:41 of 8:00, 5:19 left
       loss 0.0421  ██▇▇▆▆▆▅▅▅▅▅▄▄▄▄▄▄▄▃▃▃▃▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       step 1284  ·  64 images a second

       driver                    target                    result
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
       ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀

       page       http://127.0.0.1:41873/f3b1c0a7d29e4c55/

       q stop; "mien avatar train gioconda" goes on from there"
    `);
  });

  test('the pictures are driver, target and result, left to right', () => {
    const line = draw(state(), 80, 24).find((cells) => plainText(cells).includes('▀'));
    const colours = line!.filter(({ style }) => typeof style !== 'string').map(({ style }) => style);
    expect(colours).toEqual([0xc80000, 0x00c800, 0x0000c8].map((colour) => ({ upper: colour, lower: colour })));
  });

  test('without colours for pictures, and in ASCII', () => {
    const shown = screen(state(), 60, 12, false, ASCII_GLYPHS);
    expect(shown).toMatch(/^[ -~\n]*$/);
    expect(shown).toMatchInlineSnapshot(`
      " mien  making an avatar                    gioconda  128 px

       targets - training - finishing
       ===========----------------------  2:41 of 8:00, 5:19 left
       loss 0.0421  ########.....................................
       step 1284  -  64 images a second

       page       http://127.0.0.1:41873/f3b1c0a7d29e4c55/



       q stop; "mien avatar train gioconda" goes on from there"
    `);
  });

  test('the other stages: what is being done, and how far it is', () => {
    const targets = telemetry({ kind: 'targets', doing: 'reading me.mp4', done: 412, total: 640 });
    expect(screen(state({ telemetry: targets, sample: null }), 60, 9)).toMatchInlineSnapshot(`
      " mien  making an avatar                    gioconda  128 px

       targets ─ training ─ finishing
       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────  412 of 640
       reading me.mp4

       page       http://127.0.0.1:41873/f3b1c0a7d29e4c55/

       q stop; "mien avatar train gioconda" goes on from there"
    `);
    const finishing = telemetry({ kind: 'finishing', doing: 'making it small and fast', done: 1, total: 4 });
    expect(screen(state({ telemetry: finishing, sample: null }), 60, 9)).toMatchInlineSnapshot(`
      " mien  making an avatar                    gioconda  128 px

       targets ─ training ─ finishing
       ━━━━━━━━━━━━━─────────────────────────────────────  1 of 4
       making it small and fast

       page       http://127.0.0.1:41873/f3b1c0a7d29e4c55/

       q stop; "mien avatar train gioconda" goes on from there"
    `);
    const unknown = telemetry({ kind: 'targets', doing: 'reading faces', done: 12, total: null });
    expect(screen(state({ telemetry: unknown, sample: null }), 60, 9)).toContain('12');
  });

  test('stopping, and starting', () => {
    expect(screen(state({ phase: { kind: 'stopping' } }), 80, 24)).toContain('saving what was trained');
    const starting = state({
      phase: { kind: 'starting', doing: 'looking at the portrait' },
      telemetry: null,
      sample: null,
    });
    expect(screen(starting, 80, 24)).toContain('looking at the portrait');
  });

  test('at every size each line is exactly as wide as the screen', () => {
    for (let columns = 1; columns < 130; columns += 3) {
      for (let rows = 1; rows < 50; rows += 2) {
        const lines = draw(state(), columns, rows);
        expect(lines.length).toBe(rows);
        expect(new Set(lines.map(lineWidth))).toEqual(new Set([columns]));
      }
    }
  });

  test('before the first figure nothing is made up', () => {
    const figures = { step: 0, loss: Number.NaN, imagesPerSecond: Number.NaN, trainedS: 0, goalS: 480 };
    const first: TrainingTelemetry = { ...telemetry({ kind: 'training', figures }), losses: [] };
    expect(screen(state({ telemetry: first }), 80, 24)).toMatch(/loss –/);
    expect(formatTrainingJson(first)).toContain('"loss":null');
  });
});

test('a picture keeps its colours: each half of a cell is the mean of what falls to it', () => {
  // Two columns, four rows: red over black on the left, white over blue on the right.
  const rgb = Uint8Array.from([
    ...[255, 0, 0, 255, 255, 255],
    ...[255, 0, 0, 255, 255, 255],
    ...[0, 0, 0, 0, 0, 255],
    ...[0, 0, 2, 0, 0, 253],
  ]);
  expect(halfBlocks({ width: 2, height: 4, data: rgb }, 2, 1)).toEqual([
    [
      { text: '▀', style: { upper: 0xff0000, lower: 0x000001 } },
      { text: '▀', style: { upper: 0xffffff, lower: 0x0000fe } },
    ],
  ]);
  expect(halfBlocks({ width: 2, height: 4, data: rgb }, 8, 4).every((line) => lineWidth(line) === 8)).toBe(true);
});

test('lines for logs and programs', () => {
  expect(formatTrainingLine(telemetry())).toBe(
    'gioconda training | 2:41 of 8:00, 5:19 left | loss 0.0421 | step 1284 | 64 images a second',
  );
  expect(JSON.parse(formatTrainingJson(telemetry()))).toEqual({ name: 'gioconda', size: 128, stage: TRAINING });
  const targets = telemetry({ kind: 'targets', doing: 'reading me.mp4', done: 412, total: 640 });
  expect(formatTrainingLine(targets)).toBe('gioconda targets | 412 of 640 | reading me.mp4');
});
