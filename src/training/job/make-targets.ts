import { basename } from 'node:path';
import { demoClipPath } from '../../capture/demo-clip.js';
import { UserError } from '../../errors.js';
import { Kernels } from '../../kernels/kernels.js';
import { type Driver, loadDriver } from '../driver.js';
import { loadPortrait, type Portrait } from '../portrait.js';
import { TargetMaker } from '../targets.js';
import { findDriverFiles } from './driver-files.js';
import { writeFaceNotes } from './face-notes.js';
import type { TrainingJob } from './job.js';
import type { JobFolder } from './job-folder.js';
import { PairCollector } from './pair-collector.js';
import type { JobHooks } from './run-job.js';
import { writeTrainingSet } from './training-set-file.js';
import { WORK_FILES } from './work-files.js';

/** Pairs beyond this teach little that is new. */
const PAIRS_MAX = 1600;
/** The set lies in memory while it trains. */
const SET_BYTES_MAX = 320 << 20;
const BYTES_PER_PIXEL = 8;
/** Pictures are stored with so much more on each side, as a share of their size, which turned and shifted ones show. */
const MARGIN_SHARE = 1 / 16;
/** The end of each recording is never learnt from: neighbouring frames are too much alike to be measured with. */
const UNSEEN_SHARE = 0.06;
/** Of the faces in pictures, each of so many is never learnt from. */
const UNSEEN_FACE = 12;
const UNSEEN_MAX = 256;
/** Faces of pictures that are worn by those who move; each costs a second to cut out. */
const FACES_MAX = 96;
/** Faces in kernel memory at a time. */
const FACES_AT_ONCE = 8;
/** Kernel memory of one maker at the largest size, and of what else a pass needs. Reserved, and used as it is touched. */
const MAKER_BYTES = 16 << 20;

/** A face that is worn in the pictures that are learnt from. */
interface WornFace {
  readonly portrait: Portrait;
  readonly isUnseen: boolean;
}

/** Makes the pictures of a job: what is learnt from, and what is kept back to measure with. */
export async function makeTargets(folder: JobFolder, hooks: JobHooks): Promise<boolean> {
  const { job } = folder;
  const tell = reporter(job, hooks);
  if (job.face.kind !== 'portrait') throw new Error('only portraits are warped');
  tell('looking at the portrait', 0, null);
  const portrait = await loadPortrait(folder.file(job.face.file));
  const drivers = await loadDrivers(folder, hooks);
  if (drivers === null) return false;
  const faces = job.driver.kind === 'faces' ? await loadFaces(job.driver.folder, job, hooks) : [];
  if (faces === null) return false;

  const margin = Math.round(job.size * MARGIN_SHARE);
  const most = Math.min(PAIRS_MAX, Math.floor(SET_BYTES_MAX / (BYTES_PER_PIXEL * (job.size + 2 * margin) ** 2)));
  const learnt = new PairCollector(most, job.size, margin);
  const unseen = new PairCollector(UNSEEN_MAX, job.size, margin);
  const passes = drivers.flatMap((driver, at) => {
    // Every driver wears each n-th face: all are seen in motion, and none costs more than its share.
    const worn = faces.filter((_, face) => face % drivers.length === at);
    const groups = Array.from({ length: Math.ceil(worn.length / FACES_AT_ONCE) }, (_, group) =>
      worn.slice(group * FACES_AT_ONCE, (group + 1) * FACES_AT_ONCE),
    );
    return [[], ...groups].map((group) => ({ driver, worn: group }));
  });
  const pairsEach = Math.ceil(most / passes.length);
  const total = passes.reduce((sum, { driver }) => sum + Math.min(pairsEach, driver.frames.length), 0);
  for (const { driver, worn } of passes) {
    const isWhole = await collect({ driver, worn, portrait, pairsEach, job, learnt, unseen, hooks, tell, total });
    if (!isWhole) return false;
  }
  writeTrainingSet(folder.file(WORK_FILES.set), learnt.finish());
  writeTrainingSet(folder.file(WORK_FILES.unseen), unseen.finish());
  const trainedOn = describeInputs(job, drivers.length, faces.length);
  const user = job.driver.kind === 'faces' ? null : Array.from(drivers[0]!.neutral);
  writeFaceNotes(folder, { user, trainedOn, pairs: learnt.count });
  return true;
}

interface Pass {
  readonly driver: Driver;
  readonly worn: readonly WornFace[];
  readonly portrait: Portrait;
  readonly pairsEach: number;
  readonly job: TrainingJob;
  readonly learnt: PairCollector;
  readonly unseen: PairCollector;
  readonly hooks: JobHooks;
  readonly tell: (doing: string, done: number, total: number | null) => void;
  /** Pairs of all passes. */
  readonly total: number;
}

/** One reading of a recording, by itself or with faces that are worn in turn. Resolves to false if it was ended. */
async function collect(pass: Pass): Promise<boolean> {
  const { driver, worn, portrait, job, hooks, learnt, unseen } = pass;
  const options = { side: job.size, margin: Math.round(job.size * MARGIN_SHARE) };
  const kernels = await Kernels.load(driver.layout.byteLength + (worn.length + 2) * MAKER_BYTES);
  const avatar = new TargetMaker(kernels, portrait, driver.neutral, options);
  const makers = worn.map((face) => ({
    ...face,
    maker: new TargetMaker(kernels, face.portrait, driver.neutral, options),
  }));
  const { frames } = driver;
  const firstUnseen = Math.floor(frames.length * (1 - UNSEEN_SHARE));
  const step = Math.max(1, frames.length / pass.pairsEach);
  let [at, next, made] = [0, 0, 0];
  for await (const { frame, points } of driver.read(kernels)) {
    if (hooks.signal.aborted) return false;
    if (at++ < next) continue;
    next += step;
    const pair = avatar.make(frame, points);
    const face = makers[made++ % Math.max(1, makers.length)];
    const into = at > firstUnseen || face?.isUnseen ? unseen : learnt;
    into.add(pair, face ? face.maker.make(frame, points) : null);
    const done = learnt.count + unseen.count;
    if (made % 8 === 0) pass.tell(`drawing what ${basename(driver.path)} should become`, done, pass.total);
  }
  return true;
}

/** Those who move. Null if it was ended. */
async function loadDrivers(folder: JobFolder, hooks: JobHooks): Promise<readonly Driver[] | null> {
  const { job } = folder;
  const paths = driverPaths(folder);
  const drivers: Driver[] = [];
  for (const [at, path] of paths.entries()) {
    if (hooks.signal.aborted) return null;
    reporter(job, hooks)(`following the face in ${basename(path)}`, at, paths.length);
    drivers.push(await loadDriver(path));
  }
  return drivers;
}

function driverPaths(folder: JobFolder): readonly string[] {
  const { driver } = folder.job;
  switch (driver.kind) {
    case 'guided':
      return [folder.file(driver.file)];
    case 'recording':
      return [driver.path];
    case 'faces': {
      const { clips } = findDriverFiles(driver.folder);
      // Pictures do not move: the demo clip lends them its motion.
      return clips.length > 0 ? clips : [demoClipPath()];
    }
  }
}

/** The faces in the pictures of a folder. Those that show none, or several, are left out. Null if it was ended. */
async function loadFaces(folder: string, job: TrainingJob, hooks: JobHooks): Promise<readonly WornFace[] | null> {
  const { stills } = findDriverFiles(folder);
  const chosen = spread(stills, FACES_MAX);
  const faces: WornFace[] = [];
  let unusable = 0;
  for (const [at, path] of chosen.entries()) {
    if (hooks.signal.aborted) return null;
    if (at % 4 === 0) reporter(job, hooks)('cutting out faces', at, chosen.length);
    try {
      faces.push({ portrait: await loadPortrait(path), isUnseen: at % UNSEEN_FACE === UNSEEN_FACE - 1 });
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'INPUT_INVALID') throw error;
      unusable++;
    }
  }
  if (unusable > 0) hooks.onMessage(`${unusable} of ${chosen.length} pictures left out: no single face from the front`);
  return faces;
}

/** At most `most` of the items, evenly. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)]!);
}

function describeInputs({ face, driver }: TrainingJob, recordings: number, faces: number): string[] {
  const portrait = face.kind === 'portrait' ? `portrait ${face.original}` : 'recording of the depicted';
  switch (driver.kind) {
    case 'guided':
      return [portrait, 'a minute of the user, recorded for this'];
    case 'recording':
      return [portrait, 'a recording of the user'];
    case 'faces':
      return [portrait, `${recordings} recordings and ${faces} faces of others`];
  }
}

function reporter({ name, size }: TrainingJob, hooks: JobHooks) {
  return (doing: string, done: number, total: number | null) =>
    hooks.onTelemetry({ name, size, stage: { kind: 'targets', doing, done, total }, losses: [] });
}
