import { consentId, isGenuine, type Scope, type SignedConsent } from './consent.js';
import { fingerprintOf } from './keys.js';
import { doesRevoke, type Revocation } from './revocation.js';

/** Why a consent does not hold. */
export type ConsentRefusal =
  | 'forged'
  | 'other-weights'
  | 'revoked'
  | 'expired'
  | 'not-yet-valid'
  | 'out-of-scope'
  | 'not-for-this-wearer'
  | 'unknown-signer'
  | 'changed-signer';

/** What was found of a consent. `reason` is a sentence for people, without full stop; `remedy` one with it. */
export type ConsentVerdict =
  | { readonly kind: 'accepted'; readonly expires: string | null }
  | { readonly kind: 'refused'; readonly refusal: ConsentRefusal; readonly reason: string; readonly remedy: string };

/** The time, told twice, since a clock can be set back. Milliseconds since 1970. */
export interface TimeSeen {
  /** What the clock says. */
  readonly clock: number;
  /** The latest time that mien ever saw on this computer, never before `clock`. */
  readonly latest: number;
}

/** What a consent is judged by. */
export interface Circumstances {
  readonly now: TimeSeen;
  /** All that the avatar is to be worn for at once. */
  readonly scope: readonly Scope[];
  /** Fingerprints of the wearer's own keys; who has none is only "anyone". */
  readonly wearer: readonly string[];
  /** Of the weights that are about to be worn. */
  readonly weightsHash: string;
  readonly revocations: readonly Revocation[];
  /** Keys seen before and accepted, by the name of their holder (`trustName`). */
  readonly trusted: ReadonlyMap<string, string>;
}

/** How names are told apart: letters that only look or count as different are one. Source: Unicode NFKC. */
export function trustName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Whether an avatar may be worn now. Pure, and takes a fifth of a millisecond: the check of one signature. */
export function judgeConsent(consent: SignedConsent, circumstances: Circumstances): ConsentVerdict {
  const { record } = consent;
  const { now, scope, wearer, weightsHash, revocations, trusted } = circumstances;
  const { name, publicKey } = record.signer;
  const fingerprint = fingerprintOf(record.signer);

  if (!isGenuine(consent)) {
    return refused(
      'forged',
      `the consent was not signed by ${name} (${fingerprint}), whose name it bears`,
      `Ask ${name} for the consent they signed.`,
    );
  }
  const known = trusted.get(trustName(name));
  if (known !== undefined && known !== publicKey) {
    return refused(
      'changed-signer',
      `the consent is by ${name} with the key ${fingerprint}, but ${name} is known by ${fingerprintOf({ publicKey: known })}`,
      `If ${name} told you themselves that they have a new key, forget the old one with: mien consent forget '${name}'`,
    );
  }
  if (record.weights !== weightsHash) {
    return refused(
      'other-weights',
      `${name} agreed to other weights: ${short(record.weights)}, and these are ${short(weightsHash)}`,
      `Have ${name} sign a consent for these weights, or use the weights that it was signed for.`,
    );
  }
  const revocation = revocations.find((each) => doesRevoke(each, { id: consentId(consent), publicKey }));
  if (revocation) {
    const { revokedAt, reason } = revocation.record;
    return refused(
      'revoked',
      `${name} took the consent back on ${day(revokedAt)}${reason === null ? '' : ` (“${reason}”)`}`,
      `Remove the avatar; only ${name} can agree anew.`,
    );
  }
  if (record.validUntil !== null && now.latest >= Date.parse(record.validUntil)) {
    const isSetBack = now.clock < Date.parse(record.validUntil);
    return refused(
      'expired',
      `the consent ended on ${day(record.validUntil)}` +
        (isSetBack ? `, and this computer's clock has already been at ${day(now.latest)}` : ''),
      isSetBack
        ? 'Set the clock right; docs/avatars.md tells what to do if it was ahead by mistake.'
        : `Ask ${name} for a new consent.`,
    );
  }
  if (now.clock < Date.parse(record.validFrom)) {
    return refused(
      'not-yet-valid',
      `the consent begins on ${day(record.validFrom)}, and this computer's clock says ${day(now.clock)}`,
      'Wait until then, or set the clock right.',
    );
  }
  const beyond = scope.filter((each) => !record.scope.includes(each));
  if (beyond.length > 0) {
    return refused(
      'out-of-scope',
      `the consent is for ${record.scope.join(', ')}, not for ${beyond.join(', ')}`,
      `Use it for what was agreed to, or ask ${name} for a wider consent.`,
    );
  }
  if (known === undefined) {
    return refused(
      'unknown-signer',
      `the consent is by ${name} (${fingerprint}), whose key was never seen here`,
      `Compare the fingerprint with ${name}; then accept it with: mien consent trust AVATAR`,
    );
  }
  const { wearers } = record;
  if (wearers !== 'anyone' && !wearer.some((key) => wearers.includes(key))) {
    const own = wearer.length === 0 ? 'you have no key' : `yours is ${wearer.join(', ')}`;
    return refused(
      'not-for-this-wearer',
      `the consent is for the keys ${wearers.join(', ')}, and ${own}`,
      wearer.length === 0
        ? `Make a key with "mien consent keygen", and ask ${name} for a consent for it.`
        : `Ask ${name} for a consent for your key.`,
    );
  }
  return { kind: 'accepted', expires: record.validUntil };
}

function refused(refusal: ConsentRefusal, reason: string, remedy: string): ConsentVerdict {
  return { kind: 'refused', refusal, reason, remedy };
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}

/** The date in UTC, which is what records are written in. */
function day(moment: string | number): string {
  return `${new Date(moment).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
