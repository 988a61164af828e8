import { z } from 'zod';

/** What can be changed while mien runs: by a key, a slider of the page, a flag or the config file. */
export const LiveSettings = z.strictObject({
  effect: z.enum(['touch-up', 'avatar', 'none']).default('touch-up').describe('what is done to the face'),
  avatar: z
    .string()
    .max(1024)
    .default('')
    .describe('avatar that is worn: its name, or the path of its folder (default: the demo avatar)'),
  strength: z.number().min(0).max(100).default(60).describe('strength of the touch-up, 0 to 100'),
  mirror: z.boolean().default(false).describe('flip the picture left to right'),
  split: z.boolean().default(false).describe('show before and after side by side in the preview'),
  paused: z.boolean().default(false).describe('send a card in place of the camera'),
});
/** All live settings, checked. */
export type LiveSettings = z.infer<typeof LiveSettings>;

/** A change to some of the live settings, as a control sends it. Unknown keys and bad values are refused. */
export const LiveSettingsPatch = z.strictObject({
  effect: LiveSettings.shape.effect.unwrap().optional(),
  avatar: LiveSettings.shape.avatar.unwrap().optional(),
  strength: LiveSettings.shape.strength.unwrap().optional(),
  mirror: LiveSettings.shape.mirror.unwrap().optional(),
  split: LiveSettings.shape.split.unwrap().optional(),
  paused: LiveSettings.shape.paused.unwrap().optional(),
});
/** A checked change. */
export type LiveSettingsPatch = z.infer<typeof LiveSettingsPatch>;

/** The settings with a patch laid over them. */
export function applyPatch(settings: LiveSettings, patch: LiveSettingsPatch): LiveSettings {
  return withoutBareFace(LiveSettings.parse({ ...settings, ...definedOnly(patch) }));
}

/** While an avatar is worn there is no picture before it to be shown: it would be the user's own face. */
export function withoutBareFace(settings: LiveSettings): LiveSettings {
  return settings.effect === 'avatar' ? { ...settings, split: false } : settings;
}

function definedOnly(patch: LiveSettingsPatch): Record<string, unknown> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

/** What a user asks of a running mien, from the terminal or the page alike. */
export type Command =
  | { readonly kind: 'set'; readonly patch: LiveSettingsPatch }
  | { readonly kind: 'record'; readonly on: boolean }
  /** Wears an avatar: the next one after that which is worn, in the order of their names. */
  | { readonly kind: 'next-avatar' }
  /** The face that is tracked is the user's own, whoever else is in the picture. */
  | { readonly kind: 'confirm-face' }
  | { readonly kind: 'quit' };
