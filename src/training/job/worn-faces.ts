import { closeMouth } from '../../blending/close-mouth.js';
import { eyeOpenness } from '../../blending/expression.js';
import { fitPose, toCanonical } from '../../blending/face-pose.js';
import { UserError } from '../../errors.js';
import { i420Layout } from '../../frame/i420.js';
import { Kernels } from '../../kernels/kernels.js';
import type { Picture } from '../picture.js';
import { makePortrait, type Portrait, readStill } from '../portrait.js';
import { copyToFrame, findPortraitFace } from '../portrait-face.js';
import { Random } from '../random.js';
import type { TargetOptions, TargetPair } from '../targets.js';
import { TrainingGuide } from '../training-guide.js';
import { pairMaker } from './avatar-face.js';
import { findDriverFiles } from './driver-files.js';
import type { JobHooks, Report } from './run-job.js';

/** Faces that are taken of a folder; each costs half a second to cut out. */
const FACES_MAX = 96;
/** Each of so many is never learnt from. */
const UNSEEN_FACE = 12;
/** Height of the eyes over their width: whose eyes are closed shows neither them nor how they move. */
const OPEN_EYES = 0.15;
/** The largest still, as I420 and as RGB, and what makes pairs of it. Reserved only. */
const STILL_BYTES = 256 << 20;

/** The face of a picture, to be worn in recordings of others; and the picture itself, as one pair. */
export interface WornFace {
  readonly portrait: Portrait;
  /** Never learnt from: kept to measure with. */
  readonly isUnseen: boolean;
}

/**
 * Takes the faces of the pictures in a folder. Pictures that show none, several, or closed eyes are left out, and
 * told of. Each picture is
 * a pair by itself, for its hair, light and room.
 *
 * @param avatar - the portraits that they are to become.
 * @param onPair - called with the pair of each picture and its guide; they are overwritten by the next.
 * @returns null if it was ended before.
 */
export async function loadWornFaces(
  folder: string,
  {
    avatar,
    options,
    onPair,
  }: {
    avatar: readonly Portrait[];
    options: TargetOptions;
    onPair: (pair: TargetPair, guide: Uint8Array, isUnseen: boolean) => void;
  },
  { signal, onMessage }: JobHooks,
  report: Report,
): Promise<readonly WornFace[] | null> {
  const chosen = spread(findDriverFiles(folder).stills, FACES_MAX);
  const kernels = await Kernels.load(STILL_BYTES);
  const faces: WornFace[] = [];
  let unusable = 0;
  for (const [at, path] of chosen.entries()) {
    if (signal.aborted) return null;
    if (at % 4 === 0) report('cutting out faces', at, chosen.length);
    const isUnseen = at % UNSEEN_FACE === UNSEEN_FACE - 1;
    try {
      const still = await readStill(path);
      const portrait = await makePortrait(still, path);
      if (eyeOpenness(portrait.shape) < OPEN_EYES) {
        unusable++;
        continue;
      }
      faces.push({ portrait, isUnseen });
      const { points } = await findPortraitFace(still, path);
      pairOf(kernels, still, points, avatar, options, (pair, guide) => onPair(pair, guide, isUnseen));
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'INPUT_INVALID') throw error;
      unusable++;
    }
  }
  if (unusable > 0)
    onMessage(`${unusable} of ${chosen.length} pictures left out: no single face from the front, eyes open`);
  return faces;
}

/** What a still should become. How this face is at rest is not known: a smile counts as its rest, an open mouth does not. */
function pairOf(
  kernels: Kernels,
  still: Picture,
  points: Float32Array,
  avatar: readonly Portrait[],
  options: TargetOptions,
  use: (pair: TargetPair, guide: Uint8Array) => void,
): void {
  const mark = kernels.mark();
  try {
    const layout = i420Layout(still.width, still.height);
    const frame = { layout, address: kernels.alloc(layout.byteLength) };
    copyToFrame(still, kernels, frame);
    const shape = toCanonical(fitPose(points), points, new Float32Array(points.length));
    const neutral = closeMouth(shape);
    const pair = pairMaker(kernels, avatar, neutral, options).make(frame, points);
    const random = new Random(...points.subarray(0, 3));
    const guide = new TrainingGuide(kernels, avatar[0]!, neutral, options, 'learnt', random);
    use(pair, guide.draw(points, pair.window));
  } finally {
    kernels.release(mark);
  }
}

/** At most `most` of the items, evenly. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)]!);
}
