import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockHolder, tryLock } from '../../src/system/file-lock.js';

test('a file is locked once; who holds it is told until it is closed', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'mien-lock-')), 'file');
  const [first, second] = [openSync(path, 'w'), openSync(path, 'w')];
  expect(lockHolder(path)).toBeNull();
  expect(tryLock(first, path)).toBe(true);
  expect(tryLock(second, path)).toBe(false);
  expect(lockHolder(path)?.pid).toBe(process.pid);
  closeSync(first);
  expect(lockHolder(path)).toBeNull();
  expect(tryLock(second, path)).toBe(true);
  closeSync(second);
});

test('a file that is not open cannot be locked', () => {
  expect(() => tryLock(9999, 'nothing')).toThrow('locking nothing: EBADF');
});
