import type { AvatarManifest } from '../../avatar/manifest.js';
import { checkAvatarGraph } from '../../inference/onnx/check-graph.js';
import { readCheckpoint } from '../checkpoint.js';
import { inferenceModel } from '../inference-model.js';
import { makePortrait, type Portrait, readStill } from '../portrait.js';
import { choosePrecision, comparePrecision } from '../quantize/compare-precision.js';
import { quantize } from '../quantize/quantize.js';
import { type Report, renderReport, type SetLine } from '../report.js';
import { cardPicture, pngOf } from './card-picture.js';
import { type FaceNotes, readFaceNotes } from './face-notes.js';
import type { JobFolder } from './job-folder.js';
import { median, runNetwork } from './measure-network.js';
import type { JobHooks, JobSteps } from './run-job.js';
import { readLosses } from './train-step.js';
import { readTrainingSet } from './training-set-file.js';
import { type FlatPair, flatPairs, nearness, onGrey } from './unseen-pictures.js';
import { WORK_FILES } from './work-files.js';
import { type PackTarget, writeAvatar } from './write-avatar.js';

/** As many as show what numbers occur; each costs a run of the network with all its values kept. */
const CALIBRATION_PICTURES = 48;
const MEASURED_PICTURES = 48;
/** Columns of the report. */
const SHOWN_PICTURES = 6;
/** The mask of the targets is faded over so much inside its edge, as a share of the window. */
const FEATHER = 0.03;
const PARTS = [
  'writing the network down',
  'making it small and fast',
  'measuring it',
  'drawing the report',
  'writing the pack',
];
/** Points of the face mesh that a pack tells of. */
const MESH_POINTS = 468;

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
  const begin = (part: number): boolean => {
    const stage = { kind: 'finishing', doing: PARTS[part]!, done: part, total: PARTS.length } as const;
    hooks.onTelemetry({ name: job.name, size: job.size, stage, losses: readLosses(folder).points });
    return !hooks.signal.aborted;
  };

  if (!begin(0)) return false;
  const checkpoint = await readCheckpoint(folder.file(WORK_FILES.checkpoint));
  if (checkpoint === null) throw new Error(`${folder.path} has no checkpoint, though its training is over`);
  const { network, step, elapsedMs, batch, length } = checkpoint.header;
  const fp32 = inferenceModel({ network, values: checkpoint.arrays.average });
  const learnt = flatPairs(readTrainingSet(folder.file(WORK_FILES.set)), CALIBRATION_PICTURES);
  const unseen = flatPairs(readTrainingSet(folder.file(WORK_FILES.unseen)), MEASURED_PICTURES);

  if (!begin(1)) return false;
  const int8 = await quantize(
    fp32,
    learnt.map(({ face }) => face),
  );

  if (!begin(2)) return false;
  const loss = await comparePrecision(
    fp32,
    int8,
    unseen.map(({ face }) => face),
  );
  const { precision, reason } = choosePrecision(loss);
  const exact = await runNetwork(fp32, unseen);
  const small = await runNetwork(int8, unseen);
  const worn = precision === 'int8' ? small : exact;
  const targetDb = median(unseen.map((pair, at) => nearness(pair, worn.avatars[at]!)));

  if (!begin(3)) return false;
  const notes = readFaceNotes(folder);
  const measured = { targetDb, int8Db: loss.psnrDb.median, fp32Ms: exact.milliseconds, int8Ms: small.milliseconds };
  const report = reportOf(folder, notes, { ...measured, step, minutes: elapsedMs / 60_000 }, unseen, worn.avatars);
  const still = await readStill(folder.file(job.face.file));
  const portrait = await makePortrait(still, job.face.original);
  const contents = new Map([
    ['fp32.onnx', fp32],
    ['int8.onnx', int8],
    ['texture.png', await pngOf(portrait.texture)],
    ['preview.png', await cardPicture(still, job.face.original)],
    ['report.png', new Uint8Array(await renderReport(report, options.setLine))],
  ] as const);

  if (!begin(4)) return false;
  const manifest: AvatarManifest = {
    format: 1,
    name: job.name,
    title: job.title,
    kind: job.kind,
    created: new Date().toISOString(),
    network: {
      size: network.size,
      parameters: length,
      macs: checkAvatarGraph(fp32).multiplyAccumulates,
      fp32: { file: 'fp32.onnx', milliseconds: rounded(exact.milliseconds) },
      int8: { file: 'int8.onnx', milliseconds: rounded(small.milliseconds), psnrDb: rounded(loss.psnrDb.median) },
      run: precision,
      reason,
    },
    alignment: 'mien',
    neutral: { avatar: shapeOf(portrait.neutral), user: notes.user && shapeOf(notes.user) },
    texture: { file: 'texture.png', points: texturePoints(portrait) },
    mask: { feather: FEATHER },
    preview: 'preview.png',
    report: 'report.png',
    source: job.source,
    card: {
      recipe: 'one portrait',
      trainedOn: notes.trainedOn,
      minutes: rounded(elapsedMs / 60_000),
      steps: step,
      images: step * batch,
      command: job.command,
      seed: job.seed,
      figures: {
        'PSNR to the target on unseen frames, dB': rounded(targetDb),
        'PSNR of INT8 to fp32 on unseen frames, dB': rounded(loss.psnrDb.median),
        'pairs learnt from': notes.pairs,
        'pairs measured with': unseen.length,
      },
    },
  };
  return writeAvatar(folder, contents, manifest, options);
}

interface Measured {
  readonly targetDb: number;
  readonly int8Db: number;
  readonly fp32Ms: number;
  readonly int8Ms: number;
  readonly step: number;
  readonly minutes: number;
}

function reportOf(
  { job }: JobFolder,
  { trainedOn, pairs }: FaceNotes,
  measured: Measured,
  unseen: readonly FlatPair[],
  avatars: readonly Float32Array[],
): Report {
  const shown = Array.from({ length: Math.min(SHOWN_PICTURES, unseen.length) }, (_, at) =>
    Math.floor(((at + 0.5) * unseen.length) / SHOWN_PICTURES),
  );
  const figure = (name: string, value: string, isReached: boolean | null = null) => ({ name, value, isReached });
  return {
    title: job.title,
    subtitle: `${job.size} px, ${measured.minutes.toFixed(1)} minutes, ${measured.step} steps; ${trainedOn.join('; ')}`,
    rows: [
      { label: 'target', pictures: shown.map((at) => onGrey(unseen[at]!.target, job.size)) },
      { label: 'result', pictures: shown.map((at) => onGrey(avatars[at]!, job.size)) },
    ],
    figures: [
      figure('PSNR on unseen frames', `${measured.targetDb.toFixed(1)} dB`),
      figure('PSNR of INT8 to fp32', `${measured.int8Db.toFixed(1)} dB`, measured.int8Db >= 40),
      figure('a frame, fp32 / INT8', `${measured.fp32Ms.toFixed(1)} / ${measured.int8Ms.toFixed(1)} ms`),
      figure('pairs learnt from', String(pairs)),
    ],
  };
}

/** Two digits after the point are all that means something; a file's numbers are compared by people. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function shapeOf(points: ArrayLike<number>): [number, number, number][] {
  const at = (index: number) => Math.round(points[index]! * 1e4) / 1e4;
  return Array.from({ length: MESH_POINTS }, (_, point) => [at(3 * point), at(3 * point + 1), at(3 * point + 2)]);
}

function texturePoints({ texture, points }: Portrait): [number, number][] {
  const share = (value: number, side: number) => Math.min(1, Math.max(0, Math.round((value / side) * 1e5) / 1e5));
  return Array.from({ length: MESH_POINTS }, (_, point) => [
    share(points[3 * point]!, texture.width),
    share(points[3 * point + 1]!, texture.height),
  ]);
}
