import { Command } from 'commander';
import { isGenuine } from '../avatar/consent.js';
import { listKeys } from '../avatar/key-store.js';
import { wearableOf } from '../avatar/wearable.js';
import { UserError } from '../errors.js';
import { consentNamed } from './avatar-target.js';
import { consentLines } from './consent-lines.js';
import { hashOfFile } from './file-hash.js';

/** `mien consent show`: one's own keys, or what a consent says and whether it holds. */
export function consentShowCommand(): Command {
  return new Command('show')
    .description('what a consent says, and whether it holds; without an argument: your own keys')
    .argument('[avatar]', 'an avatar, a pack in one file, or the file of a consent')
    .option('--recording <file>', 'also check that this is the recording that the consent was given with')
    .action(run);
}

async function run(word: string | undefined, { recording }: { recording?: string }): Promise<void> {
  if (word === undefined) return showKeys();
  const { consent, named } = consentNamed(word);
  for (const line of consentLines(consent)) console.log(line);
  if (recording !== undefined) {
    const { record } = consent;
    if (!('proof' in record) || record.proof.recordingSha256 !== (await hashOfFile(recording))) {
      throw new UserError(
        'CONSENT_REFUSED',
        `${recording} is not the recording of this consent.`,
        `Ask ${record.signer.name} for the right one.`,
      );
    }
    console.log(
      `\n${recording} is the recording: watch whether ${record.depicted} says or shows "${record.proof.phrase}".`,
    );
  }
  if (named === null) return console.log(`\n${isGenuine(consent) ? 'It is signed by that key.' : 'It is forged.'}`);
  const verdict = wearableOf(named.pack, named.origin, []).judge();
  console.log(
    `\n${verdict.kind === 'accepted' ? 'It holds.' : `It does not hold: ${verdict.reason}.\n${verdict.remedy}`}`,
  );
}

function showKeys(): void {
  const keys = listKeys();
  if (keys.length === 0) console.log('You have no key: "mien consent keygen --name NAME" makes one.');
  for (const { identity, fingerprint, path, hasPassphrase } of keys) {
    console.log(`${identity.name}  ${fingerprint}\n  ${path}${hasPassphrase ? '' : '  (no passphrase)'}`);
  }
}
