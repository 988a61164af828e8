import { describe, expect, test } from 'vitest';
import { toAnsi } from '../../src/tui/ansi.js';
import { ASCII_GLYPHS, CONSOLE_GLYPHS, UNICODE_GLYPHS } from '../../src/tui/glyphs.js';
import { ScreenWriter } from '../../src/tui/screen-writer.js';
import { fitLine, span } from '../../src/tui/styled-line.js';
import { canDrawDashboard, colourDepth, glyphsFor } from '../../src/tui/terminal-support.js';

describe('what a terminal can do', () => {
  test('the dashboard needs a terminal that is not dumb', () => {
    expect(canDrawDashboard({ isTTY: true }, { TERM: 'xterm-256color' })).toBe(true);
    expect(canDrawDashboard({ isTTY: true }, { TERM: 'linux' })).toBe(true);
    expect(canDrawDashboard({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(canDrawDashboard({ isTTY: false }, { TERM: 'xterm-256color' })).toBe(false);
    expect(canDrawDashboard({}, { TERM: 'xterm-256color' })).toBe(false);
  });

  test('signs follow the locale and the font', () => {
    expect(glyphsFor({ LANG: 'de_DE.UTF-8', TERM: 'xterm' })).toBe(UNICODE_GLYPHS);
    expect(glyphsFor({ LANG: 'C.utf8', TERM: 'linux' })).toBe(CONSOLE_GLYPHS);
    expect(glyphsFor({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(ASCII_GLYPHS);
    expect(glyphsFor({}, 'linux')).toBe(ASCII_GLYPHS);
    expect(glyphsFor({}, 'darwin')).toBe(UNICODE_GLYPHS);
  });

  test('NO_COLOR leaves weight and drops colour', () => {
    const depthAt = (bits: number, env = {}) => colourDepth({ isTTY: true, getColorDepth: () => bits }, env);
    expect([1, 4, 8, 24].map((bits) => depthAt(bits))).toEqual(['none', 'theme', 'palette', 'full']);
    expect(depthAt(24, { NO_COLOR: '1' })).toBe('none');
    expect(depthAt(8, { COLORTERM: 'truecolor' })).toBe('full');
    const line = [span('a', 'good'), span('b', 'over'), span('c')];
    expect(toAnsi(line, 'theme')).toBe('\x1b[32ma\x1b[0m\x1b[1;31mb\x1b[0mc');
    expect(toAnsi(line, 'none')).toBe('a\x1b[1mb\x1b[0mc');
  });

  test('pixels take the nearest colour that there is', () => {
    const cell = [span('▀', { upper: 0xff8000, lower: 0x7f7f80 })];
    expect(toAnsi(cell, 'full')).toBe('\x1b[38;2;255;128;0;48;2;127;127;128m▀\x1b[0m');
    // 208 is (255, 135, 0) of the colour cube; 244 is grey 128.
    expect(toAnsi(cell, 'palette')).toBe('\x1b[38;5;208;48;5;244m▀\x1b[0m');
  });
});

describe('the writer', () => {
  const record = () => {
    const written: string[] = [];
    return { written, writer: new ScreenWriter((text) => written.push(text), 'none') };
  };
  const lines = (...texts: string[]) => texts.map((text) => fitLine([span(text)], 4, UNICODE_GLYPHS));

  test('writes changed lines only, in one piece, and nothing when nothing changed', () => {
    const { written, writer } = record();
    writer.draw(lines('aa', 'bb', 'cc'));
    writer.draw(lines('aa', 'xx', 'cc'));
    writer.draw(lines('aa', 'xx', 'cc'));
    expect(written).toEqual([
      '\x1b[?2026h\x1b[1;1Haa\x1b[K\x1b[2;1Hbb\x1b[K\x1b[3;1Hcc\x1b[K\x1b[?2026l',
      '\x1b[?2026h\x1b[2;1Hxx\x1b[K\x1b[?2026l',
    ]);
  });

  test('does not erase behind a line that fills its row', () => {
    const { written, writer } = record();
    writer.draw(lines('abcd'));
    expect(written[0]).not.toContain('\x1b[K');
  });

  test('draws everything again after a resize, on a cleared screen', () => {
    const { written, writer } = record();
    writer.draw(lines('aa', 'bb'));
    writer.invalidate();
    writer.draw(lines('aa', 'bb'));
    expect(written[1]).toBe('\x1b[?2026h\x1b[2J\x1b[1;1Haa\x1b[K\x1b[2;1Hbb\x1b[K\x1b[?2026l');
  });

  test('leaving shows the cursor, wraps again and goes back to the first screen, in this order', () => {
    const { written, writer } = record();
    writer.enter();
    writer.leave();
    expect(written[0]).toContain('\x1b[?1049h\x1b[?25l\x1b[?7l');
    expect(written[1]!.endsWith('\x1b[?7h\x1b[?25h\x1b[?1049l')).toBe(true);
  });
});
