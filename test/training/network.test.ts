import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { checkAvatarGraph } from '../../src/inference/onnx/check-graph.js';
import { type AvatarWeights, inferenceModel, networkLayout } from '../../src/training/inference-model.js';
import { AvatarNetwork, avatarNetwork } from '../../src/training/network.js';
import { initialiseWeights } from '../../src/training/parameters.js';
import { Random } from '../../src/training/random.js';
import { StepSession } from '../../src/training/step-session.js';
import { smallNetwork } from './synthetic-set.js';

function randomWeights(network: AvatarNetwork): AvatarWeights {
  const layout = networkLayout(network);
  const values = new Float32Array(layout.length);
  initialiseWeights(values, layout, new Random(1));
  return { network, values };
}

async function run(model: Uint8Array, face: Float32Array, guide: Float32Array, size: number): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const output = await session.run({
    face: new Tensor('float32', face, [1, 3, size, size]),
    guide: new Tensor('float32', guide, [1, 4, size, size]),
  });
  await session.release();
  return output['avatar']!.data as Float32Array;
}

describe.each([
  [128, 436e6],
  [192, 982e6],
])('the finished model at %i px', (size, multiplications) => {
  test('is one that may be worn, of the cost told', () => {
    const weights = randomWeights(avatarNetwork(size));
    expect(weights.values).toHaveLength(1_171_528);
    const graph = checkAvatarGraph(inferenceModel(weights));
    expect(graph).toMatchObject({ size, precision: 'fp32', isGuided: true });
    expect(graph.multiplyAccumulates).toBeGreaterThan(0.99 * multiplications);
    expect(graph.multiplyAccumulates).toBeLessThan(1.01 * multiplications);
  });
});

test('the finished model computes what the training step did', async () => {
  const weights = randomWeights(smallNetwork);
  const random = new Random(2);
  const face = Float32Array.from({ length: 3 * 64 * 64 }, () => random.next());
  const guide = Float32Array.from({ length: 4 * 64 * 64 }, () => random.next());
  const step = await StepSession.open(smallNetwork, 1, 'cpu');
  step.weights.set(weights.values);
  step.samples[0]!.face.set(face);
  step.samples[0]!.guide.set(guide);
  await step.run();
  const finished = await run(inferenceModel(weights), face, guide, 64);
  for (let i = 0; i < finished.length; i++) expect(Math.abs(finished[i]! - step.avatars[i]!)).toBeLessThan(1e-4);
  await step.close();
});

test('before it has learnt anything, the network shows the guide’s colours nearly as they are', async () => {
  const random = new Random(3);
  const face = Float32Array.from({ length: 3 * 128 * 128 }, () => random.next());
  const guide = Float32Array.from({ length: 4 * 128 * 128 }, () => random.between(0.3, 0.7));
  const avatar = await run(inferenceModel(randomWeights(avatarNetwork(128))), face, guide, 128);
  const off = avatar.subarray(0, 3 * 128 * 128).map((value, i) => value - guide[i]!);
  const deviation = Math.sqrt(off.reduce((sum, value) => sum + value * value, 0) / off.length);
  expect(deviation).toBeLessThan(0.15);
  // And yet each layer is at work: what it adds is not nothing.
  expect(deviation).toBeGreaterThan(0.01);
});

test('weights of another network are refused, and so are networks that cannot be', () => {
  const { values } = randomWeights(smallNetwork);
  expect(() => inferenceModel({ network: avatarNetwork(128), values })).toThrow('has 1171528 parameters, not');
  for (const wrong of [{ size: 72 }, { size: 512 }, { decoder: [8, 8] }, { skips: [3] }, { kernel: 3 }]) {
    expect(AvatarNetwork.safeParse({ ...smallNetwork, ...wrong }).success).toBe(false);
  }
});
