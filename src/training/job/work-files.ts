/** The files in a job's folder beside `job.json`: what each step leaves for the next. */
export const WORK_FILES = {
  /** Pictures to learn from. */
  set: 'learnt.set',
  /** Pictures that are never learnt from: what the avatar is measured with. */
  unseen: 'unseen.set',
  /** What was found out about the faces on the way: see `FaceNotes`. */
  faces: 'faces.json',
  checkpoint: 'network.checkpoint',
  losses: 'losses.json',
  /** The pack, until it is moved to where it belongs. */
  pack: 'pack',
} as const;
