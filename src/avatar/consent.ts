import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, parseJson } from './canonical-json.js';
import { describeIssue, line, Moment, Sha256, Source } from './fields.js';
import { Identity, isSignatureOf, Signature, type SigningKey, signValue } from './keys.js';

/** What an avatar may be worn for. */
export const Scope = z.enum(['live-calls', 'streaming', 'recording']);
export type Scope = z.infer<typeof Scope>;

const Fingerprint = z.string().regex(/^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/, 'expected eight groups of four digits');

const common = {
  format: z.literal(1),
  /** Whose face it is, by name. */
  depicted: line(80),
  /** Who gives the consent: the depicted person; of a face that is nobody's own, the avatar's maker. */
  signer: Identity,
  /** What is agreed to, in the signer's words. */
  statement: line(2000),
  scope: z
    .array(Scope)
    .min(1)
    .refine((scope) => new Set(scope).size === scope.length, 'expected each only once'),
  /** Fingerprints of the keys of those who may wear it. */
  wearers: z.union([z.literal('anyone'), z.array(Fingerprint).min(1).max(64)]),
  validFrom: Moment,
  /** The hash of the files that make the face (`weightsHashOf`). */
  weights: Sha256,
};

/** That it was the person: a recording in which they say or show a phrase that was made for this once. */
const Proof = z.strictObject({ phrase: line(200), recordingSha256: Sha256 });

const ofPerson = { ...common, validUntil: Moment, proof: Proof };
const ofNobody = { ...common, validUntil: Moment.nullable(), source: Source };

/** What somebody agreed to. */
export const ConsentRecord = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('self'), ...ofPerson }),
    z.strictObject({ kind: z.literal('person'), ...ofPerson }),
    z.strictObject({ kind: z.literal('synthetic'), ...ofNobody }),
    z.strictObject({ kind: z.literal('public-domain'), ...ofNobody }),
  ])
  .refine(
    ({ kind, depicted, signer }) => (kind !== 'self' && kind !== 'person') || depicted === signer.name,
    'expected "depicted" to be the signer, who alone can agree to the use of their face',
  )
  .refine(
    ({ validFrom, validUntil }) => validUntil === null || validFrom < validUntil,
    'expected "validUntil" after "validFrom"',
  );
export type ConsentRecord = z.infer<typeof ConsentRecord>;

const SignedConsent = z.strictObject({ record: ConsentRecord, signature: Signature });
/** `consent.json`: a record and the signature of its signer. */
export type SignedConsent = z.infer<typeof SignedConsent>;

/** Signs a record. @throws ZodError if it does not fit the schema, RangeError if the key is not its signer's. */
export function signConsent(record: ConsentRecord, key: SigningKey): SignedConsent {
  const checked = ConsentRecord.parse(record);
  if (checked.signer.publicKey !== key.identity.publicKey) throw new RangeError('the key is not that of the signer');
  return { record: checked, signature: signValue('consent', checked, key) };
}

/** Reads `consent.json`; what is wrong with it in words if it is none. Checks no signature. Never throws. */
export function parseConsent(bytes: Uint8Array): SignedConsent | string {
  const json = parseJson(bytes);
  if (json.kind === 'broken') return json.problem;
  const { success, data, error } = SignedConsent.safeParse(json.value);
  return success ? data : `does not fit: ${describeIssue(error)}`;
}

/** The bytes of `consent.json`. */
export function consentBytes(consent: SignedConsent): Uint8Array {
  return Buffer.from(`${canonicalJson(consent)}\n`);
}

/** Whether the record is what its signer signed. */
export function isGenuine({ record, signature }: SignedConsent): boolean {
  return isSignatureOf('consent', record, signature, record.signer.publicKey);
}

/** The name of a record in revocations: the SHA-256 of what was signed. */
export function consentId({ record }: SignedConsent): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}
