import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { line } from './fields.js';

/** Who signs: a name that they gave themselves, and the Ed25519 key that it goes with (32 bytes, hexadecimal). */
export const Identity = z.strictObject({
  name: line(80),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
});
export type Identity = z.infer<typeof Identity>;

/** A key that can sign. */
export interface SigningKey {
  readonly identity: Identity;
  readonly privateKey: KeyObject;
}

/** An Ed25519 signature (64 bytes, hexadecimal). */
export const Signature = z.string().regex(/^[0-9a-f]{128}$/, 'expected 128 hexadecimal digits');

/** What a signature is for: one made for a consent never passes for that of a pack. */
export type SignedPurpose = 'pack' | 'consent' | 'revocation';

/** Makes a new key. */
export function createSigningKey(name: string): SigningKey {
  return signingKeyOf(name, generateKeyPairSync('ed25519').privateKey);
}

/** The identity that goes with a private key. */
export function signingKeyOf(name: string, privateKey: KeyObject): SigningKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x!, 'base64url').toString('hex');
  return { identity: Identity.parse({ name, publicKey }), privateKey };
}

/** What people compare: 128 bits of the key's SHA-256, as eight groups of four digits. */
export function fingerprintOf({ publicKey }: Pick<Identity, 'publicKey'>): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex');
  return digest.slice(0, 32).match(/.{4}/g)!.join('-');
}

/** Signs a value. Source: RFC 8032, pure Ed25519. */
export function signValue(purpose: SignedPurpose, value: unknown, key: SigningKey): string {
  return sign(null, signedBytes(purpose, value), key.privateKey).toString('hex');
}

/** Whether a signature is this key's, over this value and for this purpose. Never throws. */
export function isSignatureOf(purpose: SignedPurpose, value: unknown, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'hex').toString('base64url') },
      format: 'jwk',
    });
    return verify(null, signedBytes(purpose, value), key, Buffer.from(signature, 'hex'));
  } catch {
    return false; // 32 bytes that are no key: nothing can be signed with it
  }
}

function signedBytes(purpose: SignedPurpose, value: unknown): Buffer {
  return Buffer.from(`mien ${purpose} 1\n${canonicalJson(value)}`);
}
