import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { line } from '../../avatar/fields.js';
import { writeWhole } from '../../avatar/whole-file.js';
import type { JobFolder } from './job-folder.js';
import { WORK_FILES } from './work-files.js';

const FaceNotes = z.strictObject({
  /** The user's face at rest, LANDMARK_COUNT × (x, y, z) in canonical cm; null where the avatar is for anybody. */
  user: z.array(z.number()).nullable(),
  /** What was learnt from, for the model card. */
  trainedOn: z.array(line(200)).min(1),
  pairs: z.number().int().positive(),
});

/** What is known of a job's faces once its targets are made. */
export type FaceNotes = z.infer<typeof FaceNotes>;

/** Keeps the notes in the job's folder. */
export function writeFaceNotes(folder: JobFolder, notes: FaceNotes): void {
  writeWhole(folder.file(WORK_FILES.faces), Buffer.from(JSON.stringify(notes)), 0o600);
}

/** Reads them again. */
export function readFaceNotes(folder: JobFolder): FaceNotes {
  return FaceNotes.parse(JSON.parse(readFileSync(folder.file(WORK_FILES.faces), 'utf8')));
}
