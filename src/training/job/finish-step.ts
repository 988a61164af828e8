import { checkAvatarGraph } from '../../inference/onnx/check-graph.js';
import { type Checkpoint, readCheckpoint } from '../checkpoint.js';
import { inferenceModel } from '../inference-model.js';
import { quantize } from '../quantize/quantize.js';
import { renderReport, type SetLine } from '../report.js';
import { loadStillFace } from './avatar-face.js';
import { manifestOf } from './avatar-manifest.js';
import { reportOf } from './avatar-report.js';
import { cardPicture, pngOf } from './card-picture.js';
import { readFaceNotes } from './face-notes.js';
import type { JobFolder } from './job-folder.js';
import { measureNetwork } from './measure-network.js';
import type { JobHooks, JobSteps } from './run-job.js';
import { readLosses } from './train-step.js';
import { readTrainingSet } from './training-set-file.js';
import { type FlatPair, flatPairs } from './unseen-pictures.js';
import { WORK_FILES } from './work-files.js';
import { type PackTarget, writeAvatar } from './write-avatar.js';

/** As many as show what numbers occur; each costs a run of the network with all its values kept. */
const CALIBRATION_PICTURES = 48;
const MEASURED_PICTURES = 48;
const PARTS = ['making it small and fast', 'measuring it', 'drawing the report', 'writing the pack'];

/** What only the program knows. */
export interface FinishOptions extends PackTarget {
  /** Sets a line of text as outlines. */
  readonly setLine: SetLine;
}

/** The last step of a job: from the checkpoint to a pack. */
export function finisher(options: FinishOptions): JobSteps['finish'] {
  return (folder, hooks) => finish(folder, hooks, options);
}

async function finish(folder: JobFolder, hooks: JobHooks, options: FinishOptions): Promise<string | false> {
  const { job } = folder;
  const losses = readLosses(folder).points;
  const begin = (part: number): boolean => {
    const stage = { kind: 'finishing', doing: PARTS[part]!, done: part, total: PARTS.length } as const;
    hooks.onTelemetry({ name: job.name, size: job.size, stage, losses });
    return !hooks.signal.aborted;
  };

  if (!begin(0)) return false;
  const { header: training, arrays } = await checkpointOf(folder);
  const fp32 = inferenceModel({ network: training.network, values: arrays.average });
  const learnt = pairsOf(folder, WORK_FILES.set, CALIBRATION_PICTURES);
  const int8 = await quantize(
    fp32,
    learnt.map(({ face, guide }) => ({ face, guide })),
  );

  if (!begin(1)) return false;
  const unseen = pairsOf(folder, WORK_FILES.unseen, MEASURED_PICTURES);
  const measured = await measureNetwork(fp32, int8, unseen);

  if (!begin(2)) return false;
  const { portrait, still } = await loadStillFace(folder);
  const { multiplyAccumulates: macs } = checkAvatarGraph(fp32);
  const made = { job, training, portrait, notes: readFaceNotes(folder), measured, macs };
  const contents = new Map([
    ['fp32.onnx', fp32],
    ['int8.onnx', int8],
    ['texture.png', await pngOf(portrait.texture)],
    ['preview.png', await cardPicture(still, job.face.original)],
    ['report.png', await renderReport(reportOf(made, unseen), options.setLine)],
  ] as const);

  if (!begin(3)) return false;
  return writeAvatar(folder, contents, manifestOf(made), options);
}

async function checkpointOf(folder: JobFolder): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(folder.file(WORK_FILES.checkpoint));
  if (checkpoint === null) throw new Error(`${folder.path} has no checkpoint, though its training is over`);
  return checkpoint;
}

function pairsOf(folder: JobFolder, file: string, most: number): FlatPair[] {
  return flatPairs(readTrainingSet(folder.file(file)), most);
}
