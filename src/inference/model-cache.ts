import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { cachedModelPath, defaultCache, sha256 } from './model-files.js';
import type { MeshFacts, ModelFacts } from './model-manifest.js';
import { convertTflite } from './tflite/convert.js';

/**
 * The .tflite file that a model is made of, or the file that the mesh is in, out of its package.
 * @throws UserError MODEL_MISSING if the package is not installed, MODEL_CHANGED if the bytes are not the known ones.
 */
export function readModelSource({ id, source }: Pick<ModelFacts | MeshFacts, 'id' | 'source'>): Uint8Array {
  let file: Uint8Array;
  try {
    const packageFile = createRequire(import.meta.url).resolve(`${source.package}/package.json`);
    file = readFileSync(join(dirname(packageFile), source.file));
  } catch (cause) {
    throw new UserError(
      'MODEL_MISSING',
      `The model ${id} is made from ${source.file} of the package ${source.package}, which cannot be read.`,
      'Install the packages again with: npm ci',
      { cause },
    );
  }
  const bytes = file.subarray(source.offset, source.offset + source.length);
  const found = sha256(bytes);
  if (found !== source.sha256) {
    throw new UserError(
      'MODEL_CHANGED',
      `${source.entry} in ${source.package} has the SHA-256 ${found}, not ${source.sha256} as in models/manifest.json ` +
        `for version ${source.version}.`,
      `Install the package as package-lock.json has it with: npm ci`,
    );
  }
  return bytes;
}

/**
 * Makes the ONNX file of a model in the cache, unless a valid one is there. It appears there whole or not at all.
 * @throws UserError as `readModelSource`, and MODEL_CHANGED if the converter gives other bytes than the manifest lists.
 */
export function cacheModel(facts: ModelFacts, cache = defaultCache): 'kept' | 'converted' {
  const path = cachedModelPath(facts.id, cache);
  if (hashOfFile(path) === facts.onnxSha256) return 'kept';
  const onnx = convertTflite(readModelSource(facts), facts.id, facts.form);
  const found = sha256(onnx);
  if (found !== facts.onnxSha256) {
    throw new UserError(
      'MODEL_CHANGED',
      `Converting ${facts.id} gave a file with the SHA-256 ${found}, not ${facts.onnxSha256} as in models/manifest.json.`,
      'If you changed the converter, run the tests and put the new hash into models/manifest.json; else restore both with: git checkout -- src models',
    );
  }
  writeWhole(path, onnx);
  return 'converted';
}

/** Writes a file of the cache, and its folder. It appears whole or not at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function hashOfFile(path: string): string | null {
  try {
    return sha256(readFileSync(path));
  } catch {
    // Not there, or not readable: either way it is made anew.
    return null;
  }
}
