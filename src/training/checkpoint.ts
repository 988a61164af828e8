import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import type { TrainedArrays } from './adam.js';
import { AvatarNetwork } from './network.js';

/** First bytes of a checkpoint; the header's length, the header as JSON, the floats and a SHA-256 of it all follow. */
const MAGIC = Buffer.from('mien training 1\n');
const HASH_BYTES = 32;
/** A header is a few hundred bytes; what claims more is no checkpoint. */
const HEADER_AT_MOST = 65_536;

const Header = z.strictObject({
  network: AvatarNetwork,
  /** SHA-256 of the training set, so that another one's checkpoint is not gone on with. */
  setHash: z.string(),
  seed: z.number().int(),
  batch: z.number().int().positive(),
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** Time at work, in milliseconds. */
  elapsedMs: z.number().nonnegative(),
  /** Parameters. */
  length: z.number().int().positive(),
});

/** What a checkpoint tells beside its floats. */
export type CheckpointHeader = z.infer<typeof Header>;

/** The names of the arrays in the order in which they lie in the file. */
const ARRAYS = ['weights', 'firstMoment', 'secondMoment', 'average'] as const;

/** The state of a training between two steps: all that it takes to go on as if it had not been stopped. */
export interface Checkpoint {
  readonly header: CheckpointHeader;
  readonly arrays: TrainedArrays;
}

/**
 * Writes a checkpoint so that at any moment, power cuts included, the file is a whole one: the new or the last.
 *
 * @throws UserError OUTPUT_FAILED if it cannot be written.
 */
export async function writeCheckpoint(path: string, { header, arrays }: Checkpoint): Promise<void> {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const floats = ARRAYS.map((name) => bytesOf(arrays[name]));
  const hash = createHash('sha256');
  const parts = [MAGIC, length, text, ...floats];
  for (const part of parts) hash.update(part);
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      for (const part of [...parts, hash.digest()]) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    throw new UserError(
      'OUTPUT_FAILED',
      `The checkpoint ${path} cannot be written: ${(cause as Error).message}.`,
      'Make room in its folder, or name a checkpoint elsewhere.',
      { cause },
    );
  }
}

/**
 * Reads a checkpoint.
 *
 * @returns null if there is none.
 * @throws UserError INPUT_INVALID if the file is not a whole checkpoint.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw invalid(path, `it cannot be read (${(cause as Error).message})`, cause);
  }
  const textAt = MAGIC.length + 4;
  if (bytes.length < textAt + HASH_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalid(path, 'it does not begin as one');
  }
  const textLength = bytes.readUInt32LE(MAGIC.length);
  const end = bytes.length - HASH_BYTES;
  const hash = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (textLength > HEADER_AT_MOST || !hash.equals(bytes.subarray(end))) {
    throw invalid(path, 'its bytes are not those that were written: it is damaged or cut off');
  }
  const header = readHeader(path, bytes.subarray(textAt, textAt + textLength).toString());
  const floatsAt = textAt + textLength;
  const arrayBytes = 4 * header.length;
  if (end - floatsAt !== ARRAYS.length * arrayBytes) throw invalid(path, `it has not ${header.length} parameters`);
  const array = (index: number) => {
    const floats = new Float32Array(header.length);
    bytesOf(floats).set(bytes.subarray(floatsAt + index * arrayBytes, floatsAt + (index + 1) * arrayBytes));
    return floats;
  };
  return {
    header,
    arrays: { weights: array(0), firstMoment: array(1), secondMoment: array(2), average: array(3) },
  };
}

/**
 * Makes sure that a checkpoint is one of this training.
 *
 * @throws UserError INPUT_INVALID naming what differs, what was found and what was expected.
 */
export function assertSameTraining(
  path: string,
  found: CheckpointHeader,
  expected: Pick<CheckpointHeader, 'network' | 'setHash' | 'seed' | 'batch' | 'length'>,
): void {
  const differences = [
    { what: 'network', found: JSON.stringify(found.network), expected: JSON.stringify(expected.network) },
    { what: 'training pictures', found: found.setHash.slice(0, 12), expected: expected.setHash.slice(0, 12) },
    { what: 'seed', found: `${found.seed}`, expected: `${expected.seed}` },
    { what: 'images a step', found: `${found.batch}`, expected: `${expected.batch}` },
    { what: 'parameters', found: `${found.length}`, expected: `${expected.length}` },
  ];
  const different = differences.find((difference) => difference.found !== difference.expected);
  if (!different) return;
  throw new UserError(
    'INPUT_INVALID',
    `The checkpoint ${path} is of another training: its ${different.what}: ${different.found}, expected: ${different.expected}.`,
    'Train with what it was made with, or delete it to begin anew.',
  );
}

function readHeader(path: string, text: string): CheckpointHeader {
  try {
    return Header.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(path, 'its header is of another version', cause);
  }
}

function invalid(path: string, why: string, cause?: unknown): UserError {
  const remedy = 'Delete it to begin anew.';
  return new UserError('INPUT_INVALID', `${path} is not a checkpoint of a training: ${why}.`, remedy, { cause });
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** A renamed file is on the disk for certain only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
