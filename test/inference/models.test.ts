import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { cacheModel, readModelSource } from '../../src/inference/model-cache.js';
import { cachedModelPath, sha256 } from '../../src/inference/model-files.js';
import { type ModelFacts, modelFacts, readManifest } from '../../src/inference/model-manifest.js';
import { ModelSession } from '../../src/inference/session.js';
import { convertTflite } from '../../src/inference/tflite/convert.js';
import { Kernels } from '../../src/kernels/kernels.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'mien-models-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

async function userErrorOf(action: () => unknown): Promise<UserError> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('no error was thrown');
}

describe.each(readManifest().map((facts) => [facts.id, facts] as const))('%s', (_, facts) => {
  test('converts to the bytes of the manifest, twice the same', () => {
    const source = readModelSource(facts);
    const first = convertTflite(source, facts.id, facts.form);
    expect(sha256(first)).toBe(facts.onnxSha256);
    expect(Buffer.compare(first, convertTflite(source, facts.id, facts.form))).toBe(0);
  });

  test('has the inputs and outputs that the manifest tells', async () => {
    const session = await InferenceSession.create(convertTflite(readModelSource(facts), facts.id, facts.form));
    const shapes = (values: readonly InferenceSession.ValueMetadata[]): unknown[] =>
      values.map((value) => ({ name: value.name, shape: value.isTensor ? value.shape : null }));
    const told = ({ name, shape }: ModelFacts['input']): unknown => ({ name, shape });
    expect(shapes(session.inputMetadata)).toEqual([told(facts.input)]);
    expect(shapes(session.outputMetadata)).toEqual(facts.outputs.map(told));
    await session.release();
  });
});

describe('the cache', () => {
  const facts = modelFacts('face-detector');

  test('is filled once, whole, and mended when damaged', () => {
    const path = cachedModelPath(facts.id, cache);
    expect(cacheModel(facts, cache)).toBe('converted');
    const { mtimeMs } = statSync(path);
    expect(cacheModel(facts, cache)).toBe('kept');
    expect(statSync(path).mtimeMs).toBe(mtimeMs);

    writeFileSync(path, readFileSync(path).subarray(0, 1000));
    expect(cacheModel(facts, cache)).toBe('converted');
    expect(sha256(readFileSync(path))).toBe(facts.onnxSha256);
    expect(readdirSync(cache)).toEqual(['face-detector.onnx']);
  });

  test('a changed source is an error that names both hashes and the remedy', async () => {
    const expected = '0'.repeat(64);
    const changed: ModelFacts = { ...facts, source: { ...facts.source, sha256: expected } };
    const error = await userErrorOf(() => cacheModel(changed, cache));
    expect(error.code).toBe('MODEL_CHANGED');
    expect(error.message).toContain(`SHA-256 ${facts.source.sha256}, not ${expected}`);
    expect(error.message).toContain('@mediapipe/face_mesh');
    expect(error.remedy).toContain('npm ci');
    expect(readdirSync(cache)).toEqual([]);
  });

  test('a source out of its place is an error, not a wrong model', async () => {
    const shifted: ModelFacts = { ...facts, source: { ...facts.source, offset: facts.source.offset + 4 } };
    expect((await userErrorOf(() => cacheModel(shifted, cache))).code).toBe('MODEL_CHANGED');
  });

  test('a converter that gives other bytes is an error', async () => {
    const other: ModelFacts = { ...facts, onnxSha256: '0'.repeat(64) };
    const error = await userErrorOf(() => cacheModel(other, cache));
    expect(error.code).toBe('MODEL_CHANGED');
    expect(error.message).toContain(facts.onnxSha256);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('a package that is not installed is an error', async () => {
    const absent: ModelFacts = { ...facts, source: { ...facts.source, package: '@mediapipe/no_such_package' } };
    const error = await userErrorOf(() => cacheModel(absent, cache));
    expect(error.code).toBe('MODEL_MISSING');
    expect(error.message).toContain('@mediapipe/no_such_package');
  });
});

describe('opening a session', () => {
  test('without the converted model: the file and the remedy are named', async () => {
    const kernels = await Kernels.load(1 << 20);
    const error = await userErrorOf(() => ModelSession.open(kernels, 'face-detector', cache));
    expect(error.code).toBe('MODEL_MISSING');
    expect(error.message).toContain(cachedModelPath('face-detector', cache));
    expect(error.remedy).toContain('npm run build');
  });

  test('with a damaged one: an error, not a crash', async () => {
    const kernels = await Kernels.load(1 << 20);
    writeFileSync(cachedModelPath('face-detector', cache), 'not a model');
    const error = await userErrorOf(() => ModelSession.open(kernels, 'face-detector', cache));
    expect(error.code).toBe('MODEL_CHANGED');
    expect(error.message).toContain(sha256(Buffer.from('not a model')));
  });
});
