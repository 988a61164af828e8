import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { requireReadableFile } from '../system/media-file.js';

/** SHA-256 of a file of any size, in hexadecimal. @throws UserError INPUT_MISSING or INPUT_INVALID. */
export async function hashOfFile(path: string): Promise<string> {
  requireReadableFile(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
