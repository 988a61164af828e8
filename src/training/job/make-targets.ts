import { basename } from 'node:path';
import { Kernels } from '../../kernels/kernels.js';
import type { Driver } from '../driver.js';
import type { Portrait } from '../portrait.js';
import { TargetMaker, type TargetOptions } from '../targets.js';
import { TrainingGuide } from '../training-guide.js';
import { loadAvatarFace, pairMaker } from './avatar-face.js';
import { loadDrivers } from './drivers.js';
import { writeFaceNotes } from './face-notes.js';
import type { TrainingJob } from './job.js';
import type { JobFolder } from './job-folder.js';
import { PairCollector } from './pair-collector.js';
import type { JobHooks, Report } from './run-job.js';
import { writeTrainingSet } from './training-set-file.js';
import { WORK_FILES } from './work-files.js';
import { loadWornFaces, type WornFace } from './worn-faces.js';

/** Pairs beyond this teach little that is new. */
const PAIRS_MAX = 1600;
/** The set lies in memory while it trains. */
const SET_BYTES_MAX = 320 << 20;
const BYTES_PER_PIXEL = 12;
/** Pictures are stored with so much more on each side, as a share of their size, which turned and shifted ones show. */
const MARGIN_SHARE = 1 / 16;
/**
 * The end of every so many frames is never learnt from, but measured with: whole stretches from all over a recording, for
 * single frames would be too much like their neighbours.
 */
const STRETCH_FRAMES = 200;
const UNSEEN_SHARE = 0.06;
const UNSEEN_MAX = 256;
/** Faces in kernel memory at a time. */
const FACES_AT_ONCE = 8;
/** Kernel memory of a maker at the largest size. Reserved only; what is not touched costs nothing. */
const MAKER_BYTES = 16 << 20;

/** What all passes share. */
interface Work {
  readonly portraits: readonly Portrait[];
  readonly options: Required<TargetOptions>;
  readonly doubt: 'measured' | 'learnt';
  readonly learnt: PairCollector;
  readonly unseen: PairCollector;
  readonly signal: AbortSignal;
  readonly report: Report;
  /** Pairs in the end. */
  readonly total: number;
}

/** Makes the pictures of a job: what is learnt from, and what is kept back to measure with. */
export async function makeTargets(folder: JobFolder, hooks: JobHooks): Promise<boolean> {
  const { job } = folder;
  const report: Report = (doing, done, total) =>
    hooks.onTelemetry({ name: job.name, size: job.size, stage: { kind: 'targets', doing, done, total }, losses: [] });
  report(`looking at the ${job.face.kind}`, 0, null);
  const portraits = await loadAvatarFace(folder);
  const options = { side: job.size, margin: Math.round(job.size * MARGIN_SHARE) };
  const most = Math.min(
    PAIRS_MAX,
    Math.floor(SET_BYTES_MAX / (BYTES_PER_PIXEL * (options.side + 2 * options.margin) ** 2)),
  );
  const learnt = new PairCollector(most, options.side, options.margin);
  const unseen = new PairCollector(UNSEEN_MAX, options.side, options.margin);

  const drivers = await loadDrivers(folder, hooks, report);
  if (drivers === null) return false;
  const onPair: Parameters<typeof loadWornFaces>[1]['onPair'] = (pair, guide, isUnseen) =>
    (isUnseen ? unseen : learnt).add(pair, guide);
  const faces =
    job.driver.kind === 'faces'
      ? await loadWornFaces(job.driver.folder, { avatar: portraits, options, onPair }, hooks, report)
      : [];
  if (faces === null) return false;

  const passes = passesOf(drivers, faces);
  const pairsEach = Math.ceil((most - learnt.count) / passes.length);
  const made = learnt.count + unseen.count;
  const total = passes.reduce((sum, { driver }) => sum + Math.min(pairsEach, driver.frames.length), made);
  const doubt = job.driver.kind === 'faces' ? 'learnt' : 'measured';
  const work: Work = { portraits, options, doubt, learnt, unseen, report, total, signal: hooks.signal };
  for (const pass of passes) if (!(await collect(pass, pairsEach, work))) return false;

  writeTrainingSet(folder.file(WORK_FILES.set), learnt.finish());
  writeTrainingSet(folder.file(WORK_FILES.unseen), unseen.finish());
  writeFaceNotes(folder, {
    user: job.driver.kind === 'faces' ? null : Array.from(drivers[0]!.neutral),
    trainedOn: describeInputs(job, drivers.length, faces.length),
    pairs: learnt.count,
  });
  return true;
}

/** One reading of a recording: by itself, or with faces that are worn in it in turn. */
interface Pass {
  readonly driver: Driver;
  readonly worn: readonly WornFace[];
}

/** Every recording by itself, and with its share of the faces: all are seen in motion, and none more than others. */
function passesOf(drivers: readonly Driver[], faces: readonly WornFace[]): readonly Pass[] {
  return drivers.flatMap((driver, at) => {
    const share = faces.filter((_, face) => face % drivers.length === at);
    const groups = Array.from({ length: Math.ceil(share.length / FACES_AT_ONCE) }, (_, group) =>
      share.slice(group * FACES_AT_ONCE, (group + 1) * FACES_AT_ONCE),
    );
    return [[], ...groups].map((worn) => ({ driver, worn }));
  });
}

/** Resolves to false if it was ended before. */
async function collect({ driver, worn }: Pass, pairs: number, work: Work): Promise<boolean> {
  const { portraits, options, doubt, learnt, unseen, signal, report, total } = work;
  const kernels = await Kernels.load(driver.layout.byteLength + (worn.length + portraits.length + 2) * MAKER_BYTES);
  const avatar = pairMaker(kernels, portraits, driver.neutral, options);
  const guide = new TrainingGuide(kernels, portraits[0]!, driver.neutral, options, doubt);
  const makers = worn.map((face) => ({
    isUnseen: face.isUnseen,
    maker: new TargetMaker(kernels, face.portrait, driver.neutral, options),
  }));
  const { frames } = driver;
  const stretch = frames.length / Math.max(1, Math.round(frames.length / STRETCH_FRAMES));
  const step = Math.max(1, frames.length / pairs);
  let [at, next, made] = [0, 0, 0];
  for await (const { frame, points } of driver.read(kernels)) {
    if (signal.aborted) return false;
    if (at++ < next) continue;
    next += step;
    const face = makers[made++ % Math.max(1, makers.length)];
    const isUnseen = (at - 0.5) % stretch > stretch * (1 - UNSEEN_SHARE);
    const into = isUnseen || face?.isUnseen ? unseen : learnt;
    const pair = avatar.make(frame, points);
    into.add(pair, guide.draw(points, pair.window), face ? face.maker.make(frame, points) : null);
    if (made % 8 === 0)
      report(`drawing what ${basename(driver.path)} should become`, learnt.count + unseen.count, total);
  }
  return true;
}

/** For the model card: in words, and without the names of the user's files. */
function describeInputs({ face, driver }: TrainingJob, recordings: number, faces: number): string[] {
  const portrait = face.kind === 'portrait' ? `portrait ${face.original}` : 'a recording of the depicted';
  switch (driver.kind) {
    case 'guided':
      return [portrait, 'a minute of the user, recorded for this'];
    case 'recording':
      return [portrait, 'a recording of the user'];
    case 'faces':
      return [
        portrait,
        `${recordings} recordings and ${faces} pictures of faces${driver.source === null ? '' : `: ${driver.source}`}`,
      ];
  }
}
