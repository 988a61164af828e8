import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { dataFolder } from './data-folder.js';
import { sha256 } from './pack-files.js';
import { writeWhole } from './whole-file.js';

const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
const WORD = `[${CONSONANTS}][${VOWELS}][${CONSONANTS}][${VOWELS}][${CONSONANTS}]`;
const PHRASE = new RegExp(`^${WORD}-${WORD}-${WORD}$`);

/**
 * A phrase that nobody has said before: three words of 16 random bits each, which can be said in most languages.
 * Source: D. Wilkerson, "A proposal for proquints", 2009.
 */
export function newPhrase(): string {
  const pick = (letters: string) => letters[randomInt(letters.length)];
  const word = () => [CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS].map(pick).join('');
  return [word(), word(), word()].join('-');
}

/** Remembers which phrases consents were signed with here, so that each serves once. */
export class UsedPhrases {
  readonly #path: string;

  constructor(data = dataFolder()) {
    this.#path = join(data, 'used-phrases');
  }

  /** @throws UserError CONFIG_INVALID if the phrase is not one of `newPhrase`, or was used. */
  requireNew(phrase: string): void {
    if (!PHRASE.test(phrase)) {
      throw new UserError(
        'CONFIG_INVALID',
        `--phrase is ${JSON.stringify(phrase)}, expected three words as mien makes them.`,
        'Get one from "mien consent phrase", record it being said, and give it with --phrase and --recording.',
      );
    }
    if (this.#hashes().includes(sha256(Buffer.from(phrase)))) {
      throw new UserError(
        'CONFIG_INVALID',
        `The phrase ${phrase} was used in a consent before.`,
        'Get a new one from "mien consent phrase", and record that.',
      );
    }
  }

  /** Notes that a phrase was used. @throws UserError OUTPUT_FAILED. */
  use(phrase: string): void {
    mkdirSync(join(this.#path, '..'), { recursive: true, mode: 0o700 });
    const hashes = [...this.#hashes(), sha256(Buffer.from(phrase))];
    writeWhole(this.#path, Buffer.from(`${hashes.join('\n')}\n`), 0o600);
  }

  #hashes(): readonly string[] {
    return existsSync(this.#path) ? readFileSync(this.#path, 'latin1').split('\n') : [];
  }
}
