import { UserError } from '../errors.js';
import { printable } from './canonical-json.js';
import type { Scope } from './consent.js';
import { dataFolder } from './data-folder.js';
import { type Circumstances, type ConsentVerdict, judgeConsent, trustName } from './judge-consent.js';
import { keyFolder, listKeys } from './key-store.js';
import { LatestTime } from './latest-time.js';
import { type AvatarPack, type GraphCheck, openPack } from './open-pack.js';
import { RevocationStore } from './revocation-store.js';
import { avatarFolders, type FoundAvatar, findAvatar } from './store.js';
import { TrustStore } from './trust-store.js';

/** A pack, and the judge of whether it may be worn. */
export interface Wearable {
  readonly pack: AvatarPack;
  /**
   * Judges its consent as things are now: the time, keys, revocations and accepted signers are read anew.
   * @param scope - what it is to be worn for; by default what it was opened for.
   * @throws UserError if one of them is damaged.
   */
  judge(scope?: readonly Scope[]): ConsentVerdict;
}

/** How an avatar is to be worn, and where things lie (by default in the user's own folders). */
export interface WearOptions {
  /** All that it is worn for at once. */
  readonly scope: readonly Scope[];
  readonly checkGraph: GraphCheck;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Finds an avatar, opens it, and makes sure that it may be worn now.
 *
 * @param nameOrPath - as `findAvatar` takes it.
 * @throws UserError AVATAR_MISSING, AVATAR_INVALID, or CONSENT_REFUSED with the reason.
 */
export function openWearable(nameOrPath: string, options: WearOptions): Wearable {
  const found = findAvatar(nameOrPath, avatarFolders(options.env));
  const pack = openPack(found.path, options);
  const wearable = wearableOf(pack, found.origin, options.scope, dataFolder(options.env));
  requireAccepted(pack, wearable.judge());
  return wearable;
}

/** An open pack and its judge. */
export function wearableOf(
  pack: AvatarPack,
  origin: FoundAvatar['origin'],
  scope: readonly Scope[],
  data = dataFolder(),
): Wearable {
  const time = new LatestTime(data);
  const judge = (wanted = scope) => judgeConsent(pack.consent, circumstancesOf(pack, origin, wanted, time, data));
  return { pack, judge };
}

/** Throws unless a consent was accepted. @throws UserError CONSENT_REFUSED. */
export function requireAccepted(pack: AvatarPack, verdict: ConsentVerdict): void {
  if (verdict.kind === 'accepted') return;
  throw new UserError(
    'CONSENT_REFUSED',
    `The avatar ${printable(pack.manifest.name)} may not be worn: ${verdict.reason}.`,
    verdict.remedy,
  );
}

function circumstancesOf(
  pack: AvatarPack,
  origin: FoundAvatar['origin'],
  scope: readonly Scope[],
  time: LatestTime,
  data: string,
): Circumstances {
  const own = listKeys(keyFolder(data));
  const trusted = new TrustStore(data).keys();
  // Nobody needs to be told who they are, nor to accept the makers of mien twice.
  for (const { identity } of own) trusted.set(trustName(identity.name), identity.publicKey);
  const { signer } = pack.consent.record;
  if (origin === 'built-in') trusted.set(trustName(signer.name), signer.publicKey);
  return {
    now: time.now(),
    scope,
    wearer: own.map(({ fingerprint }) => fingerprint),
    weightsHash: pack.weightsHash,
    revocations: new RevocationStore(data).list(),
    trusted,
  };
}
