import { fitPose } from '../../../src/blending/face-pose.js';
import { tensorToFrame, windowOf } from '../../../src/blending/face-window.js';
import { ClipQuality } from '../../../src/training/evaluation/clip-quality.js';
import { type Plane, type RgbPicture, resamplePicture } from '../../../src/training/evaluation/picture.js';
import { psnr } from '../../../src/training/evaluation/psnr.js';
import type { ReportRow } from '../../../src/training/report.js';
import { descriptorDistance, FaceDescriptor } from '../descriptor/face-descriptor.js';
import { FaceWatcher, type SeenFace } from '../face-watcher.js';
import type { AvatarFigures } from './goals.js';
import { type BareNetwork, maskInFrame, type NetworkFace, pictureOfFace } from './network-face.js';

/** The portrait as it should look in a frame: what the network was trained to show. */
export interface Target {
  /** RGB planes and mask as a network gives them. */
  readonly face: NetworkFace;
  /** The frame with that face blended into it as it is. */
  readonly composite: RgbPicture;
}

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
  /** The warped portrait in a frame; null where that cannot be made. */
  readonly target: ((picture: RgbPicture, points: Float32Array) => Target) | null;
  /** Frames to look at; all by default. */
  readonly frames?: number;
}

/** Descriptors and networks are looked at this often: 30 s at 25 frames a second are 150 looks. */
const LOOK_EVERY = 5;
const SHEET_COLUMNS = 8;
const SHEET_CELL = 256;

/** Figures of a clip, and pictures of frames spread over it. */
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
  const outputs = outputWatcher.watch(clip.output);
  let looked = 0;
  try {
    for await (const { sequence, picture: input, points: driver } of inputWatcher.watch(clip.input, clip.size)) {
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
      const mask: Plane | null = face ? maskInFrame(face, input.width, input.height) : null;
      quality.add({ input, output, driver, worn, mask });
      if (!isLook || !worn) continue;

      const shown = await descriptor.describe(output, worn);
      identity.toAvatar.push(descriptorDistance(shown, own));
      identity.toDriver.push(descriptorDistance(shown, await descriptor.describe(input, driver)));
      const wanted = target?.(input, driver) ?? null;
      if (wanted) {
        identity.targetToAvatar.push(descriptorDistance(await descriptor.describe(wanted.composite, driver), own));
      }
      if (wanted && face) psnrToTarget.push(psnrOfFaces(face, wanted.face));
      if (face && int8) psnrOfInt8.push(psnrOfFaces(await int8.wear(input, driver), face));

      const matrix = tensorToFrame(windowOf(fitPose(driver)), SHEET_CELL);
      const keep = (label: string, picture: RgbPicture | null): void => {
        if (picture) sheet.set(label, [...(sheet.get(label) ?? []), picture]);
      };
      const show = (picture: RgbPicture): RgbPicture => resamplePicture(picture, matrix, SHEET_CELL, SHEET_CELL);
      keep('Driver', show(input));
      keep('Target', wanted && show(wanted.composite));
      keep('Network', face && enlarge(pictureOfFace(face)));
      keep('Worn', show(output));
    }
  } finally {
    await outputs.return(undefined);
    await Promise.all([inputWatcher.close(), outputWatcher.close(), descriptor.close()]);
  }
  return {
    figures: { clip: quality.figures, identity, psnrToTarget, psnrOfInt8 },
    rows: [...sheet].map(([label, pictures]) => ({ label, pictures: spread(pictures, SHEET_COLUMNS) })),
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

/** At most `count` of the values, from the first to the last. */
function spread<Value>(values: readonly Value[], count: number): Value[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => values[Math.floor((index * (values.length - 1)) / (count - 1))]!);
}
