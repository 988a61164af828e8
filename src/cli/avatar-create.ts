import { Command, InvalidArgumentError } from 'commander';
import type { ConfigKey } from '../config/config.js';
import { SIZES } from '../training/job/job.js';
import { addConfigOptions, configOf } from './config-options.js';
import type { CreateOptions } from './create-avatar.js';
import { parseMinutes, VIEW_HELPS, VIEW_KEYS } from './training-options.js';

const KEYS: readonly ConfigKey[] = ['camera', 'control', ...VIEW_KEYS];

/** Finished, report and all, within eight minutes on two cores. */
const DEFAULT_MINUTES = 7;

/** `mien avatar create`: from a portrait and somebody who moves to a face that can be worn. */
export function avatarCreateCommand(): Command {
  const command = new Command('create')
    .description('make an avatar: from one portrait, and a minute of you')
    .argument('<name>', 'what it is called: small letters, digits, hyphens')
    .option('--portrait <file>', 'the picture whose face is worn: one face, from the front, well lit')
    .option(
      '--recording <file>',
      'in place of --portrait: a recording of whose face is worn; teeth and turned cheeks are real then',
    )
    .option('--record', 'record yourself for a minute: you are told what to do')
    .option('--driver <file>', 'a recording of yourself, in place of --record')
    .option('--drivers <folder>', 'pictures and clips of many faces: for an avatar that fits anybody')
    .option('--drivers-source <words>', 'whose faces those are, and what allows their use: for the model card')
    .option('--kind <kind>', 'whose face it is: self, person, synthetic or public-domain')
    .option('--source <words>', 'synthetic, public-domain: which work it is, by whom')
    .option('--licence <words>', 'synthetic, public-domain: what allows its use')
    .option('--title <words>', 'the name that people see (default: its name)')
    .option(
      '--size <pixels>',
      'side of the network: 128, or 192 (finer, twice the time), or 64 (to try things out)',
      parseSize,
      128,
    )
    .option('--minutes <number>', 'how long to train', parseMinutes, DEFAULT_MINUTES)
    .option('--seed <number>', 'where chance begins: the same seed, the same start', parseSeed, 1)
    .option('--keep-recording', 'do not delete what --record recorded once the avatar is made')
    .option('--replace', 'replace an avatar of this name')
    .option('--into <folder>', 'put the avatar into this folder in place of your store')
    .option('--no-train', 'only get everything ready; "mien avatar train" goes on')
    .addHelpText(
      'after',
      `
The recording stays on this computer, in a folder that only you can read, and
is deleted once the avatar is made, unless you say --keep-recording.

A face is worn by consent. One of yours (self) or of somebody else (person) is
signed for by whom it shows, with "mien consent sign"; one of nobody
(synthetic, public-domain) by you, who answer for its source.

Examples:
  mien avatar create me --portrait me.jpg --record --kind self
  mien avatar create ada --portrait ada.png --driver me.mp4 --kind synthetic \\
    --source "made with Stable Diffusion 3" --licence CC0-1.0
`,
    );
  addConfigOptions(command, KEYS, VIEW_HELPS);
  return command.action(async (name: string, options: CreateOptions) => {
    // Loaded only here: no other command waits for the runtime that trains.
    const { createAvatar } = await import('./create-avatar.js');
    await createAvatar(name, options, configOf(command, KEYS));
  });
}

function parseSize(text: string): (typeof SIZES)[number] {
  const size = SIZES.find((each) => String(each) === text);
  if (size === undefined) throw new InvalidArgumentError(`Expected ${SIZES.join(', ')}.`);
  return size;
}

/** What chance begins with: a whole number of 32 bits. */
function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || seed >>> 0 !== seed)
    throw new InvalidArgumentError('Expected a whole number, 0 to 4294967295.');
  return seed;
}
