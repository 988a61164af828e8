import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeHolders, deviceHolders, lockHolder } from '../../src/system/device-holders.js';
import { LOCK_EX, LOCK_NB, libc } from '../../src/system/libc.js';

test('who has a device open: other processes by name and number, and not this one', async () => {
  const own = openSync('/dev/full', 'r');
  const child = spawn('sleep', ['60'], { stdio: [openSync('/dev/full', 'r'), 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const holders = deviceHolders('/dev/full');
  expect(holders).toContainEqual({ pid: child.pid, command: 'sleep' });
  expect(holders.map(({ pid }) => pid)).not.toContain(process.pid);
  expect(describeHolders(holders)).toContain(`sleep (process ${child.pid})`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(deviceHolders('/dev/full').map(({ pid }) => pid)).not.toContain(child.pid);
  closeSync(own);
});

test('a path that is no device, or is not there, is held by nobody', () => {
  expect(deviceHolders('/etc/hostname')).toEqual([]);
  expect(deviceHolders('/dev/nothing-of-that-name')).toEqual([]);
  expect(describeHolders([])).toBeNull();
});

test('who holds the lock of a file, until it is closed', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'mien-lock-')), 'file');
  const fd = openSync(path, 'w');
  expect(lockHolder(path)).toBeNull();
  expect(libc().flock(fd, LOCK_EX | LOCK_NB)).toBe(0);
  expect(lockHolder(path)?.pid).toBe(process.pid);
  closeSync(fd);
  expect(lockHolder(path)).toBeNull();
});
