import { Command } from 'commander';
import type { ConsentRefusal } from '../avatar/judge-consent.js';
import { fingerprintOf } from '../avatar/keys.js';
import { openPack } from '../avatar/open-pack.js';
import { ARCHIVE_EXTENSION, archiveOf, readArchiveFile } from '../avatar/pack-archive.js';
import type { PackFiles } from '../avatar/pack-files.js';
import { importPack, removeAvatar } from '../avatar/store.js';
import { requireAccepted, wearableOf } from '../avatar/wearable.js';
import { writeWhole } from '../avatar/whole-file.js';
import { UserError } from '../errors.js';
import { acceptSigner, TRUST_HELP, type TrustFlag } from './accept-signer.js';
import { findNamed, kindOfPath, openNamed, PACK_CHECKS } from './avatar-target.js';
import { DFM_EXTENSION, packOfDfm } from './dfm-import.js';

interface ImportOptions {
  readonly trust?: TrustFlag;
  readonly replace?: boolean;
  readonly consent?: string;
  readonly name?: string;
  readonly title?: string;
  readonly key?: string;
}

/** Refusals that time or a key of one's own may mend. */
const FOR_LATER: ReadonlySet<ConsentRefusal> = new Set(['not-yet-valid', 'not-for-this-wearer']);

/** `mien avatar export`: a pack as one file, to send. */
export function avatarExportCommand(): Command {
  return new Command('export')
    .description('write an avatar as one file, to send')
    .argument('<avatar>', 'its name or its folder')
    .argument('[file]', `the file to write (default: NAME${ARCHIVE_EXTENSION})`)
    .option('--overwrite', 'replace the file if it exists')
    .action((word: string, file: string | undefined, { overwrite = false }: { overwrite?: boolean }) => {
      const { pack } = openNamed(word);
      const path = file ?? `${pack.manifest.name}${ARCHIVE_EXTENSION}`;
      if (!overwrite && kindOfPath(path) !== 'nothing') {
        throw new UserError('OUTPUT_FAILED', `${path} exists already.`, 'Give another name, or add --overwrite.');
      }
      writeWhole(path, archiveOf(pack));
      console.log(`${path} holds ${pack.manifest.name}.`);
    });
}

/** `mien avatar import`: verify a pack and take it into the store. */
export function avatarImportCommand(): Command {
  return new Command('import')
    .description('verify a pack and take it in; also a .dfm of DeepFaceLab, with a consent for it')
    .argument('<pack>', `a ${ARCHIVE_EXTENSION} file, a folder, or a ${DFM_EXTENSION} file`)
    .option('--trust [fingerprint]', TRUST_HELP)
    .option('--replace', 'take the place of an avatar of the same name')
    .option('--consent <file>', `for a ${DFM_EXTENSION}: the signed consent for these weights`)
    .option('--name <name>', `for a ${DFM_EXTENSION}: its name here (default: that of the file)`)
    .option('--title <title>', `for a ${DFM_EXTENSION}: its title (default: whom it depicts)`)
    .option('--key <key>', `for a ${DFM_EXTENSION}: your key that signs the pack`)
    .action(run);
}

/** `mien avatar remove`: take an avatar out of the store. */
export function avatarRemoveCommand(): Command {
  return new Command('remove')
    .description('remove an avatar of your own')
    .argument('<avatar>', 'its name')
    .action((name: string) => console.log(`${removeAvatar(name)} is removed.`));
}

async function run(word: string, options: ImportOptions): Promise<void> {
  const pack = openPack(await filesOf(word, options), PACK_CHECKS);
  const judge = () => wearableOf(pack, 'elsewhere', []).judge();
  let verdict = judge();
  // All else was judged before the signer: nobody is asked about a name that a forged consent bears.
  if (verdict.kind === 'refused' && verdict.refusal === 'unknown-signer') {
    await acceptSigner(pack.consent.record.signer, options.trust);
    verdict = judge();
  }
  const isForLater = verdict.kind === 'refused' && FOR_LATER.has(verdict.refusal);
  if (!isForLater) requireAccepted(pack, verdict);
  const { manifest, signer, where } = importPack(pack.files, { ...PACK_CHECKS, replace: options.replace ?? false });
  console.log(`${manifest.name} is in ${where}, made by ${signer.name} (${fingerprintOf(signer)}).`);
  if (verdict.kind === 'refused') {
    console.error(`warning: it may not be worn yet: ${verdict.reason}.\n${verdict.remedy}`);
  }
}

async function filesOf(word: string, options: ImportOptions): Promise<string | PackFiles> {
  if (word.endsWith(DFM_EXTENSION)) return packOfDfm(word, options);
  for (const flag of ['consent', 'name', 'title', 'key'] as const) {
    if (options[flag] === undefined) continue;
    throw new UserError('CONFIG_INVALID', `--${flag} is for a ${DFM_EXTENSION} file.`, `Leave out --${flag}.`);
  }
  return kindOfPath(word) === 'folder' ? findNamed(word).path : readArchiveFile(word);
}
