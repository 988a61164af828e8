import { Command } from 'commander';
import { isGenuine } from '../avatar/consent.js';
import { fingerprintOf } from '../avatar/keys.js';
import { TrustStore } from '../avatar/trust-store.js';
import { UserError } from '../errors.js';
import { acceptSigner, TRUST_HELP, type TrustFlag } from './accept-signer.js';
import { consentNamed } from './avatar-target.js';

/** `mien consent trust`: accept who signed. */
export function consentTrustCommand(): Command {
  return new Command('trust')
    .description('accept the key of who signed a consent')
    .argument('<avatar>', 'an avatar, a pack in one file, or the file of a consent')
    .option('--trust [fingerprint]', TRUST_HELP)
    .action(async (word: string, { trust }: { trust?: TrustFlag }) => {
      const { consent } = consentNamed(word);
      const { signer } = consent.record;
      if (!isGenuine(consent)) {
        throw new UserError(
          'CONSENT_REFUSED',
          `The consent was not signed by ${signer.name}, whose name it bears.`,
          'Do not use it.',
        );
      }
      await acceptSigner(signer, trust);
      console.log(`${signer.name} is known by ${fingerprintOf(signer)}.`);
    });
}

/** `mien consent forget`: a signer who has a new key. */
export function consentForgetCommand(): Command {
  return new Command('forget')
    .description('forget the key of a signer, who told you that they have a new one')
    .argument('<name>', 'the name of the signer')
    .action((name: string) => {
      if (!new TrustStore().forget(name)) {
        throw new UserError('INPUT_MISSING', `No signer is known by the name "${name}".`, 'Check the spelling.');
      }
      console.log(`The key of ${name} is forgotten: the next one is shown to you again.`);
    });
}
