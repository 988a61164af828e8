import type { ClipFigures } from './clip-quality.js';

/** One figure beside what it is to reach. */
export interface Row {
  readonly name: string;
  /** NaN or null where it could not be measured. */
  readonly value: number | null;
  readonly digits: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The figures of a clip as rows, each with its goal; those that only explain another have none. */
export function rowsOfClip({
  following,
  landmarkError,
  sharpness,
  seam,
  seamOfInput,
  flicker,
  faceless,
}: ClipFigures): Row[] {
  const seamOver = seam && seamOfInput ? seam.ratio / seamOfInput.ratio : null;
  return [
    { name: 'expression: mouth opening', value: following.mouth, digits: 3, atLeast: 0.95 },
    { name: 'expression: eye opening', value: following.eyes, digits: 3, atLeast: 0.88 },
    { name: 'expression: gaze, across', value: following.gazeAcross, digits: 3, atLeast: 0.8 },
    { name: 'expression: gaze, up and down', value: following.gazeDown, digits: 3 },
    { name: 'expression: yaw', value: following.yaw, digits: 3, atLeast: 0.98 },
    { name: 'expression: pitch', value: following.pitch, digits: 3, atLeast: 0.98 },
    { name: 'landmark error, % of eye distance', value: 100 * landmarkError, digits: 2, atMost: 4 },
    { name: 'sharpness against the portrait', value: sharpness, digits: 2, atLeast: 0.7 },
    { name: 'seam', value: seam?.ratio ?? null, digits: 2, atMost: 1.15 },
    { name: 'seam of the camera picture there', value: seamOfInput?.ratio ?? null, digits: 2 },
    // Where a mask ends at the chin or the hair, there is an edge without any seam: this tells what the avatar added.
    { name: 'seam over that of the camera picture', value: seamOver, digits: 2, atMost: 1.15 },
    // What moves a little changes the more the sharper it is: the goal is for a face that stands still.
    { name: 'flicker, little motion', value: flicker?.fine ?? null, digits: 2 },
    { name: 'flicker of patches, little motion', value: flicker?.coarse ?? null, digits: 2 },
    { name: 'frames in which no face is found', value: faceless, digits: 0, atMost: 0 },
  ];
}

/** Whether a row reaches its goal: null where there is no goal or nothing was measured. */
export function isReached({ value, atMost, atLeast }: Row): boolean | null {
  if (value === null || Number.isNaN(value) || (atMost === undefined && atLeast === undefined)) return null;
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** The value as it is printed; a dash where nothing was measured. */
export function valueInWords({ value, digits }: Row): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** The goal as it is printed; empty where there is none. */
export function goalInWords({ atMost, atLeast, digits }: Row): string {
  if (atMost !== undefined) return `at most ${atMost.toFixed(digits)}`;
  return atLeast === undefined ? '' : `at least ${atLeast.toFixed(digits)}`;
}
