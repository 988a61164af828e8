import { expect, test } from 'vitest';
import { noVariation, Sampler } from '../../src/training/augmentation.js';
import { initialiseWeights } from '../../src/training/parameters.js';
import { Random } from '../../src/training/random.js';
import { StepSession } from '../../src/training/step-session.js';
import { blobSet, smallNetwork } from './synthetic-set.js';

test('the gradient of every layer predicts how the loss changes with it', async () => {
  const set = blobSet(4);
  const session = await StepSession.open(smallNetwork, 2, 'cpu');
  const random = new Random(5);
  const sampler = new Sampler(set, noVariation, random);
  for (const [index, sample] of session.samples.entries()) sampler.sample(index, random, sample);
  initialiseWeights(session.weights, session.layout, random);
  await session.run();
  const gradients = session.gradients.slice();
  for (const { name, offset, length } of session.layout.parameters) {
    // Along the gradient itself, a small step: most of the loss's kinks are not crossed.
    const direction = gradients.subarray(offset, offset + length);
    const squared = direction.reduce((sum, value) => sum + value * value, 0);
    const kept = session.weights.slice(offset, offset + length);
    const lossAt = async (step: number) => {
      for (let i = 0; i < length; i++) session.weights[offset + i] = kept[i]! + (step / squared) * direction[i]!;
      return session.run();
    };
    const step = 2e-3;
    const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    session.weights.set(kept, offset);
    console.log(`${name}: relative error ${Math.abs(slope - 1).toExponential(1)}`);
    expect(slope).toBeGreaterThan(0.9);
    expect(slope).toBeLessThan(1.1);
  }
  await session.close();
});
