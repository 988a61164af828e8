import { describe, expect, test } from 'vitest';
import { cellWidth, clip, toAscii, withoutControls, wrap } from '../../src/tui/cell-width.js';

test.each([
  ['plain', 5],
  ['━━●──', 5],
  ['naïve', 5],
  ['nai\u0308ve', 5],
  ['会議', 4],
  ['한국', 4],
  ['ＡＢ', 4],
  ['👩🏽‍💻', 2],
  ['🇫🇷', 2],
  ['\u200b', 0],
])('%s covers %i cells', (text, cells) => {
  expect(cellWidth(text)).toBe(cells);
});

test('clipping ends in an ellipsis and never halves a wide character', () => {
  expect(clip('abcdef', 6)).toBe('abcdef');
  expect(clip('abcdef', 4)).toBe('abc…');
  expect(clip('会議室', 4)).toBe('会…');
  expect(clip('会議室', 5)).toBe('会議…');
  expect(clip('abc', 1)).toBe('…');
  expect(clip('abc', 0)).toBe('');
});

describe('wrapping', () => {
  test('breaks at blanks', () => {
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  });

  test('breaks a word that is longer than the line', () => {
    expect(wrap('a 0123456789ab', 5)).toEqual(['a', '01234', '56789', 'ab']);
  });

  test('ends even when a character is wider than the line', () => {
    expect(wrap('会議', 1)).toEqual(['会', '議', '']);
  });
});

test('control characters become blanks', () => {
  expect(withoutControls('a\x1b[31mb\r\nc\u202ed')).toBe('a [31mb  c d');
});

test('ASCII keeps the width', () => {
  expect(toAscii('é会x')).toBe('???x');
});
