import { describe, expect, test } from 'vitest';
import { LiveSettings } from '../../src/config/settings.js';
import { actionForKey, type KeyContext } from '../../src/tui/keys.js';
import { PendingSettings } from '../../src/tui/pending-settings.js';

const settings = LiveSettings.parse({});
const context = (changes: Partial<KeyContext> = {}): KeyContext => ({
  settings,
  isRecording: false,
  isHelpOpen: false,
  ...changes,
});

describe('keys', () => {
  test.each([
    ['e', { effect: 'none' }],
    ['b', { split: true }],
    ['m', { mirror: true }],
    ['p', { paused: true }],
    ['right', { strength: 65 }],
    ['+', { strength: 65 }],
    ['=', { strength: 65 }],
    [']', { strength: 65 }],
    ['left', { strength: 55 }],
    ['-', { strength: 55 }],
    ['[', { strength: 55 }],
    ['S-right', { strength: 61 }],
    ['}', { strength: 61 }],
    ['S-left', { strength: 59 }],
    ['{', { strength: 59 }],
  ])('%s sets %o', (key, patch) => {
    expect(actionForKey(key, context())).toEqual({ kind: 'set', patch });
  });

  test('switches go back', () => {
    const on = { ...settings, effect: 'none', mirror: true, split: true, paused: true } as const;
    expect(actionForKey('e', context({ settings: on }))).toEqual({ kind: 'set', patch: { effect: 'touch-up' } });
    expect(actionForKey('b', context({ settings: on }))).toEqual({ kind: 'set', patch: { split: false } });
    expect(actionForKey('m', context({ settings: on }))).toEqual({ kind: 'set', patch: { mirror: false } });
    expect(actionForKey('p', context({ settings: on }))).toEqual({ kind: 'set', patch: { paused: false } });
    expect(actionForKey('r', context({ isRecording: true }))).toEqual({ kind: 'record', on: false });
    expect(actionForKey('r', context())).toEqual({ kind: 'record', on: true });
  });

  test('an avatar is put on with a, and taken off with A alone', () => {
    const worn = context({ settings: { ...settings, effect: 'avatar' } });
    expect(actionForKey('a', context())).toEqual({ kind: 'next-avatar' });
    expect(actionForKey('a', worn)).toEqual({ kind: 'next-avatar' });
    expect(actionForKey('e', worn)).toBeNull();
    expect(actionForKey('S-a', worn)).toEqual({ kind: 'set', patch: { effect: 'touch-up' } });
    expect(actionForKey('S-a', context())).toBeNull();
  });

  test('while an avatar is worn there is no picture before it, and the user can say which face is theirs', () => {
    const worn = context({ settings: { ...settings, effect: 'avatar' } });
    expect(actionForKey('b', worn)).toBeNull();
    expect(actionForKey('i', worn)).toEqual({ kind: 'confirm-face' });
    expect(actionForKey('i', context())).toBeNull();
  });

  test('strength stays within 0 to 100, and says nothing at the ends', () => {
    const at = (strength: number) => context({ settings: { ...settings, strength } });
    expect(actionForKey('right', at(98))).toEqual({ kind: 'set', patch: { strength: 100 } });
    expect(actionForKey('right', at(100))).toBeNull();
    expect(actionForKey('left', at(3))).toEqual({ kind: 'set', patch: { strength: 0 } });
    expect(actionForKey('left', at(0))).toBeNull();
  });

  test('quitting and help work before anything is known; the rest waits', () => {
    const early = context({ settings: null });
    expect(actionForKey('q', early)).toEqual({ kind: 'quit' });
    expect(actionForKey('C-c', early)).toEqual({ kind: 'quit' });
    expect(actionForKey('C-l', early)).toEqual({ kind: 'redraw' });
    expect(actionForKey('?', early)).toEqual({ kind: 'help', open: true });
    for (const key of ['e', 'b', 'm', 'p', 'r', 'right']) expect(actionForKey(key, early)).toBeNull();
  });

  test('help closes with ? or Esc; other keys mean nothing', () => {
    expect(actionForKey('?', context({ isHelpOpen: true }))).toEqual({ kind: 'help', open: false });
    expect(actionForKey('escape', context({ isHelpOpen: true }))).toEqual({ kind: 'help', open: false });
    expect(actionForKey('escape', context())).toBeNull();
    for (const key of ['x', 'C-z', 'enter', 'tab', 'constructor', '']) expect(actionForKey(key, context())).toBeNull();
  });
});

describe('settings asked for and not yet confirmed', () => {
  test('three quick presses add up, then the engine has the last word', () => {
    const pending = new PendingSettings();
    for (const nowMs of [0, 100, 200]) {
      const action = actionForKey('right', context({ settings: pending.over(settings, nowMs) }));
      if (action?.kind === 'set') pending.ask(action.patch, nowMs);
    }
    expect(pending.over(settings, 300).strength).toBe(75);
    expect(pending.over({ ...settings, strength: 75 }, 300).strength).toBe(75);
    expect(pending.over({ ...settings, strength: 40 }, 1300)).toEqual({ ...settings, strength: 40 });
  });

  test('what was not asked for follows the engine at once', () => {
    const pending = new PendingSettings();
    pending.ask({ strength: 10 }, 0);
    expect(pending.over({ ...settings, mirror: true }, 1)).toEqual({ ...settings, strength: 10, mirror: true });
  });
});
