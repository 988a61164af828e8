import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { consentBytes, Scope, signConsent } from '../avatar/consent.js';
import { dfmWeightsHash } from '../avatar/dfm-pack.js';
import { AvatarKind } from '../avatar/fields.js';
import { invalidPack } from '../avatar/invalid-pack.js';
import { weightsHashOf } from '../avatar/pack-signature.js';
import { UsedPhrases } from '../avatar/phrase.js';
import { writeWhole } from '../avatar/whole-file.js';
import { hashFolder } from '../avatar/write-pack.js';
import { UserError } from '../errors.js';
import { findNamed, kindOfPath } from './avatar-target.js';
import { type ConsentWishes, draftConsent, type Proof } from './consent-draft.js';
import { consentLines } from './consent-lines.js';
import { DFM_EXTENSION, readNetworkFile } from './dfm-import.js';
import { hashOfFile } from './file-hash.js';
import { ownKey } from './own-key.js';

interface SignOptions extends ConsentWishes {
  readonly phrase?: string;
  readonly recording?: string;
  readonly key?: string;
  readonly out?: string;
}

/** `mien consent sign`: agree to the use of one's own face, or say whose a face is that is nobody's. */
export function consentSignCommand(): Command {
  return new Command('sign')
    .description("agree to the use of your face; or state where a face that is nobody's comes from")
    .argument('<avatar>', `the folder or name of the avatar, or a ${DFM_EXTENSION} file`)
    .addOption(new Option('--kind <kind>', 'whose face it is').choices(AvatarKind.options).makeOptionMandatory())
    .option(
      '--scope <list>',
      `what for: ${Scope.options.join(',')} (default: live-calls; a face that is nobody's: all)`,
    )
    .option('--wearer <key>', 'fingerprint of who may wear it, or "anyone"; may be repeated', collect)
    .option('--from <date>', 'from when it holds (default: now)')
    .option('--until <date>', "until when (default: a year; a face that is nobody's: no end)")
    .option('--statement <words>', 'what you agree to, in your words')
    .option('--phrase <words>', 'your own face: what "mien consent phrase" gave you')
    .option('--recording <file>', 'your own face: you, saying or showing the phrase; only its hash is kept')
    .option('--depicted <name>', "a face that is nobody's: its name")
    .option('--source <words>', "a face that is nobody's: where it comes from")
    .option('--licence <licence>', "a face that is nobody's: what allows its use")
    .option('--key <key>', 'your key, by name or fingerprint (default: the only one)')
    .option('--out <file>', "the file to write (default: consent.json in the avatar's folder)")
    .action(run);
}

async function run(word: string, options: SignOptions): Promise<void> {
  const target = targetOf(word);
  const phrases = new UsedPhrases();
  const proof = options.kind === 'self' || options.kind === 'person' ? await proofOf(options, phrases) : null;
  const key = await ownKey(options.key ?? null);
  const consent = signConsent(draftConsent(options, { weights: target.weights, signer: key.identity, proof }), key);
  const out = options.out ?? target.out;
  writeWhole(out, consentBytes(consent));
  if (proof) phrases.use(proof.phrase);
  for (const line of consentLines(consent)) console.log(line);
  console.log(`\nSigned in ${out}. ${target.next(options.out)}`);
}

/** What is signed for, where the consent goes, and what is to be done with it. */
function targetOf(word: string) {
  if (kindOfPath(word) === 'file') {
    const out = `${basename(word)}.consent.json`;
    const next = (file = out) => `Take the face in with: mien avatar import ${word} --consent ${file}`;
    return { weights: dfmWeightsHash(readNetworkFile(word)), out, next };
  }
  const { path } = findNamed(word);
  const hashes = hashFolder(path);
  if (!hashes.has('fp32.onnx')) throw invalidPack(path, 'has no fp32.onnx yet: there is nothing to agree to');
  const next = (file?: string) =>
    `Who made the avatar seals it with: mien avatar sign ${word}${file ? ` --consent ${file}` : ''}`;
  return { weights: weightsHashOf(hashes), out: join(path, 'consent.json'), next };
}

async function proofOf({ phrase, recording }: SignOptions, phrases: UsedPhrases): Promise<Proof> {
  if (phrase === undefined || recording === undefined) {
    throw new UserError(
      'CONFIG_INVALID',
      "A consent for a person's face needs --phrase and --recording.",
      'Get a phrase from "mien consent phrase", record yourself saying it, and give both.',
    );
  }
  phrases.requireNew(phrase);
  return { phrase, recordingSha256: await hashOfFile(recording) };
}

function collect(value: string, others: readonly string[] = []): readonly string[] {
  return [...others, value];
}
