import { Command } from 'commander';
import { UserError } from '../errors.js';
import { advance } from '../training/job/job.js';
import { JobFolder } from '../training/job/job-folder.js';
import { requireName } from './avatar-plan.js';
import { addConfigOptions, configOf } from './config-options.js';
import { parseMinutes, VIEW_HELPS, VIEW_KEYS } from './training-options.js';

interface TrainOptions {
  readonly minutes?: number;
}

/** `mien avatar train`: goes on with an avatar that was begun. */
export function avatarTrainCommand(): Command {
  const command = new Command('train')
    .description('go on with an avatar that "mien avatar create" began, from wherever it was left')
    .argument('<name>', 'its name')
    .option('--minutes <number>', 'train for so long in all, in place of what was said before', parseMinutes)
    .addHelpText(
      'after',
      `
A training may be stopped at any moment (q, Ctrl-C, even kill -9): at most a
minute of it is lost. It runs at low priority, so that a call stays smooth.

Examples:
  mien avatar train me                 on from where it was stopped
  mien avatar train me --minutes 20    and for longer than was planned
  mien avatar train me --json          a JSON object a second, for programs
`,
    );
  addConfigOptions(command, VIEW_KEYS, VIEW_HELPS);
  return command.action(async (name: string, options: TrainOptions) => {
    requireName(name);
    // What is made from here on is for this user alone.
    process.umask(0o077);
    const folder = JobFolder.open(name);
    try {
      extend(folder, options.minutes);
    } catch (error) {
      folder.close();
      throw error;
    }
    // Loaded only here: no other command waits for the runtime that trains.
    const { trainJob } = await import('./train-job.js');
    await trainJob(folder, configOf(command, VIEW_KEYS));
  });
}

/** Takes another length of training in; a job that was done goes on if there is more to do. */
function extend(folder: JobFolder, minutes: number | undefined): void {
  const { job } = folder;
  const isOver = job.state.kind === 'finishing' || job.state.kind === 'done';
  if (minutes !== undefined && minutes !== job.minutes) {
    // What was made before is of this very job.
    const longer = { ...job, minutes, replace: job.replace || job.state.kind === 'done' };
    folder.save(isOver && minutes > job.minutes ? advance(longer, { kind: 'training' }) : longer);
    return;
  }
  if (job.state.kind !== 'done') return;
  throw new UserError(
    'CONFIG_INVALID',
    `The avatar "${job.name}" is made already, in ${job.state.pack}.`,
    `Train it for longer with: mien avatar train ${job.name} --minutes ${2 * job.minutes}`,
  );
}
