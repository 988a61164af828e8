import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { createTrainingSet, type TrainingSet } from '../training-set.js';

/** The first line of the file: the header as JSON, filled with blanks; inputs, guides and targets follow. */
const HEADER_BYTES = 128;
/** Far more than fits on a disk: a damaged header must not fill the memory. */
const COUNT_MAX = 100_000;

const Header = z.strictObject({
  format: z.literal('mien training set 2'),
  size: z.number().int().min(16).max(512),
  margin: z.number().int().min(0).max(256),
  count: z.number().int().min(1).max(COUNT_MAX),
});

/** Writes a set; it is there whole or not at all. Only the user may read it: it is pictures of them. */
export function writeTrainingSet(path: string, set: TrainingSet): void {
  const { size, margin, count, inputs, guides, targets } = set;
  const header = JSON.stringify({ format: 'mien training set 2', size, margin, count });
  const temporary = `${path}.part`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    for (const part of [Buffer.from(header.padEnd(HEADER_BYTES - 1).concat('\n')), inputs, guides, targets]) {
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
    }
    fsyncSync(fd);
  } catch (cause) {
    throw new UserError(
      'OUTPUT_FAILED',
      `${path} cannot be written: ${(cause as Error).message}.`,
      `Free some space: it takes ${Math.ceil((inputs.length + guides.length + targets.length) / 2 ** 20)} MB.`,
      { cause },
    );
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

/** Reads a set. @throws UserError INPUT_INVALID if the file is not a whole one. */
export function readTrainingSet(path: string): TrainingSet {
  const fd = openSync(path, 'r');
  try {
    const { size, margin, count } = readHeader(fd, path);
    const set = createTrainingSet(count, size, margin);
    for (const part of [set.inputs, set.guides, set.targets]) readWhole(fd, part, path);
    return set;
  } finally {
    closeSync(fd);
  }
}

function readHeader(fd: number, path: string): z.infer<typeof Header> {
  const bytes = new Uint8Array(HEADER_BYTES);
  readWhole(fd, bytes, path);
  try {
    return Header.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    throw broken(path, cause);
  }
}

function readWhole(fd: number, into: Uint8Array, path: string): void {
  for (let at = 0; at < into.length; ) {
    const read = readSync(fd, into, at, into.length - at, null);
    if (read === 0) throw broken(path);
    at += read;
  }
}

function broken(path: string, cause?: unknown): UserError {
  return new UserError(
    'INPUT_INVALID',
    `${path} does not hold the pictures that were put there.`,
    'Begin anew: remove its folder, and run "mien avatar create" again.',
    { cause },
  );
}
