import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSigningKey } from '../../src/avatar/keys.js';
import { openPack, readPackFile } from '../../src/avatar/open-pack.js';
import { MemoryFiles } from '../../src/avatar/pack-files.js';
import type { PackFileName } from '../../src/avatar/pack-layout.js';
import { packSignatureBytes } from '../../src/avatar/pack-signature.js';
import { checkSampleGraph, hashesOf, personalRecord, sampleGraph, sampleManifest, samplePack } from './sample-pack.js';

const checks = { checkGraph: checkSampleGraph };
const open = (files: ReadonlyMap<string, Uint8Array>) => openPack(new MemoryFiles('here', files), checks);
const maker = createSigningKey('Maker');

function folderOf(files: ReadonlyMap<string, Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mien-pack-'));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

test('a pack opens from memory and from its folder, the same', () => {
  const files = samplePack({ maker });
  const inMemory = open(files);
  const inFolder = openPack(folderOf(files), checks);
  expect(inMemory.manifest).toEqual(sampleManifest());
  expect(inMemory.signer).toEqual(maker.identity);
  expect(inMemory.consent.record.weights).toBe(inMemory.weightsHash);
  expect({ ...inFolder, where: 0, files: 0 }).toEqual({ ...inMemory, where: 0, files: 0 });
  expect(Buffer.from(readPackFile(inFolder, 'int8.onnx'))).toEqual(sampleGraph('int8'));
});

describe('refused, with the reason:', () => {
  const names = [...samplePack().keys()];

  test.each(names)('%s with one bit changed', (name) => {
    const files = samplePack({ maker });
    const bytes = Buffer.from(files.get(name)!);
    bytes[bytes.length >> 1]! ^= 1;
    expect(() => open(new Map(files).set(name, bytes))).toThrow(
      name === 'signature.json' ? /signature\.json/ : `${name} is not as Maker`,
    );
  });

  test.each(names)('%s missing', (name) => {
    const files: Map<string, Uint8Array> = samplePack();
    files.delete(name);
    expect(() => open(files)).toThrow(new RegExp(`(has no|lacks) ${name}`));
  });

  test('a file that was not signed, of any name', () => {
    for (const name of ['notes.txt', '../x', '.hidden', 'avatar.json.part', 'FP32.onnx', '__proto__']) {
      expect(() => open(new Map<string, Uint8Array>(samplePack()).set(name, new Uint8Array(1)))).toThrow(
        'not signed with it',
      );
    }
  });

  test('a file that was signed, but that the manifest does not speak of', () => {
    const manifest = sampleManifest({ report: null });
    expect(() => open(samplePack({ manifest }))).toThrow('holds report.png, which avatar.json does not speak of');
  });

  test('a file that the manifest speaks of, not signed', () => {
    const files = samplePack({ maker });
    files.delete('texture.png');
    files.set('signature.json', packSignatureBytes(hashesOf(files), maker));
    expect(() => open(files)).toThrow('has no texture.png, which avatar.json speaks of');
  });

  test('another key than the consent has, for a face that is not another person’s', () => {
    const files = samplePack({ maker });
    files.set('signature.json', packSignatureBytes(hashesOf(files), createSigningKey('Thief')));
    expect(() => open(files)).toThrow(/of kind public-domain was signed by .*, its consent by .*, expected one key/);
  });

  test('a consent of another kind', () => {
    const ada = createSigningKey('Ada');
    const consent = (weights: string) => ({ record: personalRecord(ada, weights), key: ada });
    expect(() => open(samplePack({ consent }))).toThrow('of kind public-domain, but its consent of kind person');
  });

  test('a network that may not be run', () => {
    const files = new Map<PackFileName, Uint8Array>([['int8.onnx', Buffer.from('loop')]]);
    expect(() => open(samplePack({ files }))).toThrow(
      'int8.onnx, which may not be run: its operator Loop is not allowed.',
    );
  });

  test('a picture that is none, or that would fill the memory', () => {
    const bomb = Buffer.from(samplePack().get('preview.png')!);
    bomb.writeUInt32BE(60_000, 16);
    for (const [bytes, reason] of [
      [Buffer.from('GIF89a'), 'not a PNG picture'],
      [bomb, '60000x16 pixels, expected 1 to 4096'],
    ] as const) {
      expect(() => open(samplePack({ files: new Map([['preview.png', bytes]]) }))).toThrow(reason);
    }
  });

  test('a file over its limit', () => {
    const files = new Map<PackFileName, Uint8Array>([['preview.png', Buffer.alloc((8 << 20) + 1)]]);
    expect(() => open(samplePack({ files }))).toThrow('preview.png of 8388609 bytes, expected 8388608 at most');
  });

  test('a manifest that is a megabyte of nested lists, or objects, whose maker signed it', () => {
    const most = 1 << 20;
    const lists = '['.repeat(most / 2 - 1) + ']'.repeat(most / 2 - 1);
    const objects = `${'{"a":'.repeat(most / 6 - 1)}0${'}'.repeat(most / 6 - 1)}`;
    const inside = JSON.stringify(sampleManifest({ texture: null })).replace(
      '"texture":null',
      `"texture":${'['.repeat(9e5)}`,
    );
    for (const text of [lists, objects, inside]) {
      const files = samplePack({ maker, files: new Map([['avatar.json', Buffer.from(text)]]) });
      expect(() => open(files)).toThrow(/avatar\.json (does not fit|is not JSON)/);
    }
  });

  test('a name in the manifest that would turn the message around: shown without it', () => {
    const card = { ...sampleManifest().card!, figures: { 'a\u202egnp.x\n': 1 } };
    const manifest = sampleManifest({ card });
    expect(() => open(samplePack({ maker, manifest }))).toThrow(/"card\.figures\.a\ufffdgnp\.x\ufffd"/);
  });

  test('a signature with other white space: no hash covers it, so only one text passes', () => {
    const files = samplePack();
    const spaced = Buffer.from(files.get('signature.json')!.toString().replace(':', ': '));
    expect(() => open(files.set('signature.json', spaced))).toThrow('not written as the signer wrote it');
  });
});

describe('folders:', () => {
  test('links, folders and pipes in place of a file are refused, without waiting for them', () => {
    const replace: Record<string, (path: string) => void> = {
      link: (path) => symlinkSync('/etc/hostname', path),
      folder: (path) => mkdirSync(path),
      pipe: (path) => execFileSync('mkfifo', [path]),
    };
    for (const make of Object.values(replace)) {
      const folder = folderOf(samplePack());
      rmSync(join(folder, 'int8.onnx'));
      make(join(folder, 'int8.onnx'));
      expect(() => openPack(folder, checks)).toThrow('int8.onnx, which is not a plain file');
    }
  });

  test('a link even to the right bytes is refused; another name of the same file is none', () => {
    const folder = folderOf(samplePack());
    const aside = join(mkdtempSync(join(tmpdir(), 'mien-pack-')), 'aside');
    renameSync(join(folder, 'int8.onnx'), aside);
    symlinkSync(aside, join(folder, 'int8.onnx'));
    expect(() => openPack(folder, checks)).toThrow('not a plain file');
    rmSync(join(folder, 'int8.onnx'));
    linkSync(aside, join(folder, 'int8.onnx'));
    expect(openPack(folder, checks).manifest.name).toBe('painted-lady');
  });

  test('a folder full of other files is not looked through', () => {
    const folder = folderOf(samplePack());
    for (let index = 0; index < 100; index++) writeFileSync(join(folder, `more-${index}`), '');
    expect(() => openPack(folder, checks)).toThrow('holds more than 64 files');
  });

  test('no such folder, and a file in place of one', () => {
    expect(() => openPack('/no/such/folder', checks)).toThrow('There is no avatar at /no/such/folder');
    expect(() => openPack('/etc/hostname', checks)).toThrow('/etc/hostname is not a folder');
  });

  test('bytes that change after opening are noticed when they are read', () => {
    const folder = folderOf(samplePack());
    const pack = openPack(folder, checks);
    writeFileSync(join(folder, 'int8.onnx'), sampleGraph('evil'));
    expect(() => readPackFile(pack, 'int8.onnx')).toThrow('int8.onnx is not as Maker');
  });
});

test('a pack of another person’s face may be put together by anybody', () => {
  const ada = createSigningKey('Ada');
  const manifest = sampleManifest({ kind: 'person', source: null });
  const consent = (weights: string) => ({ record: personalRecord(ada, weights), key: ada });
  const pack = open(samplePack({ maker, manifest, consent }));
  expect(pack.signer.name).toBe('Maker');
  expect(pack.consent.record.signer.name).toBe('Ada');
});
