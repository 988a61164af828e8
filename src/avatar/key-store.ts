import { createCipheriv, createDecipheriv, createPrivateKey, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { canonicalJson, parseJson, printable } from './canonical-json.js';
import { dataFolder } from './data-folder.js';
import { Moment } from './fields.js';
import { fingerprintOf, Identity, type SigningKey, signingKeyOf } from './keys.js';
import { writeWhole } from './whole-file.js';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

/** An Ed25519 key in PKCS #8 is 48 bytes; AES-256-GCM keeps the length. */
const PKCS8_BYTES = 48;

const KeyFile = z.strictObject({
  format: z.literal(1),
  identity: Identity,
  created: Moment,
  secret: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('plain'), pkcs8: hex(PKCS8_BYTES) }),
    z.strictObject({
      kind: z.literal('passphrase'),
      salt: hex(16),
      iv: hex(12),
      tag: hex(16),
      pkcs8: hex(PKCS8_BYTES),
    }),
  ]),
});
type KeyFile = z.infer<typeof KeyFile>;

/** Memory-hard: half a second and 64 MB. Source: RFC 7914, with OWASP's lowest recommended parameters for r = 8. */
const SCRYPT = { N: 1 << 16, r: 8, p: 2, maxmem: 1 << 27 } as const;

/** A key of the user's own. */
export interface OwnKey {
  readonly identity: Identity;
  readonly fingerprint: string;
  readonly path: string;
  readonly hasPassphrase: boolean;
}

/** Where the user's keys lie. */
export function keyFolder(data = dataFolder()): string {
  return join(data, 'keys');
}

/** Keeps a key, readable by this user alone. @param passphrase - null: none. @returns its file. @throws UserError OUTPUT_FAILED. */
export function saveKey(key: SigningKey, passphrase: string | null, folder = keyFolder()): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${fingerprintOf(key.identity)}.json`);
  const pkcs8 = key.privateKey.export({ type: 'pkcs8', format: 'der' });
  const secret = passphrase === null ? { kind: 'plain', pkcs8: pkcs8.toString('hex') } : lock(pkcs8, passphrase);
  const file = KeyFile.parse({ format: 1, identity: key.identity, created: new Date().toISOString(), secret });
  writeWhole(path, Buffer.from(`${canonicalJson(file)}\n`), 0o600);
  return path;
}

/** All keys of the user. @throws UserError KEY_INVALID if one is damaged. */
export function listKeys(folder = keyFolder()): readonly OwnKey[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const path = join(folder, name);
    const { identity, secret } = readKeyFile(path);
    return { identity, fingerprint: fingerprintOf(identity), path, hasPassphrase: secret.kind === 'passphrase' };
  });
}

/**
 * The key that is meant: by name, fingerprint or the beginning of one; null for the only one there is.
 * @throws UserError KEY_INVALID if none or several are meant.
 */
export function chooseKey(wanted: string | null, folder = keyFolder()): OwnKey {
  const keys = listKeys(folder);
  if (keys.length === 0) {
    throw new UserError(
      'KEY_INVALID',
      `You have no key in ${folder}.`,
      'Make one with: mien consent keygen --name "YOUR NAME"',
    );
  }
  const meant =
    wanted === null
      ? keys
      : keys.filter(
          ({ identity, fingerprint }) => identity.name === wanted || (wanted !== '' && fingerprint.startsWith(wanted)),
        );
  if (meant.length === 1) return meant[0]!;
  const all = keys.map(({ identity, fingerprint }) => `${identity.name} ${fingerprint}`).join(', ');
  const found =
    meant.length === 0
      ? `None of your keys is "${printable(wanted ?? '')}"`
      : `You have ${meant.length} keys that are meant`;
  throw new UserError('KEY_INVALID', `${found}; there are: ${all}.`, 'Name one with --key and its fingerprint.');
}

/** Opens a key for signing. @param passphrase - null if it has none. @throws UserError KEY_INVALID. */
export function unlockKey({ path }: OwnKey, passphrase: string | null): SigningKey {
  // As ssh does: a key that others could read may no longer be the user's own.
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new UserError(
      'KEY_INVALID',
      `The key ${path} may be read by other users.`,
      `Take that away with: chmod 600 '${path}'`,
    );
  }
  const { identity, secret } = readKeyFile(path);
  const der = secret.kind === 'plain' ? Buffer.from(secret.pkcs8, 'hex') : unlock(secret, passphrase ?? '', path);
  let key: SigningKey;
  try {
    key = signingKeyOf(identity.name, createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }));
  } catch (cause) {
    throw damaged(path, 'holds no key', cause);
  }
  if (key.identity.publicKey !== identity.publicKey) throw damaged(path, 'holds the secret of another key');
  return key;
}

function lock(pkcs8: Buffer, passphrase: string) {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, SCRYPT), iv);
  const locked = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const [hexSalt, hexIv, tag, data] = [salt, iv, cipher.getAuthTag(), locked].map((bytes) => bytes.toString('hex'));
  return { kind: 'passphrase', salt: hexSalt, iv: hexIv, tag, pkcs8: data };
}

function unlock(secret: Extract<KeyFile['secret'], { kind: 'passphrase' }>, passphrase: string, path: string): Buffer {
  const [salt, iv, tag, data] = [secret.salt, secret.iv, secret.tag, secret.pkcs8].map((text) =>
    Buffer.from(text, 'hex'),
  );
  const decipher = createDecipheriv('aes-256-gcm', scryptSync(passphrase, salt!, 32, SCRYPT), iv!);
  decipher.setAuthTag(tag!);
  try {
    return Buffer.concat([decipher.update(data!), decipher.final()]);
  } catch (cause) {
    throw new UserError('KEY_INVALID', `The passphrase does not open the key ${path}.`, 'Try again.', { cause });
  }
}

function readKeyFile(path: string): KeyFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw damaged(path, 'cannot be read', cause);
  }
  const json = parseJson(bytes);
  if (json.kind === 'broken') throw damaged(path, json.problem);
  const { success, data } = KeyFile.safeParse(json.value);
  if (!success) throw damaged(path, 'is not a key of mien');
  return data;
}

function damaged(path: string, found: string, cause?: unknown): UserError {
  return new UserError('KEY_INVALID', `The key file ${path} ${found}.`, 'Put back a copy of it, or move it away.', {
    cause,
  });
}
