// What a training step costs, with as many workers as the machine has, on dist/: node benchmarks/training.bench.mjs [part of
// a name]. A line each for the whole step and for its parts: making varied samples, the network (forward and backward), and
// Adam with the wait for the other workers. Then the sample maker alone, one image.
import { Sampler, usualVariation } from '../dist/training/augmentation.js';
import { Random } from '../dist/training/random.js';
import { trainAvatar } from '../dist/training/train-avatar.js';
import { createTrainingSet } from '../dist/training/training-set.js';
import { measure, report, summarise } from './measure.mjs';

const wanted = process.argv[2] ?? '';
const BATCH = 8;
const WARM_UP = 5;

/** Grain on a ramp, so that no operator meets zeros alone. */
function noisySet(size) {
  const set = createTrainingSet(32, size, size / 8);
  const random = new Random(1);
  for (const bytes of [set.inputs, set.guides, set.targets]) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = ((i >> 8) & 127) + random.below(128);
  }
  return set;
}

const steps = Math.min(60, Number(process.env.MIEN_BENCH_ROUNDS ?? 60)) + WARM_UP;
for (const [size, budgetMs] of [
  [128, 160],
  [192, 360],
]) {
  const name = `training/${size}`;
  const set = noisySet(size);
  if (name.includes(wanted)) {
    const reports = [];
    await trainAvatar(set, {
      budget: { kind: 'steps', steps },
      batch: BATCH,
      progressEveryMs: 0,
      onProgress: (progress) => reports.push(progress),
    });
    const counted = reports.slice(WARM_UP);
    const parts = {
      sample: ({ sampleMs }) => sampleMs,
      run: ({ runMs }) => runMs,
      update: ({ updateMs }) => updateMs,
    };
    const whole = ({ sampleMs, runMs, updateMs }) => sampleMs + runMs + updateMs;
    const result = summarise(`${name}/step`, Float64Array.from(counted, whole), budgetMs);
    report({ ...result, imagesPerSecond: Number(((1000 * BATCH) / result.p50).toFixed(1)) });
    for (const [part, of] of Object.entries(parts))
      report(summarise(`${name}/${part}`, Float64Array.from(counted, of)));
  }
  if (`${name}/one-sample`.includes(wanted)) {
    const sampler = new Sampler(set, usualVariation, new Random(1));
    const planes = (channels) => new Float32Array(channels * size * size);
    const sample = { face: planes(3), guide: planes(4), target: planes(4), weight: planes(4) };
    let index = 0;
    const once = () => sampler.sample(index % set.count, new Random(index++), sample);
    report(await measure(`${name}/one-sample`, once));
  }
}
