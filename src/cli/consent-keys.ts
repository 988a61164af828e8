import { Command } from 'commander';
import { listKeys, saveKey } from '../avatar/key-store.js';
import { createSigningKey, fingerprintOf } from '../avatar/keys.js';
import { newPhrase } from '../avatar/phrase.js';
import { UserError } from '../errors.js';
import { newPassphrase, PASSPHRASE_VARIABLE } from './own-key.js';

/** `mien consent keygen`: a key of one's own. */
export function keygenCommand(): Command {
  return new Command('keygen')
    .description('make a key of your own: it signs your consents, and makes you known as a wearer')
    .requiredOption('--name <name>', 'your name, as others know you')
    .addHelpText('after', `\nAsks for a passphrase, or takes it from ${PASSPHRASE_VARIABLE}.\n`)
    .action(async ({ name }: { name: string }) => {
      if (listKeys().some(({ identity }) => identity.name === name)) {
        throw new UserError(
          'KEY_INVALID',
          `You have a key named "${name}" already.`,
          'Use that one, or give another --name.',
        );
      }
      const key = newKey(name);
      const path = saveKey(key, await newPassphrase());
      console.log(
        `${name}  ${fingerprintOf(key.identity)}\nThe key is in ${path}: keep a copy where only you can reach it.`,
      );
    });
}

/** `mien consent phrase`: what to say in the recording. */
export function phraseCommand(): Command {
  return new Command('phrase')
    .description('a phrase to say in the recording that a consent for a person’s face needs')
    .action(() => console.log(newPhrase()));
}

function newKey(name: string) {
  try {
    return createSigningKey(name);
  } catch (cause) {
    throw new UserError(
      'CONFIG_INVALID',
      `--name is ${JSON.stringify(name)}, expected 1 to 80 visible letters.`,
      'Give another --name.',
      { cause },
    );
  }
}
