import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, parseJson } from './canonical-json.js';
import { describeIssue, Sha256 } from './fields.js';
import { Identity, isSignatureOf, Signature, type SigningKey, signValue } from './keys.js';
import { FACE_FILES, isPackFileName, type PackFileName } from './pack-layout.js';

/** SHA-256 of each file of a pack, in hexadecimal, but for the signature itself. */
export type FileHashes = ReadonlyMap<PackFileName, string>;

const PackSignature = z.strictObject({
  pack: z.strictObject({
    format: z.literal(1),
    signer: Identity,
    files: z
      .record(z.string(), Sha256)
      .refine(
        (files) => Object.keys(files).every((name) => isPackFileName(name) && name !== 'signature.json'),
        'expected only names of files that a pack may hold',
      ),
  }),
  signature: Signature,
});

/** `signature.json`: the hash of every other file, signed by who put the pack together. */
export type PackSignature = z.infer<typeof PackSignature>;

/** The bytes of `signature.json` for these files. */
export function packSignatureBytes(hashes: FileHashes, key: SigningKey): Uint8Array {
  const pack = { format: 1, signer: key.identity, files: Object.fromEntries(hashes) } as const;
  return bytesOf({ pack, signature: signValue('pack', pack, key) });
}

/** Reads `signature.json` and checks the signature; what is wrong in words if it does not hold. Never throws. */
export function parsePackSignature(
  bytes: Uint8Array,
): { readonly signer: Identity; readonly hashes: FileHashes } | string {
  const json = parseJson(bytes);
  if (json.kind === 'broken') return json.problem;
  const { success, data, error } = PackSignature.safeParse(json.value);
  if (!success) return `does not fit: ${describeIssue(error)}`;
  // The only file that no hash covers: so it may be written in one way only.
  if (!bytesOf(data).equals(bytes)) return 'is not written as the signer wrote it';
  if (!isSignatureOf('pack', data.pack, data.signature, data.pack.signer.publicKey)) {
    return 'is forged: the signature is not that of the key it names';
  }
  return { signer: data.pack.signer, hashes: new Map(Object.entries(data.pack.files)) as FileHashes };
}

/** The hash that a consent covers: of the names and hashes of the files that make the face. */
export function weightsHashOf(hashes: FileHashes): string {
  const files = FACE_FILES.filter((name) => hashes.has(name)).map((name) => [name, hashes.get(name)]);
  return createHash('sha256').update(canonicalJson(files)).digest('hex');
}

function bytesOf(signature: PackSignature): Buffer {
  return Buffer.from(`${canonicalJson(signature)}\n`);
}
