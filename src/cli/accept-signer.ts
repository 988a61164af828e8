import { listKeys } from '../avatar/key-store.js';
import { fingerprintOf, type Identity } from '../avatar/keys.js';
import { TrustStore } from '../avatar/trust-store.js';
import { UserError } from '../errors.js';
import { ask, canAsk } from './ask.js';

/** `--trust`: true, whoever it is; a fingerprint, only that key. */
export type TrustFlag = true | string | undefined;

/** The help of `--trust`. */
export const TRUST_HELP =
  'accept a signer whose key was never seen here without asking; with a fingerprint, only that one';

/**
 * Makes sure that a signer is known: the first time, their name and key are shown, and the user is asked.
 *
 * @throws UserError CONSENT_REFUSED if the user says no, cannot be asked, or the name is known by another key.
 */
export async function acceptSigner(signer: Identity, trust: TrustFlag): Promise<void> {
  const store = new TrustStore();
  if (listKeys().some(({ identity }) => identity.publicKey === signer.publicKey)) return;
  const fingerprint = fingerprintOf(signer);
  if (store.lookUp(signer).kind === 'new') {
    console.error(`The consent is signed by ${signer.name}, whose key is seen for the first time:\n  ${fingerprint}`);
    if (!(await isAccepted(signer.name, fingerprint, trust))) {
      throw new UserError(
        'CONSENT_REFUSED',
        `The key ${fingerprint} of ${signer.name} was not accepted.`,
        `Compare the fingerprint with ${signer.name}, then run it again with --trust ${fingerprint}`,
      );
    }
  }
  store.accept(signer); // of a known name with another key this tells both fingerprints
}

async function isAccepted(name: string, fingerprint: string, trust: TrustFlag): Promise<boolean> {
  if (trust !== undefined) return trust === true || trust === fingerprint;
  if (!canAsk()) return false;
  return /^y(es)?$/i.test(await ask(`Is this the key of ${name}? [y/N] `));
}
