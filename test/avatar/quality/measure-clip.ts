import { fitPose } from '../../../src/blending/face-pose.js';
import { tensorToFrame, windowOf } from '../../../src/blending/face-window.js';
import { ClipQuality } from '../../../src/training/evaluation/clip-quality.js';
import { type FaceSignals, readSignals } from '../../../src/training/evaluation/face-signals.js';
import { type RgbPicture, resamplePicture } from '../../../src/training/evaluation/picture.js';
import { psnr } from '../../../src/training/evaluation/psnr.js';
import { variedFrames } from '../../../src/training/evaluation/varied-frames.js';
import type { ReportRow } from '../../../src/training/report.js';
import { descriptorDistance, FaceDescriptor } from '../descriptor/face-descriptor.js';
import { FaceWatcher, type SeenFace, type SeenFrame } from '../face-watcher.js';
import type { AvatarFigures } from './goals.js';
import { type BareNetwork, composeFace, maskInFrame, type NetworkFace, pictureOfFace } from './network-face.js';

/** A clip before and after, and what it is measured against. */
export interface WornClip {
  readonly input: string;
  readonly output: string;
  /** What the frames of the input are brought to; those of the output have that size. */
  readonly size: { readonly width?: number; readonly height?: number };
  readonly portrait: SeenFace;
  /** The avatar's networks, where there is a pack. */
  readonly fp32: BareNetwork | null;
  readonly int8: BareNetwork | null;
  /** The portrait warped to what the driver does, as a network should show it; null where that cannot be made. */
  readonly target: ((frame: SeenFrame, points: Float32Array) => NetworkFace) | null;
  /** Frames to look at; all by default. */
  readonly frames?: number;
}

/** Descriptors and networks are looked at this often: 30 s at 25 frames a second are 150 looks. */
const LOOK_EVERY = 5;
const SHEET_COLUMNS = 8;
const SHEET_CELL = 256;

/** Figures of a clip, and pictures of frames that differ the most. */
export interface ClipMeasurement {
  readonly figures: Omit<AvatarFigures, 'stillFlicker'>;
  readonly rows: readonly ReportRow[];
}

/** Measures a clip in which an avatar was worn. @throws Error if the clips do not go frame by frame with each other. */
export async function measureClip(clip: WornClip): Promise<ClipMeasurement> {
  const [inputWatcher, outputWatcher, descriptor] = await Promise.all([
    FaceWatcher.open(),
    FaceWatcher.open(),
    FaceDescriptor.open(),
  ]);
  const { portrait, fp32, int8, target } = clip;
  const quality = new ClipQuality(portrait.picture, portrait.points);
  const own = await descriptor.describe(portrait.picture, portrait.points);
  const identity = { toAvatar: [] as number[], toDriver: [] as number[], targetToAvatar: [] as number[] };
  const psnrToTarget: number[] = [];
  const psnrOfInt8: number[] = [];
  const sheet = new Map<string, RgbPicture[]>();
  const signals: FaceSignals[] = [];
  const outputs = outputWatcher.watch(clip.output);
  let looked = 0;
  try {
    for await (const frame of inputWatcher.watch(clip.input, clip.size)) {
      const { sequence, picture: input, points: driver } = frame;
      if (sequence >= (clip.frames ?? Number.POSITIVE_INFINITY)) break;
      const { value: after, done } = await outputs.next();
      if (done) throw new Error(`${clip.output} ends at frame ${sequence}, before ${clip.input} does`);
      const { picture: output, points: worn } = after;
      if (output.width !== input.width || output.height !== input.height) {
        throw new Error(`${clip.output} is ${output.width}x${output.height}, the input ${input.width}x${input.height}`);
      }
      if (!driver) continue;
      const isLook = looked++ % LOOK_EVERY === 0;
      const face = isLook && fp32 ? await fp32.wear(input, driver) : null;
      const wanted = isLook ? (target?.(frame, driver) ?? null) : null;
      const shape = face ?? wanted;
      const mask = shape && maskInFrame(shape, input.width, input.height);
      quality.add({ input, output, driver, worn, mask });
      if (!isLook || !worn) continue;

      const seen = await descriptor.describe(output, worn);
      identity.toAvatar.push(descriptorDistance(seen, own));
      identity.toDriver.push(descriptorDistance(seen, await descriptor.describe(input, driver)));
      const ideal = wanted && composeFace(input, wanted);
      if (ideal) identity.targetToAvatar.push(descriptorDistance(await descriptor.describe(ideal, driver), own));
      if (wanted && face) psnrToTarget.push(psnrOfFaces(face, wanted));
      if (face && int8) psnrOfInt8.push(psnrOfFaces(await int8.wear(input, driver), face));

      signals.push(readSignals(driver));
      const matrix = tensorToFrame(windowOf(fitPose(driver)), SHEET_CELL);
      const keep = (label: string, picture: RgbPicture | null): void => {
        if (picture) sheet.set(label, [...(sheet.get(label) ?? []), picture]);
      };
      const show = (picture: RgbPicture): RgbPicture => resamplePicture(picture, matrix, SHEET_CELL, SHEET_CELL);
      keep('Driver', show(input));
      keep('Target', ideal && show(ideal));
      keep('Network', face && enlarge(pictureOfFace(face)));
      keep('Worn', show(output));
    }
  } finally {
    await outputs.return(undefined);
    await Promise.all([inputWatcher.close(), outputWatcher.close(), descriptor.close()]);
  }
  const shown = variedFrames(signals, SHEET_COLUMNS);
  return {
    figures: { clip: quality.figures, identity, psnrToTarget, psnrOfInt8 },
    rows: [...sheet].map(([label, pictures]) => ({ label, pictures: shown.map((index) => pictures[index]!) })),
  };
}

/** Of the colours only, where the second one's mask is. */
function psnrOfFaces(face: NetworkFace, reference: NetworkFace): number {
  const colours = 3 * face.side * face.side;
  return psnr(
    face.planes.subarray(0, colours),
    reference.planes.subarray(0, colours),
    reference.planes.subarray(colours),
  );
}

function enlarge(picture: RgbPicture): RgbPicture {
  const scale = picture.width / SHEET_CELL;
  return resamplePicture(picture, [scale, 0, 0, 0, scale, 0], SHEET_CELL, SHEET_CELL);
}
