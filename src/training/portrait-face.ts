import { UserError } from '../errors.js';
import type { FrameAt } from '../frame/frame-at.js';
import { i420Layout } from '../frame/i420.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { FaceDetector } from '../inference/face-detector.js';
import { FaceLandmarker } from '../inference/face-landmarker.js';
import { LANDMARK_COUNT, regionFromDetection, regionFromLandmarks } from '../inference/face-region.js';
import { PersonMask } from '../inference/person-mask.js';
import { Kernels } from '../kernels/kernels.js';
import type { Picture } from './picture.js';

/** Kernel memory beside the picture: the crops and tensors of three networks. */
const TENSOR_BYTES = 24 << 20;
/** Below this the network sees no face where the detector did. */
const SURE = 0.8;
/** Another face counts when it is at least this share of the largest one's size. */
const RIVAL = 0.4;
/** After these passes the points have settled on the face... */
const SETTLING_PASSES = 3;
/** ... and are the mean of those seen through regions a little larger, smaller and turned, which evens out their error. */
const VIEWS = [
  [0.94, 0],
  [1, -0.06],
  [1, 0],
  [1, 0.06],
  [1.06, 0],
] as const;

/** What is seen in a still. */
export interface PortraitFace {
  /** LANDMARK_COUNT × (x, y, z) in pixels of the still. */
  readonly points: Float32Array;
  /** The probability of a person, 0 to 1, over the whole still. */
  readonly person: { readonly width: number; readonly height: number; readonly values: Float32Array };
}

/**
 * Finds the one face of a still.
 *
 * @param name - what to call the still in errors.
 * @throws UserError INPUT_INVALID if it shows no face or several; MODEL_MISSING or MODEL_CHANGED.
 */
export async function findPortraitFace(still: Picture, name: string): Promise<PortraitFace> {
  const layout = i420Layout(still.width, still.height);
  const kernels = await Kernels.load(4 * still.width * still.height + layout.byteLength + TENSOR_BYTES);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  copyToFrame(still, kernels, frame);
  const detector = await FaceDetector.open(kernels);
  const landmarker = await FaceLandmarker.open(kernels);
  const mask = await PersonMask.open(kernels, 'person-mask');
  try {
    const face = theOneFace(await detector.detect(frame), name);
    const points = await locate(landmarker, frame, face, name);
    const values = (await mask.segment(frame)).slice();
    return { points, person: { width: mask.width, height: mask.height, values } };
  } finally {
    await mask.close();
    await landmarker.close();
    await detector.close();
  }
}

/** Writes a picture into a frame of its size in kernel memory. Uses the scratch place. */
export function copyToFrame({ width, height, rgba }: Picture, kernels: Kernels, frame: FrameAt): void {
  const address = kernels.scratch(3 * width * height);
  const rgb = kernels.u8(address, 3 * width * height);
  for (let i = 0; i < width * height; i++) {
    rgb[3 * i] = rgba[4 * i]!;
    rgb[3 * i + 1] = rgba[4 * i + 1]!;
    rgb[3 * i + 2] = rgba[4 * i + 2]!;
  }
  kernels.rgbToI420(address, 3 * width, frame);
}

function theOneFace(faces: readonly FaceDetection[], name: string): FaceDetection {
  const bySize = [...faces].sort((a, b) => b.box.width - a.box.width);
  const [largest, second] = bySize;
  if (!largest) {
    throw new UserError(
      'INPUT_INVALID',
      `No face was found in ${name}; a portrait shows one face from the front.`,
      'Choose a picture in which the face fills at least a fifth of the height and is not covered.',
    );
  }
  if (second && second.box.width > RIVAL * largest.box.width) {
    throw new UserError(
      'INPUT_INVALID',
      `${bySize.filter(({ box }) => box.width > RIVAL * largest.box.width).length} faces were found in ${name}; a portrait shows one.`,
      'Cut the picture so that it shows the one face that the avatar shall have.',
    );
  }
  return largest;
}

async function locate(
  landmarker: FaceLandmarker,
  frame: FrameAt,
  face: FaceDetection,
  name: string,
): Promise<Float32Array> {
  const points = new Float32Array(3 * LANDMARK_COUNT);
  let presence = await landmarker.locate(frame, regionFromDetection(face), points);
  for (let pass = 0; pass < SETTLING_PASSES; pass++) {
    presence = await landmarker.locate(frame, regionFromLandmarks(points), points);
  }
  if (presence < SURE) {
    throw new UserError(
      'INPUT_INVALID',
      `What looks like a face in ${name} is one with a probability of ${presence.toFixed(2)}; at least ${SURE} is needed.`,
      'Choose a picture in which the whole face is seen from the front, sharp and in even light.',
    );
  }
  const region = regionFromLandmarks(points);
  const seen = new Float32Array(points.length);
  const mean = new Float32Array(points.length);
  for (const [scale, turn] of VIEWS) {
    await landmarker.locate(frame, { ...region, size: region.size * scale, rotation: region.rotation + turn }, seen);
    for (let i = 0; i < mean.length; i++) mean[i]! += seen[i]! / VIEWS.length;
  }
  return mean;
}
