import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';

/**
 * Writes a file that is there whole or not at all, whatever happens meanwhile.
 *
 * @param content - the bytes, or pieces of them in order.
 * @param mode - who may read it; 0600 for secrets.
 * @throws UserError OUTPUT_FAILED.
 */
export function writeWhole(path: string, content: Uint8Array | Generator<Uint8Array>, mode = 0o644): void {
  const temporary = `${path}.${process.pid}.part`;
  try {
    rmSync(temporary, { force: true }); // of a run that was killed: its mode is not ours
    const fd = openSync(temporary, 'wx', mode);
    try {
      for (const bytes of content instanceof Uint8Array ? [content] : content) {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    if (cause instanceof UserError) throw cause; // of who makes the pieces
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' ? 'the disk is full' : message;
    const remedy = `Free some space, or allow writing to ${dirname(path)}.`;
    throw new UserError('OUTPUT_FAILED', `${path} cannot be written: ${reason}.`, remedy, { cause });
  }
}
