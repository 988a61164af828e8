import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorRecord } from '../errors.js';
import { adamStep } from './adam.js';
import { Sampler } from './augmentation.js';
import { Random } from './random.js';
import { progressOf } from './schedule.js';
import { Meeting, Plan, trainedArrays } from './shared-training.js';
import { StepSession } from './step-session.js';
import { TrainingLeader } from './training-leader.js';
import type { FromTrainingWorker, TrainingJob } from './training-messages.js';

// A training thread: its share of each batch through the network, then its share of the weights through Adam.

/** Other programs go first: the training takes what they leave. */
const NICENESS = 10;

const port = parentPort;
if (!port) throw new Error('training-worker is started by trainAvatar, as a worker thread');
const send = (message: FromTrainingWorker) => port.postMessage(message);

train(workerData as TrainingJob).catch((thrown: unknown) => send({ kind: 'failed', error: toErrorRecord(thrown) }));

async function train(job: TrainingJob): Promise<void> {
  const meeting = new Meeting(job.shared);
  try {
    // On Linux a priority belongs to a thread, and process 0 is the calling one.
    setPriority(0, NICENESS);
    const session = await StepSession.open(job.network, job.batch / job.shared.workers, job.device);
    try {
      await takeSteps(job, session, meeting);
    } finally {
      await session.close();
    }
  } catch (error) {
    meeting.breakOff();
    throw error;
  }
}

async function takeSteps(job: TrainingJob, session: StepSession, meeting: Meeting): Promise<void> {
  const { index, shared, seed, set } = job;
  const { length, workers } = shared;
  const plan = new Plan(shared);
  const arrays = trainedArrays(shared.state, length);
  const gradients = Array.from(
    { length: workers },
    (_, i) => new Float32Array(shared.gradients, 4 * i * length, length),
  );
  const losses = new Float32Array(shared.losses);
  const sampler = new Sampler(set, job.variation, new Random(seed));
  const [start, end] = [index, index + 1].map((worker) => Math.floor((length * worker) / workers)) as [number, number];
  if (!meeting.wait()) return;
  const leader = index === 0 ? new TrainingLeader(job, session, arrays.average, send) : null;
  let { step } = job.done;
  for (;;) {
    await leader?.plan(step);
    if (!meeting.wait()) return;
    if (plan.rate === 0) break;
    const began = performance.now();
    session.weights.set(arrays.weights);
    for (const [image, planes] of session.samples.entries()) {
      // By step and place in the batch: neither how many workers there are nor where a run was stopped changes the samples.
      const random = new Random(seed, step, index * session.samples.length + image);
      sampler.sample(random.below(set.count), random, planes);
    }
    const sampled = performance.now();
    const loss = await session.run();
    if (!Number.isFinite(loss)) throw new Error(`the training diverged: at step ${step} the loss is ${loss}`);
    losses[index] = loss;
    gradients[index]!.set(session.gradients);
    const ran = performance.now();
    if (!meeting.wait()) return;
    adamStep(arrays, gradients, step, plan.rate, start, end);
    if (!meeting.wait()) return;
    step++;
    leader?.count({ sampleMs: sampled - began, runMs: ran - sampled, updateMs: performance.now() - ran });
  }
  const elapsedMs = leader?.elapsedMs ?? 0;
  send({ kind: 'ended', point: { step, elapsedMs }, isFinished: progressOf(job.budget, step, elapsedMs) >= 1 });
}
