import { z } from 'zod';
import { canonicalJson, parseJson } from './canonical-json.js';
import { describeIssue, line, Moment, Sha256 } from './fields.js';
import { Identity, isSignatureOf, Signature, type SigningKey, signValue } from './keys.js';

const RevocationRecord = z.strictObject({
  format: z.literal(1),
  /** The consent that is taken back (`consentId`), or all that this key has given: for a key that was stolen. */
  consent: z.union([Sha256, z.literal('all')]),
  signer: Identity,
  revokedAt: Moment,
  reason: line(400).nullable(),
});

const Revocation = z.strictObject({ record: RevocationRecord, signature: Signature });
/** A consent taken back by who gave it. It holds from the moment it is known, whatever its date. */
export type Revocation = z.infer<typeof Revocation>;

/** Takes a consent back. @throws ZodError if the record does not fit the schema. */
export function signRevocation(
  what: { readonly consent: string; readonly revokedAt: string; readonly reason: string | null },
  key: SigningKey,
): Revocation {
  const record = RevocationRecord.parse({ format: 1, signer: key.identity, ...what });
  return { record, signature: signValue('revocation', record, key) };
}

/** Reads a revocation and checks its signature; what is wrong in words if it is none. Never throws. */
export function parseRevocation(bytes: Uint8Array): Revocation | string {
  const json = parseJson(bytes);
  if (json.kind === 'broken') return json.problem;
  const { success, data, error } = Revocation.safeParse(json.value);
  if (!success) return `does not fit: ${describeIssue(error)}`;
  if (!isSignatureOf('revocation', data.record, data.signature, data.record.signer.publicKey)) {
    return 'is forged: the signature is not that of the key it names';
  }
  return data;
}

/** The bytes of a revocation's file. */
export function revocationBytes(revocation: Revocation): Uint8Array {
  return Buffer.from(`${canonicalJson(revocation)}\n`);
}

/** Whether a revocation takes back this consent. Only who gave it can. */
export function doesRevoke(
  { record }: Revocation,
  consent: { readonly id: string; readonly publicKey: string },
): boolean {
  if (record.signer.publicKey !== consent.publicKey) return false;
  return record.consent === 'all' || record.consent === consent.id;
}
