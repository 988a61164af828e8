import { InvalidArgumentError } from 'commander';
import { type AvatarFolders, avatarFolders } from '../avatar/store.js';
import type { ConfigKey } from '../config/config.js';

/** The options of the config that both commands which train have. */
export const VIEW_KEYS: readonly ConfigKey[] = ['preview', 'port', 'plain', 'json'];

/** Their help, where it is another than that of `mien run`. */
export const VIEW_HELPS: Partial<Record<ConfigKey, string>> = {
  preview: 'serve the page of the training (to this computer only)',
  port: 'port of that page; 0 picks a free one',
};

/** Where avatars go. @param into - in place of the user's store; null for that. */
export function foldersFor(into: string | null): AvatarFolders {
  const folders = avatarFolders();
  return into === null ? folders : { ...folders, store: into };
}

/** Reads minutes of training. */
export function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0 && minutes <= 24 * 60)) throw new InvalidArgumentError('Expected minutes, up to 1440.');
  return minutes;
}
