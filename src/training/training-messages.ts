import type { ErrorRecord } from '../errors.js';
import type { Variation } from './augmentation.js';
import type { AvatarNetwork } from './network.js';
import type { Preview } from './preview.js';
import type { Budget } from './schedule.js';
import type { SharedMemory } from './shared-training.js';
import type { TrainingDevice } from './step-session.js';
import type { TrainingSet } from './training-set.js';

/** What a worker is given when it is started: plain data and shared memory. */
export interface TrainingJob {
  /** From 0; worker 0 leads: it decides, between two steps, what all do next. */
  readonly index: number;
  readonly shared: SharedMemory;
  readonly set: TrainingSet;
  readonly network: AvatarNetwork;
  readonly seed: number;
  /** Images a step, of all workers together. */
  readonly batch: number;
  readonly budget: Budget;
  readonly learningRate: number;
  readonly variation: Variation;
  readonly device: TrainingDevice;
  /** What an earlier run did already. */
  readonly done: TrainingPoint;
  readonly snapshotEveryMs: number;
  readonly progressEveryMs: number;
}

/** A moment between two steps. */
export interface TrainingPoint {
  /** Steps done. */
  readonly step: number;
  /** Time at work, earlier runs included. */
  readonly elapsedMs: number;
}

/** How a training goes. */
export interface TrainingProgress extends TrainingPoint {
  /** Mean since the last report. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** Until the budget is spent; null while too little is known. */
  readonly leftMs: number | null;
  /** Share of the budget that is spent, 0 to 1. */
  readonly progress: number;
  /** Means a step, of the leading worker: making samples, the network, and Adam with waiting for the others. */
  readonly sampleMs: number;
  readonly runMs: number;
  readonly updateMs: number;
}

/** What a worker tells the main thread. Only the leading one tells more than its end. */
export type FromTrainingWorker =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'preview'; readonly preview: Preview }
  /** The shared snapshot holds the state at this point and waits to be written. */
  | { readonly kind: 'snapshot'; readonly point: TrainingPoint }
  | { readonly kind: 'ended'; readonly point: TrainingPoint; readonly isFinished: boolean }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
