import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { lockHolder, tryLock } from '../../system/file-lock.js';
import { runtimeFolder } from './availability.js';

/**
 * Keeps a second mien from showing a camera of the same name: PipeWire itself would allow it, and programs could not
 * tell the two apart. The kernel lets the lock go when its process ends, however it ends.
 */
export class CameraLock {
  #fd: number | null;

  /** @throws UserError DEVICE_BUSY that says who has the name, OUTPUT_FAILED if no lock can be made. */
  constructor(nodeName: string) {
    const path = lockPath(nodeName);
    const fd = openLock(path);
    this.#fd = fd;
    if (tryLock(fd, path)) return;
    this.release();
    const pid = lockHolder(path)?.pid;
    throw new UserError(
      'DEVICE_BUSY',
      `A mien that runs already (process ${pid ?? 'unknown'}) is the PipeWire camera "${nodeName}".`,
      `Stop it first${pid ? `, with: kill ${pid}` : ''}, or give this camera another name.`,
    );
  }

  /** Safe to call twice. The file stays: taking it away would race with the next one to lock it. */
  release(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

function openLock(path: string): number {
  try {
    // In a folder that others may write to, a link could lead to a file of this user's that matters.
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (cause) {
    throw new UserError(
      'OUTPUT_FAILED',
      `The lock of the PipeWire camera cannot be made: ${(cause as Error).message}.`,
      'Log in to a session of your own, or set XDG_RUNTIME_DIR to a folder that you may write to.',
      { cause },
    );
  }
}

function lockPath(nodeName: string): string {
  return join(runtimeFolder() ?? '/tmp', `mien-camera-${encodeURIComponent(nodeName)}.lock`);
}
