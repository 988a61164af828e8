import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPack } from '../../src/avatar/open-pack.js';
import { archiveOf, readArchive, readArchiveFile } from '../../src/avatar/pack-archive.js';
import { MemoryFiles } from '../../src/avatar/pack-files.js';
import { checkSampleGraph, samplePack } from './sample-pack.js';

const checks = { checkGraph: checkSampleGraph };
const files = samplePack();
const names = [...files.keys()].sort();
const archive = Buffer.concat([...archiveOf(openPack(new MemoryFiles('here', files), checks))]);
const inFile = (bytes: Uint8Array) => {
  const path = join(mkdtempSync(join(tmpdir(), 'mien-archive-')), 'pack.mien');
  writeFileSync(path, bytes);
  return path;
};

test('what was packed comes out, byte for byte', () => {
  const out = readArchiveFile(inFile(archive));
  expect([...out.list()]).toEqual(names);
  for (const name of names) expect(Buffer.from(out.read(name)).equals(files.get(name)!)).toBe(true);
  expect(openPack(out, checks).manifest.name).toBe('painted-lady');
});

test('tar lists it and takes it apart', () => {
  const path = inFile(archive);
  expect(execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')).toEqual(names);
  expect(execFileSync('tar', ['-xOf', path, 'avatar.json']).equals(files.get('avatar.json')!)).toBe(true);
});

/** Headers begin here: each at a multiple of 512, found by their magic. */
const headerAt = (name: string) => archive.indexOf(Buffer.from(`${name}\0`, 'latin1'));

describe('refused:', () => {
  const changed = (change: (bytes: Buffer) => Buffer | undefined) => {
    const bytes = Buffer.from(archive);
    return change(bytes) ?? bytes;
  };
  const renamed = (name: string) => (bytes: Buffer) => void bytes.fill(0, 0, 100).write(name, 0, 'latin1');

  test.each<[string, (bytes: Buffer) => Buffer | undefined, RegExp]>([
    ['nothing', () => Buffer.alloc(0), /cut short/],
    ['no archive', () => Buffer.alloc(4096, 'x'), /no pack in one file/],
    ['a zip', () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2000)]), /no pack in one file/],
    ['a name that climbs', renamed('../avatar.json'), /a file that no pack has: \.\.\/avatar\.json/],
    ['an absolute name', renamed('/etc/passwd'), /no pack has/],
    ['a folder in front', renamed('x/avatar.json'), /no pack has/],
    ['a name of 100 letters', renamed('a'.repeat(100)), /no pack has/],
    ['a link', (bytes) => void bytes.write('2', 156), /a header for avatar\.json that mien did not write/],
    ['a size that is not octal', (bytes) => void bytes.write('0000000009 ', 124), /did not write/],
    ['a size beyond the file', (bytes) => void bytes.write('77777777777', 124), /did not write/],
    ['an owner', (bytes) => void bytes.write('root', 265), /did not write/],
    ['a name longer than it looks', (bytes) => void bytes.write('x', 50), /did not write/],
    [
      'bytes between files',
      (bytes) => void bytes.write('x', headerAt('consent.json') - 1),
      /hides bytes after avatar\.json/,
    ],
    ['bytes after the end', (bytes) => Buffer.concat([bytes, Buffer.alloc(512)]), /does not end/],
    ['bytes in the end', (bytes) => void bytes.write('x', bytes.length - 1), /does not end/],
    ['a missing end', (bytes) => bytes.subarray(0, bytes.length - 1024), /cut short/],
    [
      'the same file twice',
      (bytes) => Buffer.concat([bytes.subarray(0, headerAt('consent.json')), bytes]),
      /twice or out of order/,
    ],
    ['half of it', (bytes) => bytes.subarray(0, bytes.length >> 1), /cut short in/],
  ])('%s', (_, change, reason) => {
    expect(() => readArchive('a file', changed(change))).toThrow(reason);
  });

  test('no file, and what is not one', () => {
    expect(() => readArchiveFile('/no/such/pack.mien')).toThrow('There is no file /no/such/pack.mien');
    expect(() => readArchiveFile('/dev/zero')).toThrow('/dev/zero is not a file');
  });
});
