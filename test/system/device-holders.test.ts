import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeHolders, deviceHolders } from '../../src/system/device-holders.js';

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
