import type { WithheldReason } from './telemetry.js';

/** Why nothing of the camera is shown while an avatar is chosen, for its user. */
export const WITHHELD_WORDS: Readonly<Record<WithheldReason, string>> = {
  loading: 'the avatar is being loaded',
  'no face': 'no face is seen',
  unsure: 'the face is not seen for certain',
  slipped: 'the face was lost for a moment',
  new: 'a new face is seen; it is looked at for a moment',
  'other faces': 'more than one face is seen, and which is yours is not known',
  'cannot be worn': 'the avatar cannot be worn on the face as it is seen',
  'not covered': 'the avatar did not cover the face',
  failed: 'the avatar failed',
};
