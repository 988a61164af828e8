import type { TrainedArrays } from './adam.js';
import { assertSameTraining, type CheckpointHeader, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { allocateShared, type SharedMemory, trainedArrays } from './shared-training.js';
import type { TrainingPoint } from './training-messages.js';

/** What a training is, apart from how far it is: a checkpoint of another one is not gone on with. */
export type TrainingIdentity = Omit<CheckpointHeader, 'step' | 'elapsedMs'>;

/** The state of a training in the memory that its threads share, and the file that keeps it. */
export class TrainingState {
  readonly shared: SharedMemory;
  readonly arrays: TrainedArrays;
  readonly #identity: TrainingIdentity;
  readonly #path: string | undefined;

  /** @param path - of the checkpoint; undefined for none. */
  constructor(identity: TrainingIdentity, workers: number, path: string | undefined) {
    this.shared = allocateShared(workers, identity.length);
    this.arrays = trainedArrays(this.shared.state, identity.length);
    this.#identity = identity;
    this.#path = path;
  }

  /**
   * Takes up the checkpoint; without one, begins with these weights.
   *
   * @returns how far the training was.
   * @throws UserError INPUT_INVALID if the checkpoint is damaged or of another training.
   */
  async begin(initial: Float32Array): Promise<TrainingPoint> {
    const kept = this.#path === undefined ? null : await readCheckpoint(this.#path);
    if (!kept) {
      this.arrays.weights.set(initial);
      this.arrays.average.set(initial);
      return { step: 0, elapsedMs: 0 };
    }
    assertSameTraining(this.#path!, kept.header, this.#identity);
    this.arrays.weights.set(kept.arrays.weights);
    this.arrays.firstMoment.set(kept.arrays.firstMoment);
    this.arrays.secondMoment.set(kept.arrays.secondMoment);
    this.arrays.average.set(kept.arrays.average);
    return { step: kept.header.step, elapsedMs: kept.header.elapsedMs };
  }

  /** Writes the state of a training whose threads rest. @returns whether it has a file. @throws UserError OUTPUT_FAILED. */
  async keep(point: TrainingPoint): Promise<boolean> {
    if (this.#path === undefined) return false;
    await writeCheckpoint(this.#path, { header: { ...this.#identity, ...point }, arrays: this.arrays });
    return true;
  }

  /** Writes the snapshot that the leading thread has taken. @throws UserError OUTPUT_FAILED. */
  async keepSnapshot(point: TrainingPoint): Promise<void> {
    const arrays = trainedArrays(this.shared.snapshot, this.#identity.length);
    await writeCheckpoint(this.#path!, { header: { ...this.#identity, ...point }, arrays });
  }
}
