import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { dfmPack, dfmWeightsHash } from '../avatar/dfm-pack.js';
import { AvatarName } from '../avatar/fields.js';
import type { PackFiles } from '../avatar/pack-files.js';
import { PACK_LIMITS } from '../avatar/pack-layout.js';
import { dfmSide } from '../effects/check-pack-graph.js';
import { UserError } from '../errors.js';
import { readConsentFile } from './avatar-target.js';
import { ownKey } from './own-key.js';

/** What networks of DeepFaceLab end with. */
export const DFM_EXTENSION = '.dfm';

/** How a `.dfm` is taken in. */
export interface DfmOptions {
  readonly consent?: string;
  readonly name?: string;
  readonly title?: string;
  readonly key?: string;
}

/** A signed pack around a `.dfm`, whose consent must be given. @throws UserError. */
export async function packOfDfm(path: string, options: DfmOptions): Promise<PackFiles> {
  const dfm = readNetworkFile(path);
  if (options.consent === undefined) {
    throw new UserError(
      'CONSENT_REFUSED',
      `${path} is a face, and no consent to wear it is given.`,
      `Ask whom it depicts for one (they make it with: mien consent sign ${path}), and give it with --consent.`,
    );
  }
  const consent = readConsentFile(options.consent);
  if (consent.record.weights !== dfmWeightsHash(dfm)) {
    throw new UserError(
      'CONSENT_REFUSED',
      `The consent ${options.consent} is for other weights than ${path}.`,
      `Ask ${consent.record.signer.name} for a consent for this file.`,
    );
  }
  const name =
    options.name ??
    basename(path, DFM_EXTENSION)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-');
  const checked = AvatarName.safeParse(name);
  if (!checked.success) {
    throw new UserError(
      'CONFIG_INVALID',
      `"${name}" is no name of an avatar: ${checked.error.issues[0]!.message}.`,
      'Give one with --name.',
    );
  }
  const title = options.title ?? consent.record.depicted;
  return dfmPack({ dfm, side: dfmSide(dfm), name, title, consent }, await ownKey(options.key ?? null));
}

/** Reads a network. @throws UserError INPUT_MISSING or INPUT_INVALID. */
export function readNetworkFile(path: string): Uint8Array {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UserError('INPUT_MISSING', `There is no file ${path}.`, 'Check the spelling of the path.');
  const most = PACK_LIMITS['fp32.onnx'];
  if (stats.isFile() && stats.size > 0 && stats.size <= most) return readFileSync(path);
  const found = stats.isFile() ? `has ${stats.size} bytes, expected 1 to ${most}` : 'is not a file';
  throw new UserError('INPUT_INVALID', `${path} ${found}.`, 'Name the file of a network.');
}
