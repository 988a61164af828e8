import type { RgbPicture } from '../evaluation/picture.js';
import { psnr } from '../evaluation/psnr.js';
import { GUIDE_CHANNELS, sideOf, TARGET_CHANNELS, type TrainingSet } from '../training-set.js';

/** A pair of a set without its margin, in planes of 0..1. */
export interface FlatPair {
  readonly size: number;
  /** [3, S, S]: what the network sees. */
  readonly face: Float32Array;
  /** [4, S, S]: the guide's colours and its coverage. */
  readonly guide: Float32Array;
  /** [4, S, S]: the avatar's colours and its mask. */
  readonly target: Float32Array;
}

/** At most `most` pairs of a set, evenly spread over it, in the middle of their margins. */
export function flatPairs(set: TrainingSet, most: number): FlatPair[] {
  const count = Math.min(most, set.count);
  return Array.from({ length: count }, (_, at) => flatPair(set, Math.floor(((at + 0.5) * set.count) / count)));
}

function flatPair(set: TrainingSet, index: number): FlatPair {
  const { size, margin, inputs, guides, targets } = set;
  const side = sideOf(set);
  const area = size * size;
  const face = new Float32Array(3 * area);
  const guide = new Float32Array(4 * area);
  const target = new Float32Array(4 * area);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (index * side + y + margin) * side + x + margin;
      const to = y * size + x;
      for (let k = 0; k < 3; k++) face[k * area + to] = inputs[3 * from + k]! / 255;
      for (let k = 0; k < 4; k++) guide[k * area + to] = guides[GUIDE_CHANNELS * from + k]! / 255;
      for (let k = 0; k < 4; k++) target[k * area + to] = targets[TARGET_CHANNELS * from + k]! / 255;
    }
  }
  return { size, face, guide, target };
}

/** How near an avatar comes to what was aimed at, in dB, where the mask of the target is. */
export function nearness({ size, target }: FlatPair, avatar: Float32Array): number {
  const area = size * size;
  return psnr(avatar.subarray(0, 3 * area), target.subarray(0, 3 * area), target.subarray(3 * area), 3);
}

/**
 * An avatar on plain grey, by its mask, as a picture. What is round the mask is the user and their room, which do not
 * belong into a pack.
 *
 * @param avatar - [4, S, S], 0..1: colours and mask.
 */
export function onGrey(avatar: Float32Array, size: number, grey = 0.16): RgbPicture {
  const area = size * size;
  const data = Uint8Array.from({ length: 3 * area }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const mask = avatar[3 * area + pixel]!;
    return Math.round(255 * (grey + mask * (avatar[(at % 3) * area + pixel]! - grey)));
  });
  return { width: size, height: size, data };
}
