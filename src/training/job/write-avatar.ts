import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ConsentRecord, consentBytes, type Scope, signConsent } from '../../avatar/consent.js';
import type { SigningKey } from '../../avatar/keys.js';
import type { AvatarManifest } from '../../avatar/manifest.js';
import type { GraphCheck } from '../../avatar/open-pack.js';
import { weightsHashOf } from '../../avatar/pack-signature.js';
import { type AvatarFolders, importPack } from '../../avatar/store.js';
import { writeWhole } from '../../avatar/whole-file.js';
import { hashFolder, type PackContents, signPack, writePack } from '../../avatar/write-pack.js';
import type { TrainingJob } from './job.js';
import type { JobFolder } from './job-folder.js';
import { WORK_FILES } from './work-files.js';

const EVERYTHING: readonly Scope[] = ['live-calls', 'streaming', 'recording'];

/** Who signs, what a pack is held to, and where it goes. */
export interface PackTarget {
  /** The maker's; null where only the depicted person can sign. */
  readonly key: SigningKey | null;
  readonly checkGraph: GraphCheck;
  readonly folders: AvatarFolders;
}

/**
 * Writes an avatar's pack into the store. That of a face that is nobody's own is signed by its maker; that of a person
 * lies there unsigned, and cannot be worn before they have agreed.
 *
 * @returns where it lies.
 * @throws UserError if it would be refused, or cannot be written.
 */
export function writeAvatar(
  folder: JobFolder,
  contents: PackContents,
  manifest: AvatarManifest,
  { key, checkGraph, folders }: PackTarget,
): string {
  const { job } = folder;
  if (key === null || job.source === null) {
    const place = join(folders.store, job.name);
    writePack(place, contents, manifest);
    // What was agreed to before was another face.
    rmSync(join(place, 'consent.json'), { force: true });
    return place;
  }
  const path = folder.file(WORK_FILES.pack);
  writePack(path, contents, manifest);
  const consent = signConsent(makersDeclaration(job, weightsHashOf(hashFolder(path)), key), key);
  writeWhole(join(path, 'consent.json'), consentBytes(consent));
  signPack(path, key, { checkGraph });
  const pack = importPack(path, { checkGraph, replace: job.replace, folders });
  folder.remove(WORK_FILES.pack);
  return pack.where;
}

/** What the maker of an avatar answers for, where nobody is depicted who could agree. */
function makersDeclaration(job: TrainingJob, weights: string, key: SigningKey): ConsentRecord {
  const { kind, source, title } = job;
  if (source === null || kind === 'self' || kind === 'person')
    throw new Error(`a ${kind} agrees by a key of their own`);
  const whose =
    kind === 'synthetic'
      ? 'The face is that of nobody: it was made by a computer.'
      : 'The work is in the public domain.';
  return {
    format: 1,
    kind,
    depicted: title,
    signer: key.identity,
    statement: `${whose} I made this avatar of it, and anybody may wear it.`,
    scope: [...EVERYTHING],
    wearers: 'anyone',
    validFrom: new Date().toISOString(),
    validUntil: null,
    weights,
    source,
  };
}
