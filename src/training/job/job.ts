import { z } from 'zod';
import { AvatarKind, AvatarName, describeIssue, line, Moment, Source } from '../../avatar/fields.js';

/** Sides of the networks that can be trained, in pixels; 64 is for trying things out. */
export const SIZES = [64, 128, 192] as const;

/** What the avatar's face is taken from, and what that was called. */
const Face = z.discriminatedUnion('kind', [
  /** A picture, copied into the job's own folder. */
  z.strictObject({ kind: z.literal('portrait'), file: z.string(), original: line(200) }),
  /** A recording of whoever is depicted: left where it is. */
  z.strictObject({ kind: z.literal('recording'), path: z.string(), original: line(200) }),
]);

/** Who moves the avatar while it is trained. */
const Driver = z.discriminatedUnion('kind', [
  /** A minute of the user, recorded by mien: lies in the job's folder, and is deleted after training unless `keep`. */
  z.strictObject({ kind: z.literal('guided'), file: z.string(), keep: z.boolean() }),
  /** A recording of the user's own: left alone. */
  z.strictObject({ kind: z.literal('recording'), path: z.string() }),
  /** Many faces, so that it works for anybody; `source` says whose, and what allows their use. */
  z.strictObject({ kind: z.literal('faces'), folder: z.string(), source: line(160).nullable() }),
]);

/**
 * How far a job is. `prepared`: all that is needed is there. `targets`: pictures are being made of it. `training`: they
 * lie in the folder, and the network is in its checkpoint. `finishing`: the last step is done. `done`: the pack is written.
 */
const JobState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('prepared') }),
  z.strictObject({ kind: z.literal('targets') }),
  z.strictObject({ kind: z.literal('training') }),
  z.strictObject({ kind: z.literal('finishing') }),
  z.strictObject({ kind: z.literal('done'), pack: z.string() }),
]);
export type JobState = z.infer<typeof JobState>;

/** `job.json`: an avatar in the making. All that `mien avatar train NAME` needs to know. */
export const TrainingJob = z.strictObject({
  format: z.literal(1),
  name: AvatarName,
  title: line(80),
  kind: AvatarKind,
  /** For kinds synthetic and public-domain. */
  source: Source.nullable(),
  face: Face,
  driver: Driver,
  size: z.union(SIZES.map((size) => z.literal(size))),
  minutes: z
    .number()
    .positive()
    .max(24 * 60),
  seed: z.number().int().min(0).max(0xffffffff),
  /** The folder that the avatar goes into; null for the user's store. */
  into: z.string().nullable(),
  /** Whether an avatar of this name there may be replaced. */
  replace: z.boolean(),
  created: Moment,
  /** What the user typed, for the model card. */
  command: line(1000),
  state: JobState,
});
export type TrainingJob = z.infer<typeof TrainingJob>;

/** From where a job may go where. A finished one whose pictures were kept can be trained for longer. */
const NEXT: Readonly<Record<JobState['kind'], readonly JobState['kind'][]>> = {
  prepared: ['targets'],
  targets: ['training'],
  training: ['finishing'],
  finishing: ['done', 'training'],
  done: ['training'],
};

/** The job, one state on. @throws RangeError if that does not follow. */
export function advance(job: TrainingJob, state: JobState): TrainingJob {
  if (!NEXT[job.state.kind].includes(state.kind)) {
    throw new RangeError(
      `a job goes from ${job.state.kind} to ${NEXT[job.state.kind].join(' or ')}, not ${state.kind}`,
    );
  }
  return { ...job, state };
}

/** Reads `job.json`; what is wrong with it in words if it is none. Never throws. */
export function parseJob(text: string): TrainingJob | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is not JSON'; // cut off, or edited by hand
  }
  const { success, data, error } = TrainingJob.safeParse(json);
  return success ? data : describeIssue(error);
}
