import { FACE_OVAL } from '../../blending/face-outlines.js';
import type { HeadAngles } from '../../blending/face-pose.js';
import type { FaceWindow } from '../../blending/face-window.js';
import type { I420Layout } from '../../frame/i420.js';
import type { FaceState } from '../../tracking/face.js';

/** Why the avatar could not be worn in a frame. */
export type Refusal =
  | 'no-face'
  | 'doubtful'
  | 'turned'
  | 'outside'
  | 'too-small'
  | 'covered'
  | 'network-failed'
  | 'not-a-picture';

/** Each refusal in words, for the status line. */
export const REFUSAL_WORDS: Readonly<Record<Refusal, string>> = {
  'no-face': 'no face is seen',
  doubtful: 'the face is not seen for certain',
  turned: 'the head is turned too far',
  outside: 'the face is not whole in the picture',
  'too-small': 'the face is too far away',
  covered: 'too much of the face is covered',
  'network-failed': "the avatar's network failed",
  'not-a-picture': "the avatar's network gave no picture",
};

/** Below this the track is held or predicted, or soon will be. */
const LEAST_PRESENCE = 0.5;
/** Radians: beyond these the mesh folds over itself, and no avatar has learnt such a view. */
const MOST_YAW = 0.98;
const MOST_PITCH = 0.75;
/** Of the outline's points, so many must lie in the picture, and the eyes, the nose and the mouth with them. */
const LEAST_INSIDE = 0.6;
const KEY_POINTS = [33, 263, 1, 13, 14] as const;
/** Pixels of the window's side. */
const LEAST_WINDOW = 32;

/** Whether a tracked face can be covered at all; null if so. Judged before the network runs. */
export function refusalOf(
  face: FaceState | null,
  angles: HeadAngles,
  window: FaceWindow,
  layout: I420Layout,
): Refusal | null {
  if (face === null) return 'no-face';
  // Written so that a value that is no number refuses as well.
  if (!(face.presence >= LEAST_PRESENCE)) return 'doubtful';
  if (!(Math.abs(angles.yaw) <= MOST_YAW && Math.abs(angles.pitch) <= MOST_PITCH)) return 'turned';
  if (!(window.size >= LEAST_WINDOW)) return 'too-small';
  if (!isInside(face.points, layout)) return 'outside';
  return null;
}

function isInside(points: Float32Array, { width, height }: I420Layout): boolean {
  for (const point of KEY_POINTS) if (!holds(points, point, width, height)) return false;
  let inside = 0;
  for (const point of FACE_OVAL) if (holds(points, point, width, height)) inside++;
  return inside >= LEAST_INSIDE * FACE_OVAL.length;
}

function holds(points: Float32Array, point: number, width: number, height: number): boolean {
  const x = points[3 * point]!;
  const y = points[3 * point + 1]!;
  return x >= 0 && y >= 0 && x < width && y < height;
}
