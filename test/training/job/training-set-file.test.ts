import { existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTrainingSet, writeTrainingSet } from '../../../src/training/job/training-set-file.js';
import { createTrainingSet } from '../../../src/training/training-set.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-set-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a set comes back as it was, in shared memory, and is the user’s alone', () => {
  const path = join(folder, 'set');
  const set = createTrainingSet(3, 64, 4);
  for (const part of [set.inputs, set.guides, set.targets])
    for (let at = 0; at < part.length; at++) part[at] = (at * 31) % 251;
  writeTrainingSet(path, set);
  const read = readTrainingSet(path);
  expect([read.count, read.size, read.margin]).toEqual([3, 64, 4]);
  expect(read.inputs.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(Buffer.compare(read.inputs, set.inputs)).toBe(0);
  expect(Buffer.compare(read.guides, set.guides)).toBe(0);
  expect(Buffer.compare(read.targets, set.targets)).toBe(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.part`)).toBe(false);

  truncateSync(path, statSync(path).size - 1);
  expect(() => readTrainingSet(path)).toThrow('does not hold the pictures');
  writeFileSync(path, 'something else');
  expect(() => readTrainingSet(path)).toThrow('does not hold the pictures');
});
