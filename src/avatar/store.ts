import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../config/nearest.js';
import { UserError } from '../errors.js';
import { parseJson, printable } from './canonical-json.js';
import { parseConsent } from './consent.js';
import { dataFolder } from './data-folder.js';
import { type AvatarKind, AvatarName } from './fields.js';
import { parseManifest } from './manifest.js';
import { type AvatarPack, type GraphCheck, openPack, readPackFile } from './open-pack.js';
import { FolderFiles, type PackFiles } from './pack-files.js';
import { writeWhole } from './whole-file.js';

/** The folders that avatars are looked for in. */
export interface AvatarFolders {
  /** The user's own: made when it is needed. */
  readonly store: string;
  /** What comes with mien; its signers need no acceptance. */
  readonly builtIn: string;
}

/** Where an avatar lies, and whether it came with mien. */
export interface FoundAvatar {
  readonly path: string;
  readonly origin: 'store' | 'built-in' | 'elsewhere';
}

/** An avatar in a list. */
export interface ListedAvatar extends FoundAvatar {
  readonly name: string;
  readonly title: string | null;
  readonly kind: AvatarKind | null;
  /** When its consent ends; null if it does not. */
  readonly expires: string | null;
  /** Why it cannot be worn, in words; null if it seems so: signatures and hashes are not checked for a list. */
  readonly problem: string | null;
}

/** $XDG_DATA_HOME/mien/avatars, and models/avatars of the project. */
export function avatarFolders(env: NodeJS.ProcessEnv = process.env): AvatarFolders {
  return {
    store: join(dataFolder(env), 'avatars'),
    builtIn: fileURLToPath(new URL('../../models/avatars', import.meta.url)),
  };
}

/** All avatars, by name; of two with one name, the user's own. */
export function listAvatars(folders: AvatarFolders = avatarFolders()): readonly ListedAvatar[] {
  const store = namesIn(folders.store).map((name) =>
    listed(name, { path: join(folders.store, name), origin: 'store' }),
  );
  const own = new Set(store.map(({ name }) => name));
  const builtIn = namesIn(folders.builtIn)
    .filter((name) => !own.has(name))
    .map((name) => listed(name, { path: join(folders.builtIn, name), origin: 'built-in' }));
  return [...store, ...builtIn].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Finds an avatar by its name, or by the path of its folder (which has a slash in it).
 * @throws UserError AVATAR_MISSING, with the name that was most likely meant.
 */
export function findAvatar(nameOrPath: string, folders: AvatarFolders = avatarFolders()): FoundAvatar {
  if (nameOrPath.includes('/')) {
    const path = resolve(nameOrPath);
    if (isFolder(path)) return { path, origin: originOf(path, folders) };
    throw new UserError(
      'AVATAR_MISSING',
      `There is no avatar at ${printable(nameOrPath)}: ${exists(path) ? 'it is not a folder' : 'no such folder'}.`,
      exists(path)
        ? `Import it with: mien avatar import '${printable(nameOrPath)}'`
        : 'Check the spelling of the path.',
    );
  }
  if (AvatarName.safeParse(nameOrPath).success) {
    for (const [folder, origin] of [
      [folders.store, 'store'],
      [folders.builtIn, 'built-in'],
    ] as const) {
      const path = join(folder, nameOrPath);
      if (isFolder(path)) return { path, origin };
    }
  }
  const names = listAvatars(folders).map(({ name }) => name);
  const suggestion = nearest(nameOrPath, names);
  const remedy =
    names.length === 0
      ? 'Make one with "mien avatar create", or take one in with "mien avatar import".'
      : `${suggestion ? `Did you mean "${suggestion}"?` : `There are: ${names.join(', ')}.`} A folder is named with a slash, like ./face.`;
  throw new UserError('AVATAR_MISSING', `There is no avatar named "${printable(nameOrPath)}".`, remedy);
}

/**
 * Takes a pack into the store, whole or not at all: it is verified, copied beside its place, verified again as it lies
 * there, and moved.
 *
 * @param replace - whether one of the same name may be replaced.
 * @returns the pack in its place.
 * @throws UserError as `openPack`; OUTPUT_FAILED if the name is taken or the disk refuses.
 */
export function importPack(
  source: string | PackFiles,
  options: { readonly checkGraph: GraphCheck; readonly replace: boolean; readonly folders?: AvatarFolders },
): AvatarPack {
  const { store } = options.folders ?? avatarFolders();
  const pack = openPack(source, options);
  const { name } = pack.manifest;
  const place = join(store, name);
  if (exists(place) && !options.replace) {
    throw new UserError(
      'OUTPUT_FAILED',
      `There is an avatar named "${name}" already, in ${place}.`,
      `Replace it with --replace, or remove it first with: mien avatar remove ${name}`,
    );
  }
  const temporary = temporaryIn(store);
  try {
    const copy = join(temporary, 'pack');
    mkdirSync(copy);
    for (const file of pack.hashes.keys()) writeWhole(join(copy, file), readPackFile(pack, file));
    writeWhole(join(copy, 'signature.json'), pack.files.read('signature.json'));
    openPack(copy, options);
    // Two moves: killed between them, the old pack lies in a hidden folder, and none of that name is there.
    if (exists(place)) renameSync(place, join(temporary, 'old'));
    renameSync(copy, place);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return openPack(place, options);
}

/** Removes an avatar of the store. @throws UserError AVATAR_MISSING if the store has none of this name. */
export function removeAvatar(name: string, folders: AvatarFolders = avatarFolders()): string {
  const { path, origin } = findAvatar(name, folders);
  if (origin !== 'store') {
    throw new UserError(
      'AVATAR_MISSING',
      `"${printable(name)}" is not an avatar of your own store but lies in ${path}.`,
      origin === 'built-in' ? 'What comes with mien stays.' : 'Remove the folder yourself.',
    );
  }
  // Out of sight at once, then away: never half an avatar under its name.
  const temporary = temporaryIn(folders.store);
  renameSync(path, join(temporary, 'old'));
  rmSync(temporary, { recursive: true, force: true });
  return path;
}

const HOUR_MS = 3_600_000;

/** A hidden folder on the same disk as the store. Those that killed runs left behind are cleared away. */
function temporaryIn(store: string): string {
  mkdirSync(store, { recursive: true });
  for (const name of readdirSync(store)) {
    const old = join(store, name);
    // An hour: one that another mien is filling right now is younger.
    if (name.startsWith('.part-') && Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? 0) > HOUR_MS) {
      rmSync(old, { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(store, '.part-'));
}

function namesIn(folder: string): readonly string[] {
  if (!isFolder(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && AvatarName.safeParse(entry.name).success)
    .map(({ name }) => name);
}

function listed(name: string, found: FoundAvatar): ListedAvatar {
  const nothing = { name, ...found, title: null, kind: null, expires: null };
  try {
    const files = new FolderFiles(found.path);
    const json = parseJson(files.read('avatar.json'));
    if (json.kind === 'broken') return { ...nothing, problem: `avatar.json ${json.problem}` };
    const manifest = parseManifest(json.value);
    if (typeof manifest === 'string') return { ...nothing, problem: `avatar.json does not fit: ${manifest}` };
    const { title, kind } = manifest;
    const names = files.list();
    // As the maker of a person's avatar leaves it, until that person agrees.
    if (!names.includes('consent.json')) return { ...nothing, title, kind, problem: 'nobody has agreed to it yet' };
    const consent = parseConsent(files.read('consent.json'));
    if (typeof consent === 'string') return { ...nothing, title, kind, problem: `consent.json ${consent}` };
    const expires = consent.record.validUntil;
    if (!names.includes('signature.json')) return { ...nothing, title, kind, expires, problem: 'it is not signed yet' };
    return { ...nothing, title, kind, expires, problem: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...nothing, problem: error.message };
  }
}

function originOf(path: string, { store, builtIn }: AvatarFolders): FoundAvatar['origin'] {
  if (resolve(path, '..') === resolve(store)) return 'store';
  return resolve(path, '..') === resolve(builtIn) ? 'built-in' : 'elsewhere';
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
