import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type ModelId, modelsFolder } from './model-manifest.js';

/** Where the converted models lie. Nothing in it is precious: it is made from the packages again. */
export const defaultCache = join(modelsFolder, 'cache');

/** Where the ONNX file of a model lies in a cache. */
export function cachedModelPath(id: ModelId, cache = defaultCache): string {
  return join(cache, `${id}.onnx`);
}

/** SHA-256 of bytes, as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
