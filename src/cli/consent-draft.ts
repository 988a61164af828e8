import { ConsentRecord, Scope } from '../avatar/consent.js';
import { type AvatarKind, describeIssue } from '../avatar/fields.js';
import { fingerprintOf, type Identity } from '../avatar/keys.js';
import { UserError } from '../errors.js';

/** What the user wants to agree to, as flags have it. */
export interface ConsentWishes {
  readonly kind: AvatarKind;
  /** Words with commas between them; by default live calls, and everything for a face that is nobody's. */
  readonly scope?: string;
  /** Fingerprints, or "anyone"; by default the usual ones of the kind. */
  readonly wearer?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly statement?: string;
  readonly depicted?: string;
  readonly source?: string;
  readonly licence?: string;
}

/** That it is the person. */
export interface Proof {
  readonly phrase: string;
  readonly recordingSha256: string;
}

/** What the flags do not say. */
export interface DraftFacts {
  readonly weights: string;
  readonly signer: Identity;
  /** Null for a face that is nobody's. */
  readonly proof: Proof | null;
  /** Default: now. */
  readonly now?: Date;
}

/** How long a person's consent holds if they do not say. */
const USUAL_DAYS = 365;

/** Puts a record together, ready to be signed. @throws UserError CONFIG_INVALID. */
export function draftConsent(
  wishes: ConsentWishes,
  { weights, signer, proof, now = new Date() }: DraftFacts,
): ConsentRecord {
  const { kind, wearer = [] } = wishes;
  if (kind === 'person' && wearer.length === 0) {
    throw new UserError(
      'CONFIG_INVALID',
      'A consent for others to wear your face must say who.',
      'Give the fingerprint of their key with --wearer ("mien consent show" prints it to them), or --wearer anyone.',
    );
  }
  for (const flag of ['depicted', 'source', 'licence'] as const) {
    if ((proof === null) === (wishes[flag] !== undefined)) continue;
    throw new UserError(
      'CONFIG_INVALID',
      proof
        ? `--${flag} is for a face that is nobody's; this one is yours.`
        : `A face of kind ${kind} needs --${flag}.`,
      proof ? `Leave out --${flag}.` : 'Say whose or what it is with --depicted, --source and --licence.',
    );
  }
  const usual = kind === 'self' ? [fingerprintOf(signer)] : 'anyone';
  const wearers = wearer.includes('anyone') ? 'anyone' : wearer.length === 0 ? usual : [...wearer];
  const validFrom = momentOf('--from', wishes.from) ?? now.toISOString();
  const aYear = () => new Date(Date.parse(validFrom) + USUAL_DAYS * 86_400_000).toISOString();
  const validUntil = momentOf('--until', wishes.until) ?? (proof ? aYear() : null);
  const depicted = proof ? signer.name : wishes.depicted;
  const scope = wishes.scope?.split(',') ?? (proof ? ['live-calls'] : Scope.options);
  const result = ConsentRecord.safeParse({
    format: 1,
    kind,
    depicted,
    signer,
    statement: wishes.statement ?? statementOf(proof !== null, wearers, scope),
    scope,
    wearers,
    validFrom,
    validUntil,
    weights,
    ...(proof ? { proof } : { source: { description: wishes.source, licence: wishes.licence } }),
  });
  if (result.success) return result.data;
  throw new UserError(
    'CONFIG_INVALID',
    `This consent cannot be signed: ${describeIssue(result.error)}.`,
    'Change what it says.',
  );
}

function statementOf(isPerson: boolean, wearers: 'anyone' | readonly string[], scope: readonly string[]): string {
  if (!isPerson) return "This face is nobody's own: its source and licence are below, and I vouch for them.";
  const who = wearers === 'anyone' ? 'anyone' : 'the holders of the keys below';
  return `It is my face, and I agree that it is worn by ${who} for ${scope.join(', ')}.`;
}

/** A date (2027-01-31: its first moment in UTC) or a moment, as records have it; null if none is given. */
function momentOf(flag: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new UserError(
    'CONFIG_INVALID',
    `${flag} is "${text}", expected a date like 2027-01-31.`,
    `Give ${flag} another value.`,
  );
}
