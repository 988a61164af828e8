import { noVariation, Sampler } from './augmentation.js';
import type { DeviceTrial } from './device-choice.js';
import type { AvatarNetwork } from './network.js';
import { Random } from './random.js';
import { StepSession, type TrainingDevice } from './step-session.js';
import type { TrainingSet } from './training-set.js';

/** The first run makes memory and shaders and is not counted. */
const COUNTED_RUNS = 2;

/**
 * Takes a few steps on a device, on the first pictures of the set.
 *
 * @throws Error if the device cannot.
 */
export async function tryDevice(
  device: TrainingDevice,
  set: TrainingSet,
  network: AvatarNetwork,
  weights: Float32Array,
  images: number,
): Promise<DeviceTrial> {
  const session = await StepSession.open(network, images, device);
  try {
    const random = new Random(0);
    const sampler = new Sampler(set, noVariation, random);
    // One picture for all images, so that the gradients of another number of images are the same.
    for (const sample of session.samples) sampler.sample(0, random, sample);
    session.weights.set(weights);
    await session.run();
    const began = performance.now();
    for (let run = 0; run < COUNTED_RUNS; run++) await session.run();
    return { stepMs: (performance.now() - began) / COUNTED_RUNS, gradients: session.gradients.slice() };
  } finally {
    await session.close();
  }
}
