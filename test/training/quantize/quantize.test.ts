import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { checkAvatarGraph, readAvatarGraph } from '../../../src/inference/onnx/check-graph.js';
import { feedsOf } from '../../../src/training/quantize/calibration.js';
import { choosePrecision, comparePrecision } from '../../../src/training/quantize/compare-precision.js';
import { quantize } from '../../../src/training/quantize/quantize.js';
import { forkedAvatar } from './forked-avatar.js';
import { wavyInputs } from './pictures.js';

describe.each([
  ['Clip', false],
  ['Sigmoid', false],
  ['Clip', true],
] as const)('a network that ends in %s (guided: %s)', (ending, isGuided) => {
  const fp32 = forkedAvatar(ending, { isGuided });
  const int8 = quantize(fp32, wavyInputs(12, 64));

  test('is an avatar in INT8 as well, a quarter as large, of the same work', async () => {
    const bytes = await int8;
    const { multiplyAccumulates } = checkAvatarGraph(fp32);
    expect(checkAvatarGraph(bytes)).toEqual({ size: 64, multiplyAccumulates, precision: 'int8', isGuided });
  });

  test('is within 40 dB of fp32 on pictures that it was not calibrated on', async () => {
    const loss = await comparePrecision(fp32, await int8, wavyInputs(8, 64, 100));
    console.log(
      `${ending}: ${loss.psnrDb.median.toFixed(1)} dB, least ${loss.psnrDb.least.toFixed(1)}, mask ${loss.maskRms}`,
    );
    expect(loss.psnrDb.least).toBeGreaterThan(40);
    expect(loss.maskRms).toBeLessThan(0.01);
    expect(choosePrecision(loss).precision).toBe('int8');
  });

  test('runs all its convolutions in 8 bits, with no conversion between them', async () => {
    const operators = await operatorsRun(await int8);
    expect(operators.filter((name) => name.includes('Conv'))).toEqual(Array(6).fill('QLinearConv'));
    // What comes in becomes bytes, once for each way in, and what is painted becomes floats.
    expect(operators.filter((name) => name === 'QuantizeLinear')).toHaveLength(isGuided ? 2 : 1);
    expect(operators.filter((name) => name === 'DequantizeLinear')).toHaveLength(1);
    expect(operators).not.toContain('Relu');
    // Subpixels are runs of bytes then.
    expect(operators).not.toContain('DepthToSpace');
  });

  test('comes out the same, byte for byte, when it is made twice', async () => {
    expect(await quantize(fp32, wavyInputs(12, 64))).toEqual(await int8);
  });
});

test('subpixels in the other order are quantized as well', async () => {
  const fp32 = forkedAvatar('Clip', { mode: 'CRD' });
  const int8 = await quantize(fp32, wavyInputs(6, 64));
  expect((await comparePrecision(fp32, int8, wavyInputs(4, 64, 100))).psnrDb.least).toBeGreaterThan(40);
});

test('a network is at no distance from itself, and far from another', async () => {
  const fp32 = forkedAvatar('Clip');
  const pictures = wavyInputs(2, 64);
  expect(await comparePrecision(fp32, fp32, pictures)).toEqual({
    psnrDb: { median: Number.POSITIVE_INFINITY, least: Number.POSITIVE_INFINITY },
    maskRms: 0,
  });
  const loss = await comparePrecision(fp32, forkedAvatar('Sigmoid'), pictures);
  expect(choosePrecision(loss)).toEqual({
    precision: 'fp32',
    reason: expect.stringMatching(/^INT8 is \d+\.\d dB from fp32, less than 40 dB: fp32 is worn/),
  });
});

/** Names of the operators that the runtime makes of a model, in the order of a run. */
async function operatorsRun(model: Uint8Array): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-profile-'));
  try {
    const profile = { enableProfiling: true, profileFilePrefix: join(folder, 'run') };
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4, ...profile });
    const [inputs] = wavyInputs(1, 64);
    await session.run(feedsOf(readAvatarGraph(model).model, inputs!));
    session.endProfiling();
    await session.release();
    const events: { cat: string; name: string; args: { op_name: string } }[] = JSON.parse(
      readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8'),
    );
    return events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
      .map(({ args }) => args.op_name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
