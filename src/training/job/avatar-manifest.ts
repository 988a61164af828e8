import { type AvatarManifest, SHAPE_POINTS } from '../../avatar/manifest.js';
import type { CheckpointHeader } from '../checkpoint.js';
import type { Portrait } from '../portrait.js';
import type { FaceNotes } from './face-notes.js';
import type { TrainingJob } from './job.js';
import type { MeasuredNetwork } from './measure-network.js';

/** The mask of the targets is faded over so much inside its edge, as a share of the window. */
const FEATHER = 0.03;

/** What a finished avatar is told by. */
export interface MadeAvatar {
  readonly job: TrainingJob;
  readonly training: CheckpointHeader;
  readonly portrait: Portrait;
  readonly notes: FaceNotes;
  readonly measured: MeasuredNetwork;
  /** Of one run. */
  readonly macs: number;
}

/** `avatar.json` of a finished avatar, its model card filled in. */
export function manifestOf({ job, training, portrait, notes, measured, macs }: MadeAvatar): AvatarManifest {
  return {
    format: 1,
    name: job.name,
    title: job.title,
    kind: job.kind,
    created: new Date().toISOString(),
    network: {
      size: training.network.size,
      parameters: training.length,
      macs,
      fp32: { file: 'fp32.onnx', milliseconds: rounded(measured.fp32Ms) },
      int8: { file: 'int8.onnx', milliseconds: rounded(measured.int8Ms), psnrDb: rounded(measured.int8Db) },
      run: measured.precision,
      reason: measured.reason,
    },
    alignment: 'mien',
    neutral: { avatar: shapeOf(portrait.neutral), user: notes.user && shapeOf(notes.user) },
    texture: { file: 'texture.png', points: texturePoints(portrait) },
    mask: { feather: FEATHER },
    preview: 'preview.png',
    report: 'report.png',
    source: job.source,
    card: {
      recipe: job.face.kind === 'portrait' ? 'one portrait' : 'a recording of the depicted',
      trainedOn: notes.trainedOn,
      minutes: rounded(training.elapsedMs / 60_000),
      steps: training.step,
      images: training.step * training.batch,
      command: job.command,
      seed: job.seed,
      figures: {
        'PSNR to the target on unseen frames, dB': rounded(measured.targetDb),
        'PSNR of INT8 to fp32 on unseen frames, dB': rounded(measured.int8Db),
        'pairs learnt from': notes.pairs,
        'pairs measured with': measured.avatars.length,
      },
    },
  };
}

/** Two digits after the point are all that means something. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function shapeOf(points: ArrayLike<number>): [number, number, number][] {
  const at = (index: number) => Math.round(points[index]! * 1e4) / 1e4;
  return Array.from({ length: SHAPE_POINTS }, (_, point) => [at(3 * point), at(3 * point + 1), at(3 * point + 2)]);
}

function texturePoints({ texture, points }: Portrait): [number, number][] {
  const share = (value: number, side: number) => Math.min(1, Math.max(0, Math.round((value / side) * 1e5) / 1e5));
  return Array.from({ length: SHAPE_POINTS }, (_, point) => [
    share(points[3 * point]!, texture.width),
    share(points[3 * point + 1]!, texture.height),
  ]);
}
