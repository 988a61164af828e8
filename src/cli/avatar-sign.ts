import { join } from 'node:path';
import { Command } from 'commander';
import { consentBytes } from '../avatar/consent.js';
import { fingerprintOf } from '../avatar/keys.js';
import { writeWhole } from '../avatar/whole-file.js';
import { signPack } from '../avatar/write-pack.js';
import { findNamed, PACK_CHECKS, readConsentFile } from './avatar-target.js';
import { ownKey } from './own-key.js';

/** `mien avatar sign`: seal a pack that you made, once its consent is there. */
export function avatarSignCommand(): Command {
  return new Command('sign')
    .description('seal a pack that you made: sign the hash of each file')
    .argument('<avatar>', 'its folder or its name')
    .option('--consent <file>', 'the signed consent to put into it (default: the one that lies in it)')
    .option('--key <key>', 'your key, by name or fingerprint (default: the only one)')
    .action(async (word: string, { consent, key }: { consent?: string; key?: string }) => {
      const { path } = findNamed(word);
      const record = consent === undefined ? null : readConsentFile(consent);
      const signingKey = await ownKey(key ?? null);
      if (record) writeWhole(join(path, 'consent.json'), consentBytes(record));
      const pack = signPack(path, signingKey, PACK_CHECKS);
      console.log(
        `${pack.manifest.name}: ${pack.hashes.size} files signed as ${pack.signer.name} (${fingerprintOf(pack.signer)}).`,
      );
    });
}
