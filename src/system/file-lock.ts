import { readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { commandOf, type DeviceHolder } from './device-holders.js';
import { LOCK_EX, LOCK_NB, lastError, libc } from './libc.js';

/**
 * Locks an open file or node for this process, until it is closed or the process dies, however it dies; false if another
 * one has it. @param path - for the error's message. @throws SystemCallError.
 */
export function tryLock(fd: number, path: string): boolean {
  if (libc().flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const error = lastError(`locking ${path}`);
  if (error.errno === constants.errno.EWOULDBLOCK) return false;
  throw error;
}

/** Who holds the lock (flock) of a file or node; null for nobody. Source: proc_locks(5). */
export function lockHolder(path: string): DeviceHolder | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return null;
  // As the kernel prints it; the numbers of a device as gnu_dev_major and gnu_dev_minor take them apart.
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  const minor = (stats.dev & 0xff) | ((stats.dev >> 12) & 0xfff00);
  const file = `${hex((stats.dev >> 8) & 0xfff)}:${hex(minor)}:${stats.ino}`;
  for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
    const [, kind, , , pid, locked] = line.trim().split(/\s+/);
    if (kind === 'FLOCK' && locked === file && pid !== undefined) return { pid: Number(pid), command: commandOf(pid) };
  }
  return null;
}
