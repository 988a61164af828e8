import { Command } from 'commander';
import type { ConsentRefusal } from '../avatar/judge-consent.js';
import { fingerprintOf } from '../avatar/keys.js';
import { requireAccepted, wearableOf } from '../avatar/wearable.js';
import { UserError } from '../errors.js';
import { openNamed } from './avatar-target.js';

/** What speaks of this user, not of the pack. */
const OF_THE_USER: ReadonlySet<ConsentRefusal> = new Set(['unknown-signer', 'not-for-this-wearer']);

/** `mien avatar verify`: whether a pack is whole, signed, and its consent holds. */
export function avatarVerifyCommand(): Command {
  return new Command('verify')
    .description('whether a pack is whole, as it was signed, and its consent holds; exit code 1 if not')
    .argument('<avatar>', 'its folder, a pack in one file, or its name')
    .option('--json', 'print {"ok", "reason", "note"} as one JSON object')
    .action((word: string, { json = false }: { json?: boolean }) => {
      try {
        verify(word, json);
      } catch (error) {
        if (!json || !(error instanceof UserError)) throw error;
        console.log(JSON.stringify({ ok: false, reason: error.message, note: null }));
        process.exitCode = 1;
      }
    });
}

function verify(word: string, json: boolean): void {
  const { pack, origin } = openNamed(word);
  const verdict = wearableOf(pack, origin, []).judge();
  const isOfUser = verdict.kind === 'refused' && OF_THE_USER.has(verdict.refusal);
  if (!isOfUser) requireAccepted(pack, verdict);
  const note = isOfUser ? `You may not wear it yet: ${verdict.reason}.` : null;
  if (json) {
    console.log(JSON.stringify({ ok: true, reason: null, note }));
    return;
  }
  const { record } = pack.consent;
  console.log(
    `${pack.manifest.name}: ${pack.hashes.size} files, each as ${pack.signer.name} signed it (${fingerprintOf(pack.signer)}).`,
  );
  console.log(
    `The consent of ${record.signer.name} holds${record.validUntil === null ? '' : ` until ${record.validUntil}`}.`,
  );
  if (note !== null) console.log(note);
}
