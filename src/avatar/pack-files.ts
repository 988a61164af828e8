import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, opendirSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { printable } from './canonical-json.js';
import { invalidPack } from './invalid-pack.js';
import { PACK_LIMITS, type PackFileName } from './pack-layout.js';

/** Where the files of a pack are: a folder, or memory for what was taken out of a single file. */
export interface PackFiles {
  /** Names the pack in messages. */
  readonly where: string;
  /** What there is, by name. @throws UserError AVATAR_INVALID if there is far more than a pack may hold. */
  list(): readonly string[];
  /** The whole of a file, no larger than its limit. @throws UserError AVATAR_INVALID. */
  read(name: PackFileName): Uint8Array;
  /** SHA-256 of a file, in hexadecimal, computed in pieces between which other work runs. @throws as `read`. */
  hash(name: PackFileName): Promise<string>;
}

/** Names in a folder that are looked at: more than a pack has, so that one that does not belong can be named. */
const MOST_NAMES = 64;

/** SHA-256 of bytes, in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The files of a pack in memory. The bytes are not copied. */
export class MemoryFiles implements PackFiles {
  readonly where: string;
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(where: string, files: ReadonlyMap<string, Uint8Array>) {
    this.where = where;
    this.#files = files;
  }

  list(): readonly string[] {
    return [...this.#files.keys()];
  }

  read(name: PackFileName): Uint8Array {
    const bytes = this.#files.get(name);
    if (!bytes) throw invalidPack(this.where, `has no ${name}`);
    requireSize(this.where, name, bytes.length);
    return bytes;
  }

  async hash(name: PackFileName): Promise<string> {
    return sha256(this.read(name));
  }
}

/** The files of a pack in a folder. No link is followed, and nothing but plain files is opened. */
export class FolderFiles implements PackFiles {
  readonly where: string;

  constructor(folder: string) {
    this.where = folder;
  }

  list(): readonly string[] {
    const names: string[] = [];
    let folder: ReturnType<typeof opendirSync>;
    try {
      folder = opendirSync(this.where);
    } catch (cause) {
      throw noFolder(this.where, cause as NodeJS.ErrnoException);
    }
    try {
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
        names.push(entry.name);
        // A folder of a million files is not looked through.
        if (names.length > MOST_NAMES) throw invalidPack(this.where, `holds more than ${MOST_NAMES} files`);
      }
    } finally {
      folder.closeSync();
    }
    return names;
  }

  read(name: PackFileName): Uint8Array {
    const fd = this.#open(name);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) throw notPlain(this.where, name);
      requireSize(this.where, name, stats.size);
      const bytes = Buffer.alloc(stats.size);
      let filled = 0;
      while (filled < bytes.length) {
        const read = readSync(fd, bytes, filled, bytes.length - filled, filled);
        if (read === 0) throw invalidPack(this.where, `holds ${name}, which became shorter while it was read`);
        filled += read;
      }
      return bytes;
    } finally {
      closeSync(fd);
    }
  }

  async hash(name: PackFileName): Promise<string> {
    const hash = createHash('sha256');
    const file = await open(join(this.where, name), FLAGS).catch((cause) => {
      throw unreadable(this.where, name, cause);
    });
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw notPlain(this.where, name);
      requireSize(this.where, name, stats.size);
      const piece = Buffer.alloc(Math.min(PIECE, stats.size));
      // No further than the size that was allowed: a file that grows is another file.
      for (let at = 0; at < stats.size; ) {
        const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, stats.size - at), at);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  }

  #open(name: PackFileName): number {
    try {
      return openSync(join(this.where, name), FLAGS);
    } catch (cause) {
      throw unreadable(this.where, name, cause as NodeJS.ErrnoException);
    }
  }
}

/** A link is an error, and opening a pipe does not wait for its writer. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Hashing 256 KB takes a quarter of a millisecond. */
const PIECE = 1 << 18;

function requireSize(where: string, name: PackFileName, bytes: number): void {
  if (bytes > PACK_LIMITS[name]) {
    throw invalidPack(where, `holds ${name} of ${bytes} bytes, expected ${PACK_LIMITS[name]} at most`);
  }
}

function notPlain(where: string, name: string): UserError {
  return invalidPack(where, `holds ${name}, which is not a plain file but a link, folder or device`);
}

function unreadable(where: string, name: string, cause: NodeJS.ErrnoException): UserError {
  if (cause.code === 'ENOENT') return invalidPack(where, `has no ${name}`);
  if (cause.code === 'ELOOP') return notPlain(where, name);
  return invalidPack(where, `holds ${name}, which cannot be read: ${cause.message}`, { cause });
}

function noFolder(where: string, cause: NodeJS.ErrnoException): UserError {
  if (cause.code === 'ENOENT') {
    return new UserError(
      'AVATAR_MISSING',
      `There is no avatar at ${printable(where)}.`,
      'Check the spelling; "mien avatar list" shows the avatars that there are.',
      { cause },
    );
  }
  const found = cause.code === 'ENOTDIR' ? 'is not a folder' : `cannot be read: ${cause.message}`;
  return invalidPack(where, found, { cause });
}
