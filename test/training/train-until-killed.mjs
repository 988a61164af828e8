// Trains without end and writes the step of each checkpoint that is on the disk, a line each: to be killed.
// node train-until-killed.mjs CHECKPOINT

import { trainAvatar } from '../../dist/training/train-avatar.js';
import { createTrainingSet } from '../../dist/training/training-set.js';

const set = createTrainingSet(4, 64, 8);
set.inputs.fill(100);
set.guides.fill(90);
set.targets.fill(85);
await trainAvatar(set, {
  budget: { kind: 'steps', steps: 1_000_000 },
  network: { size: 64, encoder: [8, 12, 16, 16], middle: 16, decoder: [16, 12, 8], skips: [0, 1] },
  workers: 2,
  batch: 2,
  checkpointPath: process.argv[2],
  checkpointEveryMs: 50,
  onCheckpoint: ({ step }) => process.stdout.write(`${step}\n`),
});
