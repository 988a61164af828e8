import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { checkDfmGraph } from '../../../src/inference/onnx/check-dfm.js';
import { checkAvatarGraph } from '../../../src/inference/onnx/check-graph.js';
import { ProtobufWriter } from '../../../src/inference/onnx/protobuf-writer.js';
import { quantize } from '../../../src/training/quantize/quantize.js';
import { forkedAvatar } from '../../training/quantize/forked-avatar.js';
import { wavyInputs } from '../../training/quantize/pictures.js';
import { smallDfm } from '../small-dfm.js';
import { mutate, seeded } from './mutations.js';
import { smallAvatar } from './small-avatar.js';

/** A minute and more in the long run. */
const ROUNDS = Number(process.env['MIEN_FUZZ_ROUNDS'] ?? (process.env['MIEN_HEAVY'] ? 100_000 : 5000));
/** A thousand times what a check takes: a hang, not a slow machine. */
const HANG_MS = 5000;

/** What the check says of a file. An error that it did not declare is thrown on. */
function verdictOf(bytes: Uint8Array, check: (bytes: Uint8Array) => unknown): 'passed' | 'refused' {
  const started = performance.now();
  try {
    check(bytes);
    return 'passed';
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'MODEL_INVALID') throw error;
    return 'refused';
  } finally {
    expect(performance.now() - started).toBeLessThan(HANG_MS);
  }
}

test(`${ROUNDS} damaged files are refused or harmless, each by a declared error`, { timeout: 3_600_000 }, async () => {
  const clip = forkedAvatar('Clip');
  const models = [smallAvatar(), clip, await quantize(clip, wavyInputs(2, 64))];
  const random = seeded(20_260_101);
  const counts = { passed: 0, refused: 0, opened: 0 };
  const picture = new Tensor('float32', new Float32Array(3 * 64 * 64), [1, 3, 64, 64]);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(models[round % models.length]!, random);
    const verdict = verdictOf(bytes, checkAvatarGraph);
    counts[verdict]++;
    // What passes must not crash the runtime either; it may refuse it. Every twentieth, since opening takes its time.
    if (verdict === 'passed' && counts.passed % 20 === 0 && (await opens(bytes, picture))) counts.opened++;
  }
  console.log(
    `of ${ROUNDS} damaged files ${counts.refused} were refused, ${counts.passed} passed; ${counts.opened} of each 20th of them ran`,
  );
  // Neither a check that refuses everything nor one that lets everything pass would tell anything.
  expect(counts.refused).toBeGreaterThan(ROUNDS / 4);
  expect(counts.opened).toBeGreaterThan(0);
});

test('damaged files of DeepFaceLab are refused or harmless as well', { timeout: 3_600_000 }, () => {
  const models = [smallDfm(), smallDfm({ isMorphing: true })];
  const random = seeded(20_260_102);
  const counts = { passed: 0, refused: 0 };
  for (let round = 0; round < ROUNDS / 5; round++) {
    counts[verdictOf(mutate(models[round % models.length]!, random), checkDfmGraph)]++;
  }
  console.log(`of ${ROUNDS / 5} damaged .dfm files ${counts.refused} were refused, ${counts.passed} passed`);
  expect(counts.refused).toBeGreaterThan(ROUNDS / 20);
  expect(counts.passed).toBeGreaterThan(0);
});

async function opens(bytes: Uint8Array, face: Tensor): Promise<boolean> {
  try {
    const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
    await session.run({ face });
    await session.release();
    return true;
  } catch {
    return false; // An error is what the runtime should give; a crash would end this process.
  }
}

describe('a file of 64 MB that asks for much more memory is refused at once:', () => {
  const LARGE = 60 << 20;
  /** A graph whose field repeats a short message until the file is large. */
  const repeated = (field: number, inner: readonly number[]): Uint8Array => {
    const piece = Uint8Array.of((field << 3) | 2, inner.length, ...inner);
    const graph = new Uint8Array(LARGE);
    for (let at = 0; at + piece.length <= LARGE; at += piece.length) graph.set(piece, at);
    return new ProtobufWriter().bytes(7, graph.subarray(0, LARGE - (LARGE % piece.length))).finish();
  };

  test.each([
    ['nodes of nothing', repeated(1, []), 'more than 2000 nodes'],
    ['constants of nothing', repeated(5, [16, 1]), 'bytes of values'],
    ['inputs of nothing', repeated(11, [18, 4, 10, 2, 18, 0]), 'the element type 0'],
    [
      'a node of empty names',
      new ProtobufWriter().message(7, (graph) => graph.bytes(1, emptyStrings(LARGE))).finish(),
      '256 times',
    ],
    [
      'a shape of very many sides',
      new ProtobufWriter()
        .message(7, (graph) => graph.message(5, (tensor) => tensor.bytes(1, new Uint8Array(LARGE))))
        .finish(),
      'more than 8 integers',
    ],
    [
      'small integers that are large in memory',
      new ProtobufWriter()
        .message(7, (graph) => graph.message(5, (tensor) => tensor.int(2, 7).bytes(7, new Uint8Array(LARGE))))
        .finish(),
      'more than 65536 integers',
    ],
    [
      'a name without end',
      new ProtobufWriter()
        .message(7, (graph) => graph.message(1, (node) => node.bytes(4, new Uint8Array(LARGE))))
        .finish(),
      'a name of 62914560 bytes',
    ],
  ])('%s', (_, bytes, reason) => {
    const before = process.memoryUsage();
    const started = performance.now();
    expect(() => checkAvatarGraph(bytes)).toThrow(reason);
    const after = process.memoryUsage();
    expect(performance.now() - started).toBeLessThan(HANG_MS);
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(LARGE);
  });
});

function emptyStrings(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 2) bytes[at] = (1 << 3) | 2;
  return bytes;
}
