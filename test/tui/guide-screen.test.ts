import { expect, test } from 'vitest';
import { UNICODE_GLYPHS } from '../../src/tui/glyphs.js';
import { type GuideState, renderGuide } from '../../src/tui/guide-screen.js';
import { lineWidth, plainText } from '../../src/tui/styled-line.js';

const state: GuideState = {
  name: 'me',
  phase: 'recording',
  title: 'Turn your head',
  how: 'Slowly to the left, and slowly to the right, as far as you can see the screen.',
  leftS: 8.2,
  recordedS: 9.8,
  totalS: 60,
  next: ['Nod', 'Talk'],
  hasFace: true,
  picture: { width: 16, height: 9, data: new Uint8Array(3 * 16 * 9).fill(90) },
  note: 'The recording stays on this computer and is deleted after the training.',
};

const draw = (of: GuideState, columns: number, rows: number) =>
  renderGuide(of, { size: { columns, rows }, glyphs: UNICODE_GLYPHS, hasPictures: true });
const screen = (of: GuideState, columns: number, rows: number) =>
  draw(of, columns, rows)
    .map((line) => plainText(line).trimEnd())
    .join('\n');

test('80x24: what to do, for how long, what comes next, and what the camera sees', () => {
  expect(screen(state, 80, 24)).toMatchInlineSnapshot(`
    " mien  ● recording  for me                                         0:09 of 1:00
     ━━━━━━━━━━━━━─────────────────────────────────────────────────────────────────

     Turn your head                                                             9 s
     Slowly to the left, and slowly to the right, as far as you can see the screen.

     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀




     then: nod, talk
     The recording stays on this computer and is deleted after the training.
     q stop; nothing is kept"
  `);
});

test('a face that is not seen is told of', () => {
  expect(screen({ ...state, hasFace: false }, 80, 24)).toContain('No face in the picture');
});

test('on a low screen what to do stays', () => {
  expect(screen(state, 40, 4)).toContain('Turn your head');
});

test('at every size each line is exactly as wide as the screen', () => {
  for (let columns = 1; columns < 130; columns += 3) {
    for (let rows = 1; rows < 50; rows += 3) {
      const lines = draw(state, columns, rows);
      expect([lines.length, ...new Set(lines.map(lineWidth))]).toEqual([rows, columns]);
    }
  }
});
