import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { fromErrorRecord } from '../errors.js';
import type { Preview } from './preview.js';
import type { FromTrainingWorker, TrainingJob, TrainingPoint, TrainingProgress } from './training-messages.js';

/** A training's threads: what they are to do, and who hears of it. */
export interface Crew {
  readonly job: Omit<TrainingJob, 'index'>;
  /** Makes the threads stop after the step in progress. */
  stop(): void;
  onProgress(progress: TrainingProgress): void;
  onPreview(preview: Preview): void;
  /** If it rejects, the training stops and fails with that. */
  onSnapshot(point: TrainingPoint): Promise<void>;
}

/** How the threads ended. */
export interface CrewEnd {
  readonly point: TrainingPoint;
  readonly isFinished: boolean;
}

/**
 * Runs a training on its threads until all of them have ended by themselves: a thread that is terminated inside ONNX
 * Runtime takes the process along.
 *
 * @throws what the first thread failed with, or what a listener threw.
 */
export async function runWorkers(crew: Crew): Promise<CrewEnd> {
  const failures: unknown[] = [];
  let end: CrewEnd | null = null;
  let snapshots: Promise<void> = Promise.resolve();
  const fail = (error: unknown) => {
    failures.push(error);
    crew.stop();
  };
  const hear = (message: FromTrainingWorker, index: number): void => {
    switch (message.kind) {
      case 'progress':
        crew.onProgress(message.progress);
        break;
      case 'preview':
        crew.onPreview(message.preview);
        break;
      case 'snapshot':
        snapshots = snapshots.then(() => crew.onSnapshot(message.point)).catch(fail);
        break;
      case 'ended':
        if (index === 0) end = message;
        break;
      case 'failed':
        fail(fromErrorRecord(message.error));
    }
  };
  const hearSafely = (message: FromTrainingWorker, index: number) => {
    try {
      hear(message, index);
    } catch (error) {
      fail(error);
    }
  };
  await Promise.all(
    Array.from({ length: crew.job.shared.workers }, (_, index) => {
      const worker = new Worker(workerFile(), { workerData: { ...crew.job, index }, name: `training-${index}` });
      worker.on('message', (message: FromTrainingWorker) => hearSafely(message, index));
      worker.on('error', fail);
      return new Promise((resolve) => worker.on('exit', resolve));
    }),
  );
  await snapshots;
  if (failures.length > 0) throw failures[0];
  if (!end) throw new Error('the training threads ended without a result');
  return end;
}

/** The compiled program; when this file runs from src/ (tests), it is found in dist/. */
function workerFile(): URL {
  const here = new URL('./training-worker.js', import.meta.url);
  if (existsSync(fileURLToPath(here))) return here;
  return new URL('../../dist/training/training-worker.js', import.meta.url);
}
