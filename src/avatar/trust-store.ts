import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { canonicalJson, parseJson } from './canonical-json.js';
import { dataFolder } from './data-folder.js';
import { Moment } from './fields.js';
import { trustName } from './judge-consent.js';
import { fingerprintOf, Identity } from './keys.js';
import { writeWhole } from './whole-file.js';

const TrustFile = z.strictObject({
  format: z.literal(1),
  signers: z.array(z.strictObject({ identity: Identity, firstSeen: Moment })).max(10_000),
});
type TrustFile = z.infer<typeof TrustFile>;

/** Whether a signer's key was seen before: trust on first use, as ssh has it. */
export type Acquaintance =
  | { readonly kind: 'known' }
  | { readonly kind: 'new' }
  /** The name is known by another key. */
  | { readonly kind: 'changed'; readonly fingerprint: string };

/** The signers that the user has accepted, in `trusted-signers.json` of the data folder. */
export class TrustStore {
  readonly path: string;

  constructor(data = dataFolder()) {
    this.path = join(data, 'trusted-signers.json');
  }

  /** Keys by the name of their holder, as `judgeConsent` takes them. @throws UserError CONSENT_REFUSED if the file is damaged. */
  keys(): Map<string, string> {
    return new Map(this.#read().signers.map(({ identity }) => [trustName(identity.name), identity.publicKey]));
  }

  /** Whether this signer is known. @throws as `keys`. */
  lookUp(identity: Identity): Acquaintance {
    const known = this.keys().get(trustName(identity.name));
    if (known === undefined) return { kind: 'new' };
    if (known === identity.publicKey) return { kind: 'known' };
    return { kind: 'changed', fingerprint: fingerprintOf({ publicKey: known }) };
  }

  /** Notes a new signer, whom the user accepted. @throws UserError CONSENT_REFUSED if the name is known by another key. */
  accept(identity: Identity): void {
    const acquaintance = this.lookUp(identity);
    if (acquaintance.kind === 'known') return;
    if (acquaintance.kind === 'changed') {
      throw new UserError(
        'CONSENT_REFUSED',
        `${identity.name} signed with the key ${fingerprintOf(identity)}, but is known by ${acquaintance.fingerprint}.`,
        `If ${identity.name} told you themselves that they have a new key, forget the old one with: mien consent forget '${identity.name}'`,
      );
    }
    const { signers } = this.#read();
    this.#write([...signers, { identity, firstSeen: new Date().toISOString() }]);
  }

  /** Forgets a signer; false if the name is not known. @throws as `keys`. */
  forget(name: string): boolean {
    const { signers } = this.#read();
    const others = signers.filter(({ identity }) => trustName(identity.name) !== trustName(name));
    if (others.length === signers.length) return false;
    this.#write(others);
    return true;
  }

  #read(): TrustFile {
    if (!existsSync(this.path)) return { format: 1, signers: [] };
    const json = parseJson(readFileSync(this.path));
    const parsed = json.kind === 'value' ? TrustFile.safeParse(json.value) : null;
    if (parsed?.success) return parsed.data;
    // Not taken for empty: then a changed key would pass for a new one.
    throw new UserError(
      'CONSENT_REFUSED',
      `The list of signers that you accepted, ${this.path}, is damaged.`,
      'Put back a copy of it, or remove it: then each signer is shown to you again.',
    );
  }

  #write(signers: TrustFile['signers']): void {
    mkdirSync(join(this.path, '..'), { recursive: true, mode: 0o700 });
    writeWhole(this.path, Buffer.from(`${canonicalJson({ format: 1, signers })}\n`), 0o600);
  }
}
