import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { consentId } from '../../src/avatar/consent.js';
import { ConsentWatch, whyRefused } from '../../src/avatar/consent-watch.js';
import { dataFolder } from '../../src/avatar/data-folder.js';
import { keyFolder, saveKey } from '../../src/avatar/key-store.js';
import { createSigningKey, type SigningKey } from '../../src/avatar/keys.js';
import { MemoryFiles } from '../../src/avatar/pack-files.js';
import { signRevocation } from '../../src/avatar/revocation.js';
import { RevocationStore } from '../../src/avatar/revocation-store.js';
import { avatarFolders, importPack } from '../../src/avatar/store.js';
import { TrustStore } from '../../src/avatar/trust-store.js';
import { openWearable, wearableOf } from '../../src/avatar/wearable.js';
import type { UserError } from '../../src/errors.js';
import { checkSampleGraph, personalRecord, sampleGraph, sampleManifest, samplePack } from './sample-pack.js';

const ada = createSigningKey('Ada');
const HOUR = 3_600_000;

/** A user with Ada's face in the store, valid for an hour from a minute ago. */
function userWithPack(changes: { readonly endsInMs?: number; readonly trusted?: SigningKey | null } = {}) {
  const { endsInMs = HOUR, trusted = ada } = changes;
  const env = { XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'mien-user-')) };
  const data = dataFolder(env);
  const validFrom = new Date(Date.now() - 60_000).toISOString();
  const validUntil = new Date(Date.now() + endsInMs).toISOString();
  const files = samplePack({
    manifest: sampleManifest({ kind: 'person', source: null, name: 'ada' }),
    consent: (weights) => ({ record: { ...personalRecord(ada, weights), validFrom, validUntil } as never, key: ada }),
  });
  importPack(new MemoryFiles('sent', files), {
    checkGraph: checkSampleGraph,
    replace: false,
    folders: avatarFolders(env),
  });
  if (trusted) new TrustStore(data).accept(trusted.identity);
  return { env, data, path: join(data, 'avatars', 'ada') };
}

const wear = (env: NodeJS.ProcessEnv) =>
  openWearable('ada', { scope: ['live-calls'], checkGraph: checkSampleGraph, env });

describe('openWearable', () => {
  test('a pack of the store whose signer was accepted', () => {
    const { env, path } = userWithPack();
    const { pack, judge } = wear(env);
    expect(pack.where).toBe(path);
    expect(judge().kind).toBe('accepted');
    expect(judge(['recording'])).toMatchObject({ refusal: 'out-of-scope' });
  });

  test('a signer who was never seen; one whose key is another', () => {
    expect(() => wear(userWithPack({ trusted: null }).env)).toThrow('whose key was never seen here');
    expect(() => wear(userWithPack({ trusted: createSigningKey('Ada') }).env)).toThrow('but Ada is known by');
  });

  test('one’s own key needs no acceptance', () => {
    const { env, data } = userWithPack({ trusted: null });
    saveKey(ada, null, keyFolder(data));
    expect(wear(env).judge().kind).toBe('accepted');
  });

  test('what came with mien needs no acceptance', () => {
    const { env, data } = userWithPack({ trusted: null });
    const { pack } = wear({ ...env, ...userWithPack().env });
    expect(wearableOf(pack, 'built-in', ['live-calls'], data).judge().kind).toBe('accepted');
    expect(wearableOf(pack, 'elsewhere', ['live-calls'], data).judge()).toMatchObject({ refusal: 'unknown-signer' });
  });
});

describe('while worn', () => {
  test('a revocation that comes in, a file that changes, is added or goes, are noticed', async () => {
    const changes: Record<string, (user: ReturnType<typeof userWithPack>, id: string) => void> = {
      'took the consent back': ({ data }, consent) =>
        void new RevocationStore(data).add(
          signRevocation({ consent, revokedAt: new Date().toISOString(), reason: null }, ada),
        ),
      'has another int8.onnx': ({ path }) => writeFileSync(join(path, 'int8.onnx'), sampleGraph('evil')),
      'holds more.txt': ({ path }) => writeFileSync(join(path, 'more.txt'), ''),
      'has no texture.png': ({ path }) => rmSync(join(path, 'texture.png')),
      'There is no avatar': ({ path }) => rmSync(path, { recursive: true }),
      'is damaged': ({ data }) => writeFileSync(new TrustStore(data).path, '?'),
    };
    for (const [reason, change] of Object.entries(changes)) {
      const user = userWithPack();
      const wearable = wear(user.env);
      expect(await whyRefused(wearable)).toBeNull();
      change(user, consentId(wearable.pack.consent));
      expect((await whyRefused(wearable))?.message).toContain(reason);
    }
  });

  test('the watch tells once, at the moment the consent ends, and is over then', async () => {
    const { env } = userWithPack({ endsInMs: 1500 });
    const onRefused = vi.fn<(reason: UserError) => void>();
    const watch = new ConsentWatch(wear(env), { onRefused });
    while (onRefused.mock.calls.length === 0) await delay(20);
    expect(onRefused.mock.calls[0]![0]).toMatchObject({
      code: 'CONSENT_REFUSED',
      message: expect.stringContaining('ended on'),
    });
    await delay(100);
    expect(onRefused).toHaveBeenCalledTimes(1);
    watch.stop();
  });

  test('the watch looks again and again, and never after it was stopped', async () => {
    const { env } = userWithPack();
    const { pack, judge } = wear(env);
    let looks = 0;
    const counted = { pack, judge: () => ({ ...judge(), ...(++looks && {}) }) };
    const onRefused = vi.fn();
    const watch = new ConsentWatch(counted, { onRefused, everyMs: 5 });
    while (looks < 3) await delay(5);
    watch.stop();
    const seen = looks;
    rmSync(pack.where, { recursive: true });
    await delay(60);
    expect(looks).toBe(seen);
    expect(onRefused).not.toHaveBeenCalled();
  });
});
