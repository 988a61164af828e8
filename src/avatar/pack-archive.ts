import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { UserError } from '../errors.js';
import { printable } from './canonical-json.js';
import { invalidPack } from './invalid-pack.js';
import type { AvatarPack } from './open-pack.js';
import { readPackFile } from './open-pack.js';
import { MemoryFiles } from './pack-files.js';
import { isPackFileName, PACK_BYTES, PACK_FILE_NAMES, PACK_LIMITS, type PackFileName } from './pack-layout.js';

const BLOCK = 512;

/** What a pack in one file ends with. */
export const ARCHIVE_EXTENSION = '.mien';

/** Largest single file: all contents, and for each a header and the rest of a block; two empty blocks at the end. */
const ARCHIVE_BYTES = PACK_BYTES + 2 * BLOCK * (PACK_FILE_NAMES.length + 1);

/**
 * A pack as one file, piece by piece: a plain tar, files sorted, that `tar -tf` can list. Packs with the same bytes give the
 * same file. Source: POSIX.1-2001, ustar.
 */
export function* archiveOf(pack: AvatarPack): Generator<Uint8Array> {
  const names = [...pack.hashes.keys(), 'signature.json' as const].sort();
  for (const name of names) {
    const bytes = name === 'signature.json' ? pack.files.read(name) : readPackFile(pack, name);
    yield header(name, bytes.length);
    yield bytes;
    yield new Uint8Array(padding(bytes.length));
  }
  yield new Uint8Array(2 * BLOCK);
}

/** Reads the single-file form of a pack. @throws UserError INPUT_MISSING, AVATAR_INVALID. */
export function readArchiveFile(path: string): MemoryFiles {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const found =
      code === 'ENOENT' ? `There is no file ${printable(path)}` : `${printable(path)} cannot be read: ${message}`;
    throw new UserError('INPUT_MISSING', `${found}.`, 'Check the spelling of the path.', { cause });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw invalidPack(path, 'is not a file');
    if (stats.size > ARCHIVE_BYTES)
      throw invalidPack(path, `has ${stats.size} bytes, expected ${ARCHIVE_BYTES} at most`);
    return readArchive(path, readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

/**
 * The files in the single-file form of a pack. There is one way to write a pack, and only that one is read: no links, no
 * folders, no compression, nothing twice, nothing after the end.
 *
 * @throws UserError AVATAR_INVALID.
 */
export function readArchive(where: string, bytes: Uint8Array): MemoryFiles {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map<PackFileName, Uint8Array>();
  let previous = '';
  let at = 0;
  for (;;) {
    const block = archive.subarray(at, at + BLOCK);
    if (block.length < BLOCK) throw invalidPack(where, 'is cut short');
    if (block.every((byte) => byte === 0)) break;
    const { name, size } = readHeader(where, block);
    if (name <= previous) throw invalidPack(where, `holds ${name} twice or out of order`);
    previous = name;
    at += BLOCK;
    const end = at + size + padding(size);
    if (end > archive.length) throw invalidPack(where, `is cut short in ${name}`);
    files.set(name, archive.subarray(at, at + size));
    if (archive.subarray(at + size, end).some((byte) => byte !== 0))
      throw invalidPack(where, `hides bytes after ${name}`);
    at = end;
  }
  const rest = archive.subarray(at);
  if (rest.length !== 2 * BLOCK || rest.some((byte) => byte !== 0))
    throw invalidPack(where, 'does not end as a pack does');
  return new MemoryFiles(where, files);
}

function readHeader(where: string, block: Buffer): { readonly name: PackFileName; readonly size: number } {
  const name = block.toString('latin1', 0, block.subarray(0, 100).indexOf(0));
  if (!isPackFileName(name))
    throw invalidPack(where, `is no pack in one file, or holds a file that no pack has: ${printable(name)}`);
  const octal = block.toString('latin1', 124, 135);
  const size = /^[0-7]{11}$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN;
  // Every other byte follows from name and size.
  if (!(size <= PACK_LIMITS[name]) || !header(name, size).equals(block)) {
    throw invalidPack(where, `has a header for ${name} that mien did not write`);
  }
  return { name, size };
}

function header(name: PackFileName, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  block.write(`0000644\0${'0000000\0'.repeat(2)}`, 100, 'latin1'); // mode, owner, group
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`, 124, 'latin1'); // size, time
  block.write('        0', 148, 'latin1'); // the checksum counts as spaces; a plain file
  block.write('ustar', 257, 'latin1');
  block.write('00', 263, 'latin1'); // its version, after a zero
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
