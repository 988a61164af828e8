import type { ClipFigures } from '../../../src/training/evaluation/clip-quality.js';
import { median } from '../../../src/training/evaluation/clip-quality.js';

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

/** One figure beside what it is to reach. */
export interface Row {
  readonly name: string;
  /** NaN or null where it could not be measured. */
  readonly value: number | null;
  readonly digits: number;
  readonly atMost?: number;
  readonly atLeast?: number;
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
  const { following, seam, seamOfInput, flicker } = clip;
  const gazeDown = following.gazeDown;
  return [
    {
      name: 'identity: distance to the avatar',
      value: median(identity.toAvatar),
      digits: 3,
      ...(goal ? { atMost: goal.toAvatar } : {}),
    },
    { name: '  above the warped target', value: median(identity.toAvatar) - target, digits: 3, atMost: ABOVE_TARGET },
    { name: '  of the warped target itself', value: target, digits: 3 },
    { name: 'identity: distance to the driver', value: median(identity.toDriver), digits: 3, atLeast: 0.75 },
    { name: 'expression: mouth opening', value: following.mouth, digits: 3, atLeast: 0.95 },
    { name: 'expression: eye opening', value: following.eyes, digits: 3, atLeast: 0.88 },
    { name: 'expression: gaze, across', value: following.gazeAcross, digits: 3, atLeast: 0.8 },
    { name: '  gaze, up and down', value: gazeDown, digits: 3 },
    { name: 'expression: yaw', value: following.yaw, digits: 3, atLeast: 0.98 },
    { name: 'expression: pitch', value: following.pitch, digits: 3, atLeast: 0.98 },
    { name: 'landmark error, % of eye distance', value: 100 * clip.landmarkError, digits: 2, atMost: 4 },
    { name: 'sharpness against the portrait', value: clip.sharpness, digits: 2, atLeast: 0.7 },
    { name: 'seam', value: seam?.ratio ?? null, digits: 2, atMost: 1.15 },
    { name: '  of the camera picture, same place', value: seamOfInput?.ratio ?? null, digits: 2 },
    { name: 'flicker, still face', value: stillFlicker?.fine ?? null, digits: 2, atMost: 1.2 },
    { name: '  of patches, still face', value: stillFlicker?.coarse ?? null, digits: 2, atMost: 1.2 },
    { name: 'flicker, passages with little motion', value: flicker?.fine ?? null, digits: 2, atMost: 1.2 },
    { name: '  of patches', value: flicker?.coarse ?? null, digits: 2 },
    { name: 'frames in which no face is found', value: clip.faceless, digits: 0, atMost: 0 },
    { name: 'PSNR to the warped target, dB', value: median(psnrToTarget), digits: 1 },
    { name: 'PSNR of INT8 to fp32, dB', value: median(psnrOfInt8), digits: 1, atLeast: 40 },
  ];
}

/** Whether a row reaches its goal: null where there is no goal or nothing was measured. */
export function isReached({ value, atMost, atLeast }: Row): boolean | null {
  if (value === null || Number.isNaN(value) || (atMost === undefined && atLeast === undefined)) return null;
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}
