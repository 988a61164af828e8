import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from './canonical-json.js';
import { isGenuine } from './consent.js';
import { invalidPack } from './invalid-pack.js';
import type { SigningKey } from './keys.js';
import { AvatarManifest } from './manifest.js';
import { type AvatarPack, type GraphCheck, openPack } from './open-pack.js';
import { FolderFiles, type PackFiles, sha256 } from './pack-files.js';
import { isPackFileName, PACK_FILE_NAMES, type PackFileName } from './pack-layout.js';
import { packSignatureBytes } from './pack-signature.js';
import { writeWhole } from './whole-file.js';

/** Files to put into a pack, by name; `avatar.json` and `signature.json` are made. */
export type PackContents = ReadonlyMap<Exclude<PackFileName, 'avatar.json' | 'signature.json'>, Uint8Array>;

/**
 * Writes the files of a pack, unsigned, and takes away those of an earlier version; a file that is there appears whole
 * or not at all. Without `consent.json` in `files`, one that is there already stays.
 *
 * @param folder - made if it is missing.
 * @throws ZodError if the manifest does not fit.
 */
export function writePack(folder: string, files: PackContents, manifest: AvatarManifest): void {
  const checked = AvatarManifest.parse(manifest);
  mkdirSync(folder, { recursive: true });
  // First of all: from here on, what lies there is no longer what was signed.
  rmSync(join(folder, 'signature.json'), { force: true });
  for (const [name, bytes] of files) writeWhole(join(folder, name), bytes);
  writeWhole(join(folder, 'avatar.json'), Buffer.from(`${canonicalJson(checked)}\n`));
  const written: ReadonlySet<PackFileName> = new Set([...files.keys(), 'avatar.json', 'consent.json']);
  for (const name of PACK_FILE_NAMES) if (!written.has(name)) rmSync(join(folder, name), { force: true });
  // What a run that was killed left half written.
  for (const name of readdirSync(folder)) if (name.endsWith('.part')) rmSync(join(folder, name), { force: true });
}

/** SHA-256 of the files that lie in a pack's folder, signed or not, without its signature. */
export function hashFolder(folder: string): ReadonlyMap<PackFileName, string> {
  const files = new FolderFiles(folder);
  const names = files
    .list()
    .filter(isPackFileName)
    .filter((name) => name !== 'signature.json');
  return new Map(names.sort().map((name) => [name, sha256(files.read(name))]));
}

/**
 * Signs the files that lie in a folder, its consent among them, and opens the pack.
 * @throws UserError as `openPack`: a pack that would be refused is not signed.
 */
export function signPack(folder: string, key: SigningKey, checks: { readonly checkGraph: GraphCheck }): AvatarPack {
  const files = new FolderFiles(folder);
  const signature = packSignatureBytes(hashFolder(folder), key);
  const { consent, weightsHash } = openPack(withSignature(files, signature), checks);
  if (!isGenuine(consent)) throw invalidPack(folder, 'is not signed: its consent is forged');
  if (consent.record.weights !== weightsHash)
    throw invalidPack(folder, 'is not signed: its consent is for other weights');
  writeWhole(join(folder, 'signature.json'), signature);
  return openPack(folder, checks);
}

/** A folder's files as they will be once it is signed. */
function withSignature(files: PackFiles, signature: Uint8Array): PackFiles {
  return {
    where: files.where,
    list: () => [...files.list().filter((name) => name !== 'signature.json'), 'signature.json'],
    read: (name) => (name === 'signature.json' ? signature : files.read(name)),
    hash: (name) => files.hash(name),
  };
}
