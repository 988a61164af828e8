import { type ClipFigures, median } from '../../../src/training/evaluation/clip-quality.js';
import { type Row, rowsOfClip } from '../../../src/training/evaluation/goals.js';

/** Distances of descriptors, a number a frame looked at. */
export interface IdentityFigures {
  readonly toAvatar: readonly number[];
  readonly toDriver: readonly number[];
  /** Of the warped target, blended into the same frames, to the avatar; none if there were no targets. */
  readonly targetToAvatar: readonly number[];
}

/** All that is measured of an avatar on a clip. */
export interface AvatarFigures {
  readonly clip: ClipFigures;
  readonly identity: IdentityFigures;
  /** Flicker on one frame that stands still under a camera's noise; null if that was not tried. */
  readonly stillFlicker: { readonly fine: number; readonly coarse: number } | null;
  /** PSNR a frame in dB: the network's face to the warped target, INT8 to fp32. */
  readonly psnrToTarget: readonly number[];
  readonly psnrOfInt8: readonly number[];
}

/** What an avatar is to reach to its own portrait: how near a face can come depends on the portrait. */
export interface IdentityGoal {
  readonly toAvatar: number;
}

/** By portrait, where it was set; for others only the warped target is the measure. */
export const IDENTITY_GOALS: Readonly<Record<string, IdentityGoal>> = {
  'male-0': { toAvatar: 0.36 },
  'female-48': { toAvatar: 0.5 },
};

/** The output may be this much further from the avatar than the warped target is. */
const ABOVE_TARGET = 0.03;

/** The figures as rows, each with its goal. @param portrait - name of the portrait, without folder and ending. */
export function rowsOf(
  { clip, identity, stillFlicker, psnrToTarget, psnrOfInt8 }: AvatarFigures,
  portrait: string,
): Row[] {
  const goal = IDENTITY_GOALS[portrait];
  const target = median(identity.targetToAvatar);
  return [
    {
      name: 'identity: distance to the avatar',
      value: median(identity.toAvatar),
      digits: 3,
      ...(goal ? { atMost: goal.toAvatar } : {}),
    },
    {
      name: 'identity: above the warped target',
      value: median(identity.toAvatar) - target,
      digits: 3,
      atMost: ABOVE_TARGET,
    },
    { name: 'identity: of the warped target', value: target, digits: 3 },
    { name: 'identity: distance to the driver', value: median(identity.toDriver), digits: 3, atLeast: 0.75 },
    ...rowsOfClip(clip),
    { name: 'flicker, still face', value: stillFlicker?.fine ?? null, digits: 2, atMost: 1.2 },
    { name: 'flicker of patches, still face', value: stillFlicker?.coarse ?? null, digits: 2, atMost: 1.2 },
    { name: 'PSNR to the warped target, dB', value: median(psnrToTarget), digits: 1 },
    { name: 'PSNR of INT8 to fp32, dB', value: median(psnrOfInt8), digits: 1, atLeast: 40 },
  ];
}
