import type { Command, LiveSettings } from '../config/settings.js';

/** What a key asks for: a command for the engine, or a change of the screen alone. */
export type KeyAction = Command | { readonly kind: 'help'; readonly open: boolean } | { readonly kind: 'redraw' };

/** What the meaning of a key depends on. `settings` is null until they are known. */
export interface KeyContext {
  readonly settings: LiveSettings | null;
  readonly isRecording: boolean;
  readonly isHelpOpen: boolean;
}

/** Steps of the strength by key, under blessed's names of keys (`S-` is shift). */
const STRENGTH_STEPS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    right: 5,
    left: -5,
    '+': 5,
    '=': 5,
    '-': -5,
    ']': 5,
    '[': -5,
    'S-right': 1,
    'S-left': -1,
    '}': 1,
    '{': -1,
  }),
);

/** Finds what a key asks for, null for a key without a meaning. */
export function actionForKey(key: string, { settings, isRecording, isHelpOpen }: KeyContext): KeyAction | null {
  if (key === 'q' || key === 'S-q' || key === 'C-c') return { kind: 'quit' };
  if (key === '?' || key === 'h' || key === 'f1') return { kind: 'help', open: !isHelpOpen };
  // As in every full-screen program: wipes what others have written over the screen.
  if (key === 'C-l') return { kind: 'redraw' };
  if (key === 'escape') return isHelpOpen ? { kind: 'help', open: false } : null;
  if (settings === null) return null;
  const step = STRENGTH_STEPS.get(key);
  if (step !== undefined) {
    const strength = Math.max(0, Math.min(100, settings.strength + step));
    return strength === settings.strength ? null : { kind: 'set', patch: { strength } };
  }
  switch (key) {
    case 'e':
      // An avatar is not taken off by a key that is pressed for something else: the face under it would be seen.
      if (settings.effect === 'avatar') return null;
      return { kind: 'set', patch: { effect: settings.effect === 'none' ? 'touch-up' : 'none' } };
    case 'a':
      return { kind: 'next-avatar' };
    case 'S-a':
      return settings.effect === 'avatar' ? { kind: 'set', patch: { effect: 'touch-up' } } : null;
    case 'i':
      return settings.effect === 'avatar' ? { kind: 'confirm-face' } : null;
    case 'b':
      // There is no picture before an avatar: it would be the user's own face.
      if (settings.effect === 'avatar') return null;
      return { kind: 'set', patch: { split: !settings.split } };
    case 'm':
      return { kind: 'set', patch: { mirror: !settings.mirror } };
    case 'p':
      return { kind: 'set', patch: { paused: !settings.paused } };
    case 'r':
      return { kind: 'record', on: !isRecording };
    default:
      return null;
  }
}
