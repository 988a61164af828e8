import { chooseKey, unlockKey } from '../avatar/key-store.js';
import type { SigningKey } from '../avatar/keys.js';
import { UserError } from '../errors.js';
import { askSecret, canAsk } from './ask.js';

/** Where a passphrase comes from when nobody can be asked. */
export const PASSPHRASE_VARIABLE = 'MIEN_PASSPHRASE';

/**
 * The user's key that is meant, opened; asks for its passphrase if it has one.
 *
 * @param wanted - its name or fingerprint; null for the only one.
 * @throws UserError KEY_INVALID.
 */
export async function ownKey(wanted: string | null): Promise<SigningKey> {
  const key = chooseKey(wanted);
  if (!key.hasPassphrase) return unlockKey(key, null);
  const given = process.env[PASSPHRASE_VARIABLE];
  if (given !== undefined) return unlockKey(key, given);
  if (!canAsk()) {
    throw new UserError(
      'KEY_INVALID',
      `The key of ${key.identity.name} has a passphrase, and there is no terminal to ask for it.`,
      `Put it into the environment variable ${PASSPHRASE_VARIABLE}.`,
    );
  }
  return unlockKey(key, await askSecret(`Passphrase of the key of ${key.identity.name}: `));
}

/** A passphrase for a new key: asked for twice; null for none. @throws UserError KEY_INVALID if the two differ. */
export async function newPassphrase(): Promise<string | null> {
  const given = process.env[PASSPHRASE_VARIABLE];
  if (given !== undefined) return given === '' ? null : given;
  if (!canAsk()) return null;
  const first = await askSecret('Passphrase for the new key (empty: none): ');
  if (first === '') return null;
  if ((await askSecret('Once more: ')) === first) return first;
  throw new UserError('KEY_INVALID', 'The two passphrases differ.', 'Run the command again.');
}
