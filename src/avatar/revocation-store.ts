import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { dataFolder } from './data-folder.js';
import { sha256 } from './pack-files.js';
import { parseRevocation, type Revocation, revocationBytes } from './revocation.js';
import { writeWhole } from './whole-file.js';

/** The revocations that this computer knows, a file each. */
export class RevocationStore {
  readonly folder: string;

  constructor(data = dataFolder()) {
    this.folder = join(data, 'revocations');
  }

  /** All of them. @throws UserError CONSENT_REFUSED if one is damaged: it cannot be known what it took back. */
  list(): readonly Revocation[] {
    if (!existsSync(this.folder)) return [];
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.json'));
    return names.map((name) => {
      const path = join(this.folder, name);
      const revocation = parseRevocation(readFileSync(path));
      if (typeof revocation !== 'string') return revocation;
      throw new UserError(
        'CONSENT_REFUSED',
        `The revocation ${path} ${revocation}, so it cannot be told which consent it takes back.`,
        'Put back a copy of it; without one, remove it.',
      );
    });
  }

  /** Keeps a revocation. @returns its file. @throws UserError OUTPUT_FAILED. */
  add(revocation: Revocation): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const bytes = revocationBytes(revocation);
    const path = join(this.folder, `${sha256(bytes)}.json`);
    writeWhole(path, bytes);
    return path;
  }
}
