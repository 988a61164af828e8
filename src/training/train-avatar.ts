import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { usualVariation, type Variation } from './augmentation.js';
import { chooseDevice } from './device-choice.js';
import { tryDevice } from './device-trial.js';
import { type AvatarWeights, networkLayout } from './inference-model.js';
import { AvatarNetwork, avatarNetwork } from './network.js';
import { initialiseWeights } from './parameters.js';
import type { Preview } from './preview.js';
import { Random } from './random.js';
import type { Budget } from './schedule.js';
import { Wishes } from './shared-training.js';
import type { TrainingDevice } from './step-session.js';
import { runWorkers } from './training-crew.js';
import type { TrainingPoint, TrainingProgress } from './training-messages.js';
import { GUIDE_CHANNELS, sideOf, TARGET_CHANNELS, type TrainingSet } from './training-set.js';
import { TrainingState } from './training-state.js';

/** Less than the minute that a training may lose. */
const CHECKPOINT_EVERY_MS = 30_000;
const PROGRESS_EVERY_MS = 1000;
/** With a guide 3e-3 is after 253 steps where 2e-3 is after 419: 29.4 dB on unseen frames. */
const LEARNING_RATE = 3e-3;

/** How to train. Everything but the budget has a default. */
export interface TrainingOptions {
  readonly budget: Budget;
  /** Of the pictures' size. */
  readonly network?: AvatarNetwork;
  /** The same seed, set, budget in steps and number of workers give the same weights. */
  readonly seed?: number;
  /** Images a step. */
  readonly batch?: number;
  /** Threads; each does an equal share of a batch. By default the most of the machine's that divide a batch. */
  readonly workers?: number;
  readonly learningRate?: number;
  readonly variation?: Variation;
  /** Weights to start from instead of random ones: those of an avatar that was trained before. */
  readonly startFrom?: AvatarWeights;
  readonly device?: TrainingDevice;
  /** Where the state is kept. If the file is there, the training goes on from it. */
  readonly checkpointPath?: string;
  readonly checkpointEveryMs?: number;
  readonly progressEveryMs?: number;
  /** Stops after the step in progress, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called with the means to ask for a preview once the training runs; `onPreview` gets it. */
  readonly onStart?: (training: RunningTraining) => void;
  readonly onPreview?: (preview: Preview) => void;
  /** Called with each checkpoint that is safely on the disk. */
  readonly onCheckpoint?: (point: TrainingPoint) => void;
}

/** A training that runs. */
export interface RunningTraining {
  readonly device: TrainingDevice;
  /** Why the device is not the one asked for; null if it is. */
  readonly deviceNote: string | null;
  readonly workers: number;
  /** Where it begins: an earlier run's point, or zero. */
  readonly from: TrainingPoint;
  /** Asks for a preview, which comes after the step in progress and takes about as long as one. */
  wishPreview(): void;
}

/** What a training came to. */
export interface TrainedAvatar extends AvatarWeights, TrainingPoint {
  /** False if it was stopped before its budget was spent. */
  readonly isFinished: boolean;
}

/**
 * Trains an avatar's network on pairs of pictures: data-parallel, on niced threads, which sleep when they wait.
 *
 * @returns the averaged weights.
 * @throws UserError INPUT_INVALID if the checkpoint is damaged or of another training, OUTPUT_FAILED if it cannot be
 *   written; RangeError if the set and the options do not fit each other.
 */
export async function trainAvatar(set: TrainingSet, options: TrainingOptions): Promise<TrainedAvatar> {
  const { network = avatarNetwork(set.size), seed = 1, batch = 8, variation = usualVariation } = options;
  assertFits(set, network, batch, options);
  const { parameters, length } = networkLayout(network);
  const initial = new Float32Array(length);
  if (options.startFrom) initial.set(options.startFrom.values);
  else initialiseWeights(initial, { parameters, length }, new Random(seed));

  const cpuWorkers = options.workers ?? mostWorkers(batch);
  const { device, note: deviceNote } = await chooseDevice(options.device ?? 'cpu', (tried) =>
    tryDevice(tried, set, network, initial, tried === 'cpu' ? batch / cpuWorkers : batch),
  );
  // A graphics card works in parallel by itself.
  const workers = device === 'webgpu' ? 1 : cpuWorkers;

  const identity = { network, setHash: hashOf(set), seed, batch, length };
  const state = new TrainingState(identity, workers, options.checkpointPath);
  const from = await state.begin(initial);
  const { shared } = state;
  const wishes = new Wishes(shared);
  const stop = () => wishes.stop();
  const { signal } = options;
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  options.onStart?.({ device, deviceNote, workers, from, wishPreview: () => wishes.wishPreview() });
  const { budget, learningRate = LEARNING_RATE } = options;
  const { checkpointEveryMs = CHECKPOINT_EVERY_MS, progressEveryMs = PROGRESS_EVERY_MS } = options;
  const snapshotEveryMs = options.checkpointPath === undefined ? Number.POSITIVE_INFINITY : checkpointEveryMs;
  const work = { budget, learningRate, variation, device, snapshotEveryMs, progressEveryMs };
  try {
    const { point, isFinished } = await runWorkers({
      job: { shared, set, network, seed, batch, done: from, ...work },
      stop,
      onProgress: (progress) => options.onProgress?.(progress),
      onPreview: (preview) => options.onPreview?.(preview),
      onSnapshot: async (at) => {
        await state.keepSnapshot(at);
        wishes.freeSnapshot();
        options.onCheckpoint?.(at);
      },
    });
    if (await state.keep(point)) options.onCheckpoint?.(point);
    return { network, values: Float32Array.from(state.arrays.average), ...point, isFinished };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function assertFits(set: TrainingSet, network: AvatarNetwork, batch: number, options: TrainingOptions): void {
  AvatarNetwork.parse(network);
  const { workers = 1, startFrom } = options;
  if (network.size !== set.size)
    throw new RangeError(`the network is for ${network.size} px, the set of ${set.size} px`);
  if (!Number.isInteger(batch / workers))
    throw new RangeError(`${batch} images are no equal shares for ${workers} workers`);
  const pixels = set.count * sideOf(set) ** 2;
  if (
    set.count < 1 ||
    set.inputs.length !== 3 * pixels ||
    set.targets.length !== TARGET_CHANNELS * pixels ||
    set.guides.length !== GUIDE_CHANNELS * pixels
  ) {
    throw new RangeError(`the training set has not the bytes of ${set.count} pictures of ${sideOf(set)} px`);
  }
  if (startFrom && JSON.stringify(startFrom.network) !== JSON.stringify(network)) {
    throw new RangeError('the weights to start from are of another network');
  }
}

/** The most threads of this machine that get equal shares of a batch. */
function mostWorkers(batch: number): number {
  let workers = Math.min(availableParallelism(), batch);
  while (batch % workers !== 0) workers--;
  return workers;
}

function hashOf({ inputs, guides, targets }: TrainingSet): string {
  return createHash('sha256').update(inputs).update(guides).update(targets).digest('hex');
}
