import { Command } from 'commander';
import { consentId } from '../avatar/consent.js';
import { fingerprintOf } from '../avatar/keys.js';
import { parseRevocation, revocationBytes, signRevocation } from '../avatar/revocation.js';
import { RevocationStore } from '../avatar/revocation-store.js';
import { writeWhole } from '../avatar/whole-file.js';
import { UserError } from '../errors.js';
import { consentNamed, readSmallFile } from './avatar-target.js';
import { ownKey } from './own-key.js';

interface RevokeOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly key?: string;
  readonly out?: string;
}

/** `mien consent revoke`: take a consent back. */
export function consentRevokeCommand(): Command {
  return new Command('revoke')
    .description('take a consent of yours back: here at once, elsewhere with the file that this writes')
    .argument('[avatar]', 'an avatar, a pack in one file, or the file of the consent')
    .option('--all', 'every consent that your key has ever given, for example since it was stolen')
    .option('--reason <words>', 'why, for those who wore it')
    .option('--key <key>', 'your key, by name or fingerprint (default: the only one)')
    .option('--out <file>', 'the file to write, to send to who has the avatar', 'revocation.json')
    .action(revoke);
}

/** `mien consent import`: a revocation that somebody sent. */
export function consentImportCommand(): Command {
  return new Command('import')
    .description('take in a revocation that you were sent')
    .argument('<file>', 'what "mien consent revoke" wrote')
    .action((file: string) => {
      const revocation = parseRevocation(readSmallFile(file));
      if (typeof revocation === 'string') {
        throw new UserError(
          'INPUT_INVALID',
          `The revocation ${file} ${revocation}.`,
          'Get the file again from whoever sent it.',
        );
      }
      new RevocationStore().add(revocation);
      const { signer, consent } = revocation.record;
      const what = consent === 'all' ? 'every consent' : `the consent ${consent.slice(0, 12)}…`;
      console.log(`${signer.name} (${fingerprintOf(signer)}) took back ${what}: it is refused from now on.`);
    });
}

async function revoke(word: string | undefined, { all = false, reason, key, out }: RevokeOptions): Promise<void> {
  if ((word === undefined) !== all) {
    throw new UserError(
      'CONFIG_INVALID',
      'It must be said what is taken back: one consent, or all.',
      'Name an avatar, or give --all.',
    );
  }
  const consent = word === undefined ? null : consentNamed(word).consent;
  const signingKey = await ownKey(key ?? null);
  if (consent && consent.record.signer.publicKey !== signingKey.identity.publicKey) {
    const { signer } = consent.record;
    throw new UserError(
      'KEY_INVALID',
      `This consent was given by ${signer.name} (${fingerprintOf(signer)}), and your key is ${fingerprintOf(signingKey.identity)}.`,
      'Only who gave it takes it back: name the right key with --key.',
    );
  }
  const what = {
    consent: consent ? consentId(consent) : 'all',
    revokedAt: new Date().toISOString(),
    reason: reason ?? null,
  };
  const revocation = signRevocation(what, signingKey);
  new RevocationStore().add(revocation);
  writeWhole(out!, revocationBytes(revocation));
  console.log(`Taken back. Send ${out} to whoever has the avatar; they run: mien consent import ${out}`);
}
