import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseKey, keyFolder, listKeys, saveKey, unlockKey } from '../../src/avatar/key-store.js';
import { createSigningKey, fingerprintOf, isSignatureOf, signValue } from '../../src/avatar/keys.js';
import { LatestTime } from '../../src/avatar/latest-time.js';
import { signRevocation } from '../../src/avatar/revocation.js';
import { RevocationStore } from '../../src/avatar/revocation-store.js';
import { TrustStore } from '../../src/avatar/trust-store.js';

const newData = () => join(mkdtempSync(join(tmpdir(), 'mien-data-')), 'mien');

describe('keys', () => {
  test.each([null, 'correct horse', ''])('kept with the passphrase %j and opened again', (passphrase) => {
    const folder = keyFolder(newData());
    const key = createSigningKey('Ada Lovelace');
    const path = saveKey(key, passphrase, folder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const [own] = listKeys(folder);
    expect(own).toEqual({
      identity: key.identity,
      fingerprint: fingerprintOf(key.identity),
      path,
      hasPassphrase: passphrase !== null,
    });
    const opened = unlockKey(own!, passphrase);
    expect(opened.identity).toEqual(key.identity);
    expect(isSignatureOf('consent', { a: 1 }, signValue('consent', { a: 1 }, opened), key.identity.publicKey)).toBe(
      true,
    );
    const secret = key.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('hex');
    expect(readFileSync(path, 'utf8').includes(secret)).toBe(passphrase === null);
  });

  test('a wrong passphrase, a key that others may read, a damaged one', () => {
    const folder = keyFolder(newData());
    const path = saveKey(createSigningKey('Ada'), 'right', folder);
    const [own] = listKeys(folder);
    expect(() => unlockKey(own!, 'wrong')).toThrow('The passphrase does not open the key');
    expect(() => unlockKey(own!, null)).toThrow('The passphrase does not open the key');
    chmodSync(path, 0o640);
    expect(() => unlockKey(own!, 'right')).toThrow('may be read by other users');
    writeFileSync(path, '{}');
    expect(() => listKeys(folder)).toThrow('is not a key of mien');
  });

  test('the secret of another key under this name is noticed', () => {
    const folder = keyFolder(newData());
    const [ada, eve] = [saveKey(createSigningKey('Ada'), null, folder), saveKey(createSigningKey('Eve'), null, folder)];
    const file = JSON.parse(readFileSync(ada, 'utf8'));
    writeFileSync(ada, JSON.stringify({ ...file, secret: JSON.parse(readFileSync(eve, 'utf8')).secret }));
    expect(() => unlockKey(chooseKey('Ada', folder), null)).toThrow('holds the secret of another key');
  });

  test('chosen by name or fingerprint; the only one needs no name', () => {
    const folder = keyFolder(newData());
    expect(() => chooseKey(null, folder)).toThrow('You have no key');
    const ada = createSigningKey('Ada');
    saveKey(ada, null, folder);
    expect(chooseKey(null, folder).identity).toEqual(ada.identity);
    saveKey(createSigningKey('Bo'), null, folder);
    expect(chooseKey('Bo', folder).identity.name).toBe('Bo');
    expect(chooseKey(fingerprintOf(ada.identity).slice(0, 9), folder).identity.name).toBe('Ada');
    expect(() => chooseKey(null, folder)).toThrow('You have 2 keys that are meant');
    expect(() => chooseKey('Cy', folder)).toThrow(/None of your keys is "Cy"; there are: .*Ada/);
  });
});

describe('signers that were accepted', () => {
  test('new, then known; another key under the name is refused with both fingerprints', () => {
    const data = newData();
    const [ada, other] = [createSigningKey('Ada').identity, createSigningKey('ADA').identity];
    expect(new TrustStore(data).lookUp(ada)).toEqual({ kind: 'new' });
    new TrustStore(data).accept(ada);
    const trust = new TrustStore(data);
    expect(trust.lookUp(ada)).toEqual({ kind: 'known' });
    expect(trust.lookUp(other)).toEqual({ kind: 'changed', fingerprint: fingerprintOf(ada) });
    expect(() => trust.accept(other)).toThrow(`${fingerprintOf(other)}, but is known by ${fingerprintOf(ada)}`);
    expect(trust.forget('nobody')).toBe(false);
    expect(trust.forget('ada')).toBe(true);
    trust.accept(other);
    expect(trust.keys()).toEqual(new Map([['ada', other.publicKey]]));
    expect(statSync(trust.path).mode & 0o777).toBe(0o600);
  });

  test('a damaged list is not taken for an empty one', () => {
    const trust = new TrustStore(newData());
    trust.accept(createSigningKey('Ada').identity);
    writeFileSync(trust.path, '{"format":1,"signers":[');
    expect(() => trust.keys()).toThrow('is damaged');
  });
});

describe('revocations', () => {
  const revocation = () =>
    signRevocation({ consent: 'all', revokedAt: '2026-01-01T00:00:00.000Z', reason: null }, createSigningKey('Ada'));

  test('kept, each once', () => {
    const data = newData();
    const [first, second] = [revocation(), revocation()];
    const store = new RevocationStore(data);
    expect(store.list()).toEqual([]);
    for (const each of [first, second, first]) store.add(each);
    expect(new RevocationStore(data).list()).toHaveLength(2);
    expect(new RevocationStore(data).list()).toEqual(expect.arrayContaining([first, second]));
  });

  test('a damaged one is not passed over', () => {
    const store = new RevocationStore(newData());
    const path = store.add(revocation());
    writeFileSync(path, readFileSync(path, 'utf8').replace('2026', '2027'));
    expect(() => store.list()).toThrow('is forged');
  });
});

describe('the latest time', () => {
  test('a clock that is set back between two runs', () => {
    const data = newData();
    let clock = Date.parse('2026-06-01T00:00:00.000Z');
    const late = clock;
    new LatestTime(
      data,
      () => clock,
      () => 0,
    ).now();
    clock = Date.parse('2026-01-01T00:00:00.000Z');
    expect(
      new LatestTime(
        data,
        () => clock,
        () => 0,
      ).now(),
    ).toEqual({ clock, latest: late });
  });

  test('a clock that is set back while it runs: time went on all the same', () => {
    let [clock, monotonic] = [1e12, 500];
    const time = new LatestTime(
      newData(),
      () => clock,
      () => monotonic,
    );
    clock -= 5000;
    monotonic += 90_000;
    expect(time.now()).toEqual({ clock: 1e12 - 5000, latest: 1e12 + 90_000 });
  });

  test('a file that is damaged or cannot be written stops nothing', () => {
    const data = newData();
    const time = new LatestTime(
      data,
      () => 1e12,
      () => 0,
    );
    time.now();
    writeFileSync(join(data, 'latest-time'), 'soon');
    expect(time.now()).toEqual({ clock: 1e12, latest: 1e12 });
    expect(
      new LatestTime(
        '/dev/null/mien',
        () => 1e12,
        () => 0,
      ).now(),
    ).toEqual({ clock: 1e12, latest: 1e12 });
  });
});
