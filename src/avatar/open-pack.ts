import { parseJson, printable } from './canonical-json.js';
import { parseConsent, type SignedConsent } from './consent.js';
import { invalidPack } from './invalid-pack.js';
import { fingerprintOf, type Identity } from './keys.js';
import { type AvatarManifest, filesOf, parseManifest } from './manifest.js';
import { FolderFiles, type PackFiles, sha256 } from './pack-files.js';
import { isPackFileName, PACK_BYTES, type PackFileName, PICTURE_SIDE } from './pack-layout.js';
import { type FileHashes, parsePackSignature, weightsHashOf } from './pack-signature.js';
import { pngSize } from './picture-size.js';

/**
 * Refuses a network that may not be run: unknown operators, data outside of the file, sizes beyond limits.
 *
 * @param file - its name in the pack, for the message.
 * @throws UserError or any other error, whose message is shown.
 */
export type GraphCheck = (onnx: Uint8Array, file: PackFileName, manifest: AvatarManifest) => void;

/** A pack whose every byte was checked against its signature. Whether it may be worn, `judgeConsent` says. */
export interface AvatarPack {
  /** Its folder, or what else names it in messages. */
  readonly where: string;
  readonly manifest: AvatarManifest;
  readonly consent: SignedConsent;
  /** Who put the pack together: for kind `person` not always who is depicted. */
  readonly signer: Identity;
  readonly hashes: FileHashes;
  /** What the consent must cover. */
  readonly weightsHash: string;
  readonly files: PackFiles;
}

/**
 * Opens a pack: all of its files are there and no other, each as it was signed and within its limits, the manifest fits,
 * the networks may be run, and the consent belongs to it. Reads everything once.
 *
 * @param pack - its folder, or its files in memory.
 * @throws UserError AVATAR_MISSING without such a folder, AVATAR_INVALID with the reason if it is refused.
 */
export function openPack(pack: string | PackFiles, { checkGraph }: { readonly checkGraph: GraphCheck }): AvatarPack {
  const files = typeof pack === 'string' ? new FolderFiles(pack) : pack;
  const { where } = files;
  const names = new Set(files.list());
  if (!names.has('signature.json')) throw invalidPack(where, 'has no signature.json: it was never signed');
  const signature = parsePackSignature(files.read('signature.json'));
  if (typeof signature === 'string') throw invalidPack(where, `is refused: signature.json ${signature}`);
  const { signer, hashes } = signature;
  for (const name of hashes.keys()) {
    if (!names.has(name)) throw invalidPack(where, `lacks ${name}, which was signed with it`);
  }
  for (const name of names) {
    if (name === 'signature.json' || (isPackFileName(name) && hashes.has(name))) continue;
    throw invalidPack(where, `holds ${printable(name)}, which was not signed with it`);
  }

  let total = 0;
  const readSigned = (name: PackFileName) => {
    const bytes = files.read(name);
    total += bytes.length;
    if (total > PACK_BYTES) throw invalidPack(where, `is larger than ${PACK_BYTES} bytes`);
    if (sha256(bytes) !== hashes.get(name)) throw changed(where, name, signer);
    return bytes;
  };
  for (const name of ['avatar.json', 'consent.json'] as const) {
    if (!hashes.has(name)) throw invalidPack(where, `has no ${name}`);
  }
  const manifest = readManifest(readSigned('avatar.json'), where);
  const consent = parseConsent(readSigned('consent.json'));
  if (typeof consent === 'string') throw invalidPack(where, `is refused: consent.json ${consent}`);
  const weightsHash = weightsHashOf(hashes);
  requireAgreement(where, manifest, consent, signer, hashes);
  for (const name of hashes.keys()) {
    if (name === 'avatar.json' || name === 'consent.json') continue;
    const bytes = readSigned(name);
    if (name.endsWith('.png')) requirePicture(where, name, bytes);
    else requireGraph(where, name, bytes, manifest, checkGraph);
  }
  return { where, manifest, consent, signer, hashes, weightsHash, files };
}

/**
 * The bytes of a file of an open pack, checked again: what is used is what was signed, even if the folder changed since.
 * @throws UserError AVATAR_INVALID.
 */
export function readPackFile({ files, hashes, signer }: AvatarPack, name: PackFileName): Uint8Array {
  const bytes = files.read(name);
  if (sha256(bytes) !== hashes.get(name)) throw changed(files.where, name, signer);
  return bytes;
}

function readManifest(bytes: Uint8Array, where: string): AvatarManifest {
  const json = parseJson(bytes);
  if (json.kind === 'broken') throw invalidPack(where, `is refused: avatar.json ${json.problem}`);
  const manifest = parseManifest(json.value);
  if (typeof manifest === 'string') throw invalidPack(where, `is refused: avatar.json does not fit: ${manifest}`);
  return manifest;
}

/** That manifest, files, consent and signature speak of the same avatar. */
function requireAgreement(
  where: string,
  manifest: AvatarManifest,
  { record }: SignedConsent,
  signer: Identity,
  hashes: FileHashes,
): void {
  const spokenOf: PackFileName[] = ['avatar.json', 'consent.json', ...filesOf(manifest)];
  const missing = spokenOf.find((name) => !hashes.has(name));
  if (missing) throw invalidPack(where, `has no ${missing}, which avatar.json speaks of`);
  const extra = [...hashes.keys()].find((name) => !spokenOf.includes(name));
  if (extra) throw invalidPack(where, `holds ${extra}, which avatar.json does not speak of`);
  if (manifest.kind !== record.kind) {
    throw invalidPack(where, `is of kind ${manifest.kind}, but its consent of kind ${record.kind}`);
  }
  if (record.kind !== 'person' && record.signer.publicKey !== signer.publicKey) {
    const keys = `signed by ${fingerprintOf(signer)}, its consent by ${fingerprintOf(record.signer)}`;
    throw invalidPack(where, `of kind ${record.kind} was ${keys}, expected one key`);
  }
}

function requirePicture(where: string, name: PackFileName, bytes: Uint8Array): void {
  const size = pngSize(bytes);
  if (!size) throw invalidPack(where, `holds ${name}, which is not a PNG picture`);
  if (Math.max(size.width, size.height) > PICTURE_SIDE || Math.min(size.width, size.height) === 0) {
    const limits = `1 to ${PICTURE_SIDE} pixels a side`;
    throw invalidPack(where, `holds ${name} of ${size.width}x${size.height} pixels, expected ${limits}`);
  }
}

function requireGraph(
  where: string,
  name: PackFileName,
  bytes: Uint8Array,
  manifest: AvatarManifest,
  checkGraph: GraphCheck,
): void {
  try {
    checkGraph(bytes, name, manifest);
  } catch (cause) {
    const reason = printable(cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    throw invalidPack(where, `holds ${name}, which may not be run: ${reason}`, { cause });
  }
}

function changed(where: string, name: string, signer: Identity) {
  return invalidPack(where, `is refused: ${name} is not as ${signer.name} (${fingerprintOf(signer)}) signed it`);
}
