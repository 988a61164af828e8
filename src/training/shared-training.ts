import type { TrainedArrays } from './adam.js';

/** The memory that the threads of a training share; plain data that a message can carry. */
export interface SharedMemory {
  readonly workers: number;
  readonly length: number;
  /** The four trained arrays, one after the other. */
  readonly state: SharedArrayBuffer;
  /** A copy of them for the main thread to write to disk while the training goes on. */
  readonly snapshot: SharedArrayBuffer;
  /** One array of gradients a worker. */
  readonly gradients: SharedArrayBuffer;
  /** A loss a worker. */
  readonly losses: SharedArrayBuffer;
  /** `Plan`'s numbers. */
  readonly plan: SharedArrayBuffer;
  /** `Meeting`'s and `Wishes`' integers. */
  readonly control: SharedArrayBuffer;
}

/** @param length - parameters of the network. */
export function allocateShared(workers: number, length: number): SharedMemory {
  const floats = (count: number) => new SharedArrayBuffer(4 * count);
  return {
    workers,
    length,
    state: floats(4 * length),
    snapshot: floats(4 * length),
    gradients: floats(workers * length),
    losses: floats(workers),
    plan: new SharedArrayBuffer(16),
    control: new SharedArrayBuffer(64),
  };
}

/** Views of four arrays that lie one after the other. */
export function trainedArrays(buffer: SharedArrayBuffer, length: number): TrainedArrays {
  const part = (index: number) => new Float32Array(buffer, 4 * index * length, length);
  return { weights: part(0), firstMoment: part(1), secondMoment: part(2), average: part(3) };
}

/** Indices into the control integers. */
const ARRIVED = 0;
const MEETINGS = 1;
const BROKEN = 2;
const STOP = 3;
const PREVIEW = 4;
const SNAPSHOT_TAKEN = 5;

/** Where the workers wait for each other, asleep: nobody spins. */
export class Meeting {
  readonly #control: Int32Array;
  readonly #workers: number;

  constructor({ control, workers }: SharedMemory) {
    this.#control = new Int32Array(control);
    this.#workers = workers;
  }

  /** Returns when all workers have come here. @returns false if one of them has failed: none of them will come again. */
  wait(): boolean {
    const meeting = Atomics.load(this.#control, MEETINGS);
    if (Atomics.add(this.#control, ARRIVED, 1) === this.#workers - 1) {
      Atomics.store(this.#control, ARRIVED, 0);
      Atomics.add(this.#control, MEETINGS, 1);
      Atomics.notify(this.#control, MEETINGS);
    } else {
      while (Atomics.load(this.#control, MEETINGS) === meeting && !this.#isBroken()) {
        Atomics.wait(this.#control, MEETINGS, meeting);
      }
    }
    return !this.#isBroken();
  }

  /** Lets all go who wait or will: this worker comes no more. */
  breakOff(): void {
    Atomics.store(this.#control, BROKEN, 1);
    Atomics.add(this.#control, MEETINGS, 1);
    Atomics.notify(this.#control, MEETINGS);
  }

  #isBroken(): boolean {
    return Atomics.load(this.#control, BROKEN) === 1;
  }
}

/** What the main thread asks of the leading worker; it looks between two steps. */
export class Wishes {
  readonly #control: Int32Array;

  constructor({ control }: SharedMemory) {
    this.#control = new Int32Array(control);
  }

  stop(): void {
    Atomics.store(this.#control, STOP, 1);
  }

  get isStopWished(): boolean {
    return Atomics.load(this.#control, STOP) === 1;
  }

  wishPreview(): void {
    Atomics.store(this.#control, PREVIEW, 1);
  }

  /** @returns whether a preview is wished for; that is then fulfilled. */
  takePreview(): boolean {
    return Atomics.exchange(this.#control, PREVIEW, 0) === 1;
  }

  /** @returns false while the main thread still writes the last snapshot; else it is taken, until `freeSnapshot`. */
  takeSnapshot(): boolean {
    return Atomics.compareExchange(this.#control, SNAPSHOT_TAKEN, 0, 1) === 0;
  }

  freeSnapshot(): void {
    Atomics.store(this.#control, SNAPSHOT_TAKEN, 0);
  }
}

/** What the leading worker has decided for the step that comes. */
export class Plan {
  readonly #numbers: Float64Array;

  constructor({ plan }: SharedMemory) {
    this.#numbers = new Float64Array(plan);
  }

  /** The learning rate; 0 ends the training. */
  get rate(): number {
    return this.#numbers[0]!;
  }

  set rate(value: number) {
    this.#numbers[0] = value;
  }
}
