import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { noVariation } from '../../src/training/augmentation.js';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint.js';
import { inferenceModel } from '../../src/training/inference-model.js';
import type { Preview } from '../../src/training/preview.js';
import { type TrainingOptions, trainAvatar } from '../../src/training/train-avatar.js';
import type { TrainingProgress } from '../../src/training/training-messages.js';
import { ableNetwork, blobSet, smallNetwork } from './synthetic-set.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

const set = blobSet();
const steps = (count: number): TrainingOptions => ({
  budget: { kind: 'steps', steps: count },
  network: smallNetwork,
  workers: 2,
  batch: 4,
  progressEveryMs: 0,
});

test('learns to recolour and mask a blob: the loss falls to a sixth', async () => {
  const reports: TrainingProgress[] = [];
  const previews: Preview[] = [];
  let wish = () => {};
  const trained = await trainAvatar(set, {
    ...steps(250),
    network: ableNetwork,
    learningRate: 3e-3,
    variation: noVariation,
    onStart: (training) => {
      wish = training.wishPreview;
    },
    onProgress: (progress) => {
      reports.push(progress);
      if (reports.length === 1) wish();
    },
    onPreview: (preview) => previews.push(preview),
  });
  expect(trained.isFinished).toBe(true);
  expect(trained.step).toBe(250);
  expect(reports.at(-1)!.loss).toBeLessThan(reports[0]!.loss / 6);
  expect(reports.at(-1)!).toMatchObject({ step: 250, progress: 1, leftMs: 0 });
  expect(previews[0]!.pictures).toHaveLength(2);
  expect(previews[0]!.pictures[0]!.result).toHaveLength(64 * 64 * 3);

  // The finished model does what was learnt, on a picture that was not among those trained on.
  const session = await InferenceSession.create(inferenceModel(trained), { logSeverityLevel: 3 });
  const face = new Float32Array(3 * 64 * 64).fill(90 / 255);
  const guide = new Float32Array(4 * 64 * 64);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      if (Math.hypot(x - 30, y - 34) > 16) continue;
      for (const [channel, value] of [220, 50, 50].entries()) face[channel * 4096 + y * 64 + x] = value / 255;
      for (const [channel, value] of [30, 50, 160, 255].entries()) guide[channel * 4096 + y * 64 + x] = value / 255;
    }
  }
  const output = (
    await session.run({
      face: new Tensor('float32', face, [1, 3, 64, 64]),
      guide: new Tensor('float32', guide, [1, 4, 64, 64]),
    })
  )['avatar']!;
  await session.release();
  const avatar = output.data as Float32Array;
  expect(output.dims).toEqual([1, 4, 64, 64]);
  expect(Math.min(...avatar)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...avatar)).toBeLessThanOrEqual(1);
  const at = (channel: number, x: number, y: number) => avatar[channel * 4096 + y * 64 + x]!;
  expect(at(3, 30, 34)).toBeGreaterThan(0.85);
  expect(at(3, 6, 6)).toBeLessThan(0.15);
  expect(at(2, 30, 34)).toBeGreaterThan(0.7);
  expect(at(0, 30, 34)).toBeLessThan(0.3);
});

describe('a checkpoint', () => {
  test('of a training that was stopped goes on to the very same weights', async () => {
    const straight = await trainAvatar(set, steps(40));
    const checkpointPath = join(folder, 'stopped');
    const stopper = new AbortController();
    const options = { ...steps(40), checkpointPath, signal: stopper.signal };
    const stopped = await trainAvatar(set, {
      ...options,
      onProgress: ({ step }) => {
        if (step >= 20) stopper.abort();
      },
    });
    expect(stopped.isFinished).toBe(false);
    expect(stopped.step).toBeGreaterThanOrEqual(20);
    expect(stopped.step).toBeLessThan(40);
    const resumed = await trainAvatar(set, { ...steps(40), checkpointPath });
    expect(resumed.step).toBe(40);
    expect(Buffer.from(resumed.values.buffer).equals(Buffer.from(straight.values.buffer))).toBe(true);
    expect(straight.values).not.toEqual(stopped.values);
    // And once more: all is done, nothing is changed.
    const again = await trainAvatar(set, { ...steps(40), checkpointPath });
    expect(again).toMatchObject({ step: 40, isFinished: true, values: resumed.values });
  });

  test('is whole after a kill at any moment, and no older than the last one reported', async () => {
    const checkpointPath = join(folder, 'killed');
    const program = fileURLToPath(new URL('train-until-killed.mjs', import.meta.url));
    let least = 0;
    for (const killAfter of [3, 2, 4]) {
      const child = spawn(process.execPath, [program, checkpointPath], { stdio: ['ignore', 'pipe', 'inherit'] });
      let reported = 0;
      for await (const chunk of child.stdout) {
        for (const line of String(chunk).trim().split('\n')) least = Number(line);
        reported++;
        if (reported === killAfter) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
      const { header } = (await readCheckpoint(checkpointPath))!;
      expect(header.step).toBeGreaterThanOrEqual(least);
      expect(least).toBeGreaterThan(0);
    }
  });

  test('that is damaged, cut off, of another program or of another training is refused by name', async () => {
    const checkpointPath = join(folder, 'foreign');
    const options = { ...steps(2), checkpointPath };
    await trainAvatar(set, options);
    const good = (await readCheckpoint(checkpointPath))!;
    const refused = async (changed: Partial<TrainingOptions>, pictures = set) =>
      expect(trainAvatar(pictures, { ...options, ...changed })).rejects;
    await (await refused({ seed: 2 })).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('its seed: 1, expected: 2'),
      remedy: expect.stringContaining('delete it'),
    });
    await (await refused({ batch: 8 })).toThrow('its images a step: 4, expected: 8');
    await (await refused({ network: { ...smallNetwork, middle: 20 } })).toThrow('its network: {"size":64');
    await (await refused({}, blobSet(17))).toThrow('its training pictures:');

    const bytes = readFileSync(checkpointPath);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1]! ^= 1;
    for (const [wrong, why] of [
      [flipped, 'damaged or cut off'],
      [bytes.subarray(0, bytes.length - 1), 'damaged or cut off'],
      [bytes.subarray(0, 10), 'does not begin as one'],
      [Buffer.alloc(1000), 'does not begin as one'],
      [Buffer.alloc(0), 'does not begin as one'],
    ] as const) {
      writeFileSync(checkpointPath, wrong);
      await (await refused({})).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining(why) });
    }
    const header = { ...good.header, format: 2 };
    await writeCheckpoint(checkpointPath, { header, arrays: good.arrays });
    await (await refused({})).toThrow('another version');
  });

  test('that cannot be written ends the training with the reason', async () => {
    const training = trainAvatar(set, {
      ...steps(10_000),
      checkpointPath: join(folder, 'none', 'x'),
      checkpointEveryMs: 0,
    });
    await expect(training).rejects.toMatchObject({ code: 'OUTPUT_FAILED', message: expect.stringContaining('ENOENT') });
  });
});

test('a stop before the start takes no step', async () => {
  const { step, isFinished } = await trainAvatar(set, { ...steps(40), signal: AbortSignal.abort() });
  expect({ step, isFinished }).toEqual({ step: 0, isFinished: false });
});

test('other weights to start from are the weights', async () => {
  const first = await trainAvatar(set, steps(3));
  const { values } = await trainAvatar(set, { ...steps(40), startFrom: first, signal: AbortSignal.abort() });
  expect(values).toEqual(first.values);
});

test('another seed gives other weights, the same seed the same', async () => {
  const [a, b, c] = [
    await trainAvatar(set, steps(3)),
    await trainAvatar(set, steps(3)),
    await trainAvatar(set, { ...steps(3), seed: 2 }),
  ];
  expect(b.values).toEqual(a.values);
  expect(c.values).not.toEqual(a.values);
});

test('a budget of time ends in that time', async () => {
  const began = performance.now();
  const trained = await trainAvatar(set, { ...steps(1), budget: { kind: 'minutes', minutes: 1 / 60 } });
  expect(trained.isFinished).toBe(true);
  expect(trained.elapsedMs).toBeGreaterThanOrEqual(1000);
  expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
});

test('options and sets that do not fit each other are refused', async () => {
  await expect(trainAvatar(set, { ...steps(1), workers: 3 })).rejects.toThrow('no equal shares for 3 workers');
  await expect(trainAvatar(blobSet(2, 80), steps(1))).rejects.toThrow('for 64 px, the set of 80 px');
  await expect(trainAvatar({ ...set, count: 17 }, steps(1))).rejects.toThrow('not the bytes of 17 pictures');
});

test('what a listener throws ends the training', async () => {
  const onProgress = () => {
    throw new Error('nobody listens');
  };
  await expect(trainAvatar(set, { ...steps(10_000), onProgress })).rejects.toThrow('nobody listens');
});

test('a loss that is no number ends the training of all workers', async () => {
  await expect(trainAvatar(set, { ...steps(10_000), learningRate: 1e30 })).rejects.toThrow('diverged');
});
