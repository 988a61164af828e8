import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { consentBytes, signConsent } from '../../src/avatar/consent.js';
import { createSigningKey } from '../../src/avatar/keys.js';
import { openPack } from '../../src/avatar/open-pack.js';
import { MemoryFiles } from '../../src/avatar/pack-files.js';
import { weightsHashOf } from '../../src/avatar/pack-signature.js';
import { avatarFolders, findAvatar, importPack, listAvatars, removeAvatar } from '../../src/avatar/store.js';
import { hashFolder, signPack, writePack } from '../../src/avatar/write-pack.js';
import { checkSampleGraph, sampleGraph, sampleManifest, samplePack, sampleRecord } from './sample-pack.js';

const checks = { checkGraph: checkSampleGraph };

function emptyFolders() {
  const folder = mkdtempSync(join(tmpdir(), 'mien-store-'));
  return { store: join(folder, 'store'), builtIn: join(folder, 'built-in') };
}

const inMemory = (files = samplePack()) => new MemoryFiles('a pack', files);

test('the store lies in the XDG data folder', () => {
  expect(avatarFolders({ XDG_DATA_HOME: '/data' }).store).toBe('/data/mien/avatars');
});

test('import, list, find, open, remove', () => {
  const folders = emptyFolders();
  expect(listAvatars(folders)).toEqual([]);
  const pack = importPack(inMemory(), { ...checks, replace: false, folders });
  const path = join(folders.store, 'painted-lady');
  expect(pack.where).toBe(path);
  expect(readdirSync(folders.store)).toEqual(['painted-lady']);
  const [listed] = listAvatars(folders);
  expect(listed).toEqual({
    name: 'painted-lady',
    title: 'The painted lady',
    path,
    origin: 'store',
    kind: 'public-domain',
    expires: null,
    problem: null,
  });
  expect(findAvatar('painted-lady', folders)).toEqual({ path, origin: 'store' });
  expect(findAvatar(path, folders)).toEqual({ path, origin: 'store' });
  expect(openPack(path, checks).manifest).toEqual(sampleManifest());
  expect(removeAvatar('painted-lady', folders)).toBe(path);
  expect(readdirSync(folders.store)).toEqual([]);
});

test('the user’s own avatar comes before the one of the same name that came with mien, which cannot be removed', () => {
  const folders = emptyFolders();
  importPack(inMemory(), { ...checks, replace: false, folders: { ...folders, store: folders.builtIn } });
  expect(findAvatar('painted-lady', folders).origin).toBe('built-in');
  expect(() => removeAvatar('painted-lady', folders)).toThrow('not an avatar of your own store');
  importPack(inMemory(), { ...checks, replace: false, folders });
  expect(findAvatar('painted-lady', folders).origin).toBe('store');
  expect(listAvatars(folders).map(({ origin }) => origin)).toEqual(['store']);
});

describe('import leaves the store as it was', () => {
  test('when the pack is refused', () => {
    const folders = emptyFolders();
    const files = samplePack().set('int8.onnx', sampleGraph('evil'));
    expect(() => importPack(inMemory(files), { ...checks, replace: false, folders })).toThrow('int8.onnx is not as');
    expect(listAvatars(folders)).toEqual([]);
  });

  test('when the name is taken, unless it may be replaced', () => {
    const folders = emptyFolders();
    const first = importPack(inMemory(), { ...checks, replace: false, folders });
    expect(() => importPack(inMemory(), { ...checks, replace: false, folders })).toThrow('already');
    expect(openPack(first.where, checks).signer).toEqual(first.signer);
    const second = importPack(inMemory(), { ...checks, replace: true, folders });
    expect(openPack(first.where, checks).signer).toEqual(second.signer);
    expect(second.signer).not.toEqual(first.signer);
    expect(readdirSync(folders.store)).toEqual(['painted-lady']);
  });
});

test('what a killed import left behind goes with a later one, not what another is filling', () => {
  const folders = emptyFolders();
  for (const name of ['.part-old', '.part-new']) mkdirSync(join(folders.store, name), { recursive: true });
  utimesSync(join(folders.store, '.part-old'), 1, 1);
  importPack(inMemory(), { ...checks, replace: false, folders });
  expect(readdirSync(folders.store).sort()).toEqual(['.part-new', 'painted-lady']);
});

test('a broken avatar is listed with what is wrong, and hides no other', () => {
  const folders = emptyFolders();
  importPack(inMemory(), { ...checks, replace: false, folders });
  mkdirSync(join(folders.store, 'broken'));
  writeFileSync(join(folders.store, 'broken', 'avatar.json'), '{');
  mkdirSync(join(folders.store, 'Not A Name'));
  expect(listAvatars(folders).map(({ name, problem }) => [name, problem])).toEqual([
    ['broken', expect.stringContaining('avatar.json is not JSON')],
    ['painted-lady', null],
  ]);
});

test('an avatar that nobody agreed to yet, and one that is not signed yet, are listed as such', () => {
  const folders = emptyFolders();
  const { where } = importPack(inMemory(), { ...checks, replace: false, folders });
  rmSync(join(where, 'signature.json'));
  expect(listAvatars(folders)).toMatchObject([{ kind: 'public-domain', problem: 'it is not signed yet' }]);
  rmSync(join(where, 'consent.json'));
  expect(listAvatars(folders)).toMatchObject([{ kind: 'public-domain', problem: 'nobody has agreed to it yet' }]);
});

test('a name that is not there: the one that was meant', () => {
  const folders = emptyFolders();
  expect(() => findAvatar('x', folders)).toThrow('There is no avatar named "x"');
  importPack(inMemory(), { ...checks, replace: false, folders });
  expect(() => findAvatar('painted-lad', folders)).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('"painted-lady"') }),
  );
  for (const name of ['..', '.', '', 'painted-lady/../../x']) {
    expect(() => findAvatar(name, folders)).toThrow(expect.objectContaining({ code: 'AVATAR_MISSING' }));
  }
});

describe('writing a pack', () => {
  const maker = createSigningKey('Maker');
  const contents = () => {
    const files = new Map(samplePack({ maker }));
    for (const name of ['avatar.json', 'signature.json', 'consent.json'] as const) files.delete(name);
    return files as Parameters<typeof writePack>[1];
  };
  const newFolder = () => join(mkdtempSync(join(tmpdir(), 'mien-write-')), 'pack');
  const consentFor = (folder: string) =>
    consentBytes(signConsent(sampleRecord(maker, weightsHashOf(hashFolder(folder))), maker));

  test('write, consent, sign, open', () => {
    const folder = newFolder();
    writePack(folder, contents(), sampleManifest());
    expect(() => openPack(folder, checks)).toThrow('it was never signed');
    expect(() => signPack(folder, maker, checks)).toThrow('has no consent.json');
    writeFileSync(join(folder, 'consent.json'), consentFor(folder));
    const pack = signPack(folder, maker, checks);
    expect(pack.weightsHash).toBe(pack.consent.record.weights);
    expect(openPack(folder, checks).hashes).toEqual(pack.hashes);
  });

  test('writing again takes the signature and what is no longer spoken of away, and keeps the consent', () => {
    const folder = newFolder();
    writePack(folder, contents(), sampleManifest());
    writeFileSync(join(folder, 'consent.json'), consentFor(folder));
    signPack(folder, maker, checks);
    writeFileSync(join(folder, 'fp32.onnx.77.part'), 'half');
    const files = new Map(contents());
    files.delete('report.png');
    writePack(folder, files, sampleManifest({ report: null }));
    expect(readdirSync(folder).sort()).toEqual([
      'avatar.json',
      'consent.json',
      'fp32.onnx',
      'int8.onnx',
      'preview.png',
      'texture.png',
    ]);
  });

  test('a pack is not signed with a consent for other weights', () => {
    const folder = newFolder();
    writePack(folder, contents(), sampleManifest());
    writeFileSync(join(folder, 'consent.json'), consentFor(folder));
    writeFileSync(join(folder, 'int8.onnx'), sampleGraph('trained on'));
    expect(() => signPack(folder, maker, checks)).toThrow('its consent is for other weights');
  });

  test('a folder that holds anything else is not signed', () => {
    const folder = newFolder();
    writePack(folder, contents(), sampleManifest());
    writeFileSync(join(folder, 'consent.json'), consentFor(folder));
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(() => signPack(folder, maker, checks)).toThrow('holds notes.txt');
    rmSync(join(folder, 'notes.txt'));
    expect(signPack(folder, maker, checks).signer).toEqual(maker.identity);
  });
});
