import type { TrainingSample, TrainingTelemetry } from '../../telemetry/training-telemetry.js';
import { advance } from './job.js';
import type { JobFolder } from './job-folder.js';

/** Tells what is being done, and how much of it is done; `total` is null where that is not known. */
export type Report = (doing: string, done: number, total: number | null) => void;

/** Who watches a job, and who may end it. */
export interface JobHooks {
  readonly onTelemetry: (telemetry: TrainingTelemetry) => void;
  readonly onSample: (sample: TrainingSample) => void;
  /** Whether anybody looks at samples: they cost time. */
  readonly isWatched: () => boolean;
  /** Something that the user should know beside how far it is. */
  readonly onMessage: (text: string) => void;
  /** Ends the work at the next moment at which nothing is lost. */
  readonly signal: AbortSignal;
}

/**
 * The parts of a job. Each takes what the one before has left in the folder, may be killed at any moment, and begins anew
 * or goes on when it is called again. One that was ended by the signal resolves to false.
 */
export interface JobSteps {
  /** Makes the pictures that are learnt from. */
  makeTargets(folder: JobFolder, hooks: JobHooks): Promise<boolean>;
  /** Trains up to the job's minutes. */
  train(folder: JobFolder, hooks: JobHooks): Promise<boolean>;
  /** Measures, quantizes, and writes the pack; resolves to its path. */
  finish(folder: JobFolder, hooks: JobHooks): Promise<string | false>;
}

/** Takes a job from where it is to its end. Resolves to the path of the pack, or to null if it was stopped before. */
export async function runJob(folder: JobFolder, steps: JobSteps, hooks: JobHooks): Promise<string | null> {
  for (;;) {
    const { job } = folder;
    switch (job.state.kind) {
      case 'prepared':
        folder.save(advance(job, { kind: 'targets' }));
        break;
      case 'targets':
        if (!(await steps.makeTargets(folder, hooks))) return null;
        folder.save(advance(job, { kind: 'training' }));
        break;
      case 'training':
        if (!(await steps.train(folder, hooks))) return null;
        folder.save(advance(job, { kind: 'finishing' }));
        break;
      case 'finishing': {
        const pack = await steps.finish(folder, hooks);
        if (pack === false) return null;
        folder.save(advance(job, { kind: 'done', pack }));
        break;
      }
      case 'done':
        return job.state.pack;
    }
  }
}
