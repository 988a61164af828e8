import { readFileSync, statSync } from 'node:fs';
import { parseConsent, type SignedConsent } from '../avatar/consent.js';
import { type AvatarPack, openPack } from '../avatar/open-pack.js';
import { readArchiveFile } from '../avatar/pack-archive.js';
import { PACK_LIMITS } from '../avatar/pack-layout.js';
import { type FoundAvatar, findAvatar } from '../avatar/store.js';
import { checkPackGraph } from '../effects/check-pack-graph.js';
import { UserError } from '../errors.js';

/** The checks of a pack that the command line opens. */
export const PACK_CHECKS = { checkGraph: checkPackGraph } as const;

/** A pack that the user named. */
export interface NamedPack {
  readonly pack: AvatarPack;
  readonly origin: FoundAvatar['origin'];
}

/** What a word of the command line names on the disk, seen from the folder the user is in. */
export function kindOfPath(word: string): 'file' | 'folder' | 'nothing' {
  const stats = statSync(word, { throwIfNoEntry: false });
  if (!stats) return 'nothing';
  return stats.isDirectory() ? 'folder' : 'file';
}

/** Finds the folder that is meant: a folder on the disk, or the name of an avatar. @throws UserError AVATAR_MISSING. */
export function findNamed(word: string): FoundAvatar {
  return findAvatar(kindOfPath(word) === 'folder' && !word.includes('/') ? `./${word}` : word);
}

/**
 * Opens the pack that is meant: a folder, a pack in one file, or the name of an avatar.
 * @throws UserError as `findAvatar` and `openPack`.
 */
export function openNamed(word: string): NamedPack {
  if (kindOfPath(word) === 'file') return { pack: openPack(readArchiveFile(word), PACK_CHECKS), origin: 'elsewhere' };
  const { path, origin } = findNamed(word);
  return { pack: openPack(path, PACK_CHECKS), origin };
}

/** A consent that the user named, and the pack that it lies in; null if it lies in a file of its own. */
export interface NamedConsent {
  readonly consent: SignedConsent;
  readonly named: NamedPack | null;
}

/** Reads the consent that is meant: a file, or that of a pack. @throws UserError as `openNamed`. */
export function consentNamed(word: string): NamedConsent {
  if (kindOfPath(word) === 'file' && word.endsWith('.json')) return { consent: readConsentFile(word), named: null };
  const named = openNamed(word);
  return { consent: named.pack.consent, named };
}

/** Reads a consent record of its own file. @throws UserError INPUT_MISSING or INPUT_INVALID. */
export function readConsentFile(path: string): SignedConsent {
  const consent = parseConsent(readSmallFile(path));
  if (typeof consent !== 'string') return consent;
  throw new UserError(
    'INPUT_INVALID',
    `The consent ${path} ${consent}.`,
    'Get the file again from whoever signed it; "mien consent sign" makes one.',
  );
}

/** Reads a file no larger than a signed record is. @throws UserError INPUT_MISSING or INPUT_INVALID. */
export function readSmallFile(path: string): Uint8Array {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UserError('INPUT_MISSING', `There is no file ${path}.`, 'Check the spelling of the path.');
  const most = PACK_LIMITS['consent.json'];
  if (!stats.isFile() || stats.size > most) {
    const found = stats.isFile() ? `has ${stats.size} bytes, expected ${most} at most` : 'is not a file';
    throw new UserError('INPUT_INVALID', `${path} ${found}.`, 'Name the file of a signed record.');
  }
  return readFileSync(path);
}
