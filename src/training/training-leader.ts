import { makePreview } from './preview.js';
import { progressOf, rateAt } from './schedule.js';
import { Plan, Wishes } from './shared-training.js';
import type { StepSession } from './step-session.js';
import type { FromTrainingWorker, TrainingJob, TrainingPoint } from './training-messages.js';

/** Where the time of a step goes, in milliseconds. */
export interface StepTimes {
  readonly sampleMs: number;
  readonly runMs: number;
  readonly updateMs: number;
}

/** What worker 0 does between two steps, while all the others sleep: it decides, reports, and copies the state aside. */
export class TrainingLeader {
  readonly #job: TrainingJob;
  readonly #session: StepSession;
  readonly #average: Float32Array;
  readonly #send: (message: FromTrainingWorker) => void;
  readonly #plan: Plan;
  readonly #wishes: Wishes;
  readonly #losses: Float32Array;
  readonly #startedAt = performance.now();
  #snapshotAt = performance.now();
  #reportedAt = performance.now();
  #sums = { steps: 0, loss: 0, sampleMs: 0, runMs: 0, updateMs: 0 };

  constructor(
    job: TrainingJob,
    session: StepSession,
    average: Float32Array,
    send: (message: FromTrainingWorker) => void,
  ) {
    this.#job = job;
    this.#session = session;
    this.#average = average;
    this.#send = send;
    this.#plan = new Plan(job.shared);
    this.#wishes = new Wishes(job.shared);
    this.#losses = new Float32Array(job.shared.losses);
  }

  /** Adds the step that has just been done to the figures. */
  count({ sampleMs, runMs, updateMs }: StepTimes): void {
    this.#sums.steps++;
    this.#sums.loss += this.#losses.reduce((sum, loss) => sum + loss, 0) / this.#losses.length;
    this.#sums.sampleMs += sampleMs;
    this.#sums.runMs += runMs;
    this.#sums.updateMs += updateMs;
  }

  /** Decides whether and how fast to learn in the step to come, and sees to everything that waits for a pause. */
  async plan(step: number): Promise<void> {
    const { budget, learningRate, progressEveryMs, snapshotEveryMs } = this.#job;
    const now = performance.now();
    const point = { step, elapsedMs: this.elapsedMs };
    const progress = progressOf(budget, step, point.elapsedMs);
    const isOver = progress >= 1 || this.#wishes.isStopWished;
    if (this.#sums.steps > 0 && (isOver || now - this.#reportedAt >= progressEveryMs))
      this.#report(point, progress, now);
    if (this.#wishes.takePreview()) {
      const preview = await makePreview(this.#session, this.#job.set, this.#average, step);
      this.#send({ kind: 'preview', preview });
    }
    if (!isOver && now - this.#snapshotAt >= snapshotEveryMs && this.#wishes.takeSnapshot()) {
      new Uint8Array(this.#job.shared.snapshot).set(new Uint8Array(this.#job.shared.state));
      this.#snapshotAt = now;
      this.#send({ kind: 'snapshot', point });
    }
    this.#plan.rate = isOver ? 0 : learningRate * rateAt(budget, step, progress);
  }

  /** Time at work, earlier runs included. */
  get elapsedMs(): number {
    return this.#job.done.elapsedMs + performance.now() - this.#startedAt;
  }

  #report(point: TrainingPoint, progress: number, now: number): void {
    const { steps, loss, sampleMs, runMs, updateMs } = this.#sums;
    const seconds = (now - this.#reportedAt) / 1000;
    this.#send({
      kind: 'progress',
      progress: {
        ...point,
        loss: loss / steps,
        imagesPerSecond: (steps * this.#job.batch) / seconds,
        leftMs: progress > 0 ? (point.elapsedMs * (1 - progress)) / progress : null,
        progress,
        sampleMs: sampleMs / steps,
        runMs: runMs / steps,
        updateMs: updateMs / steps,
      },
    });
    this.#reportedAt = now;
    this.#sums = { steps: 0, loss: 0, sampleMs: 0, runMs: 0, updateMs: 0 };
  }
}
