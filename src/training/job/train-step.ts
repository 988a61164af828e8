import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from '../../avatar/whole-file.js';
import type { RgbPicture, TrainingSample } from '../../telemetry/training-telemetry.js';
import type { Preview, PreviewPicture } from '../preview.js';
import { type RunningTraining, trainAvatar } from '../train-avatar.js';
import type { JobFolder } from './job-folder.js';
import { LossCurve } from './loss-curve.js';
import type { JobHooks } from './run-job.js';
import { readTrainingSet } from './training-set-file.js';
import { WORK_FILES } from './work-files.js';

/** A picture costs about a step: often enough to see it come alive, and a fiftieth of the time. */
const SAMPLE_EVERY_MS = 5000;

/** Trains the network of a job up to its minutes; goes on from its checkpoint if there is one. */
export async function train(folder: JobFolder, hooks: JobHooks): Promise<boolean> {
  const { job } = folder;
  const losses = readLosses(folder);
  let running: RunningTraining | null = null;
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  let shown = 0;
  const trained = await trainAvatar(readTrainingSet(folder.file(WORK_FILES.set)), {
    budget: { kind: 'minutes', minutes: job.minutes },
    seed: job.seed,
    checkpointPath: folder.file(WORK_FILES.checkpoint),
    signal: hooks.signal,
    onStart: (training) => {
      running = training;
    },
    onProgress: ({ step, loss, imagesPerSecond, elapsedMs }) => {
      losses.add(loss);
      const figures = { step, loss, imagesPerSecond, trainedS: elapsedMs / 1000, goalS: 60 * job.minutes };
      hooks.onTelemetry({
        name: job.name,
        size: job.size,
        stage: { kind: 'training', figures },
        losses: losses.points,
      });
      const now = performance.now();
      if (now - sampledAtMs < SAMPLE_EVERY_MS || !hooks.isWatched()) return;
      sampledAtMs = now;
      running?.wishPreview();
    },
    onPreview: (preview) => hooks.onSample(sampleOf(preview, shown++)),
    onCheckpoint: () => writeLosses(folder, losses),
  });
  return trained.isFinished;
}

/** The course of the loss so far, of earlier runs too. */
export function readLosses(folder: JobFolder): LossCurve {
  const path = folder.file(WORK_FILES.losses);
  // Our own file, written whole: if it is there, it is right.
  return existsSync(path) ? new LossCurve(JSON.parse(readFileSync(path, 'utf8'))) : new LossCurve();
}

function writeLosses(folder: JobFolder, losses: LossCurve): void {
  writeWhole(folder.file(WORK_FILES.losses), Buffer.from(JSON.stringify(losses)), 0o600);
}

/** Another moment each time, until all of the preview's were seen. */
function sampleOf({ size, pictures }: Preview, count: number): TrainingSample {
  const { input, target, result } = pictures[count % pictures.length] as PreviewPicture;
  const picture = (data: Uint8Array): RgbPicture => ({ width: size, height: size, data });
  return { driver: picture(input), target: picture(target), result: picture(result) };
}
