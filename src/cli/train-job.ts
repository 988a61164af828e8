import { basename } from 'node:path';
import type { Config } from '../config/config.js';
import { UserError } from '../errors.js';
import { setLine } from '../output/card-text.js';
import { finisher } from '../training/job/finish-step.js';
import { giveWay } from '../training/job/give-way.js';
import type { TrainingJob } from '../training/job/job.js';
import type { JobFolder } from '../training/job/job-folder.js';
import { makeTargets } from '../training/job/make-targets.js';
import { runJob } from '../training/job/run-job.js';
import { train } from '../training/job/train-step.js';
import { WORK_FILES } from '../training/job/work-files.js';
import { PACK_CHECKS } from './avatar-target.js';
import { ownKey } from './own-key.js';
import { Stopper } from './stopper.js';
import { foldersFor } from './training-options.js';
import { openTrainingView } from './training-view.js';

/**
 * Takes a job to its end, or as far as the user lets it run, and tells what to do next. Closes the folder.
 * @throws UserError, also when it was stopped.
 */
export async function trainJob(folder: JobFolder, config: Config): Promise<void> {
  const { job } = folder;
  const stopper = new Stopper();
  try {
    // Asked for before the screen is taken, and not eight minutes later.
    const key = job.source === null ? null : await ownKey(null);
    giveWay();
    const stop = new AbortController();
    const view = await openTrainingView(config, stopper.stop);
    stopper.attach({
      stop: async () => {
        view.stopping();
        stop.abort();
      },
    });
    const finish = finisher({ key, folders: foldersFor(job.into), setLine, ...PACK_CHECKS });
    let pack: string | null;
    try {
      pack = await runJob(
        folder,
        { makeTargets, train, finish },
        {
          onTelemetry: (telemetry) => view.update(telemetry),
          onSample: (sample) => view.show(sample),
          onMessage: (text) => view.message('info', text),
          isWatched: () => view.isWatched,
          signal: stop.signal,
        },
      );
    } finally {
      await view.close();
    }
    if (pack === null) throw stopped(job);
    clearAway(folder);
    if (config.json) console.log(JSON.stringify({ name: job.name, size: job.size, stage: { kind: 'done', pack } }));
    tellNext(job, pack);
  } finally {
    stopper.release();
    folder.close();
  }
}

/** What is no longer needed: above all, pictures of the user. Kept only where they asked for it. */
function clearAway(folder: JobFolder): void {
  const { driver } = folder.job;
  if (driver.kind === 'guided' && driver.keep) folder.remove(WORK_FILES.pack);
  else folder.destroy();
}

function stopped({ name }: TrainingJob): UserError {
  return new UserError(
    'OUTPUT_FAILED',
    `Stopped before the avatar "${name}" was made; nothing is lost.`,
    `Go on with: mien avatar train ${name}`,
  );
}

function tellNext(job: TrainingJob, pack: string): void {
  const lines = [`The avatar "${job.name}" is made, in ${pack}.`, ...fateOfRecording(job), ...stepsToWear(job, pack)];
  for (const line of lines) console.error(line);
}

function fateOfRecording({ name, driver }: TrainingJob): string[] {
  if (driver.kind !== 'guided') return [];
  if (!driver.keep) return ['Your recording has been deleted.'];
  return [`Your recording was kept, as you asked: "mien avatar train ${name} --minutes N" can train for longer.`];
}

function stepsToWear({ name, kind }: TrainingJob, pack: string): string[] {
  const wear = `mien --effect avatar --avatar ${name}`;
  switch (kind) {
    case 'self':
      return [
        'It shows you, and can be worn once you have agreed to that:',
        '  mien consent phrase',
        `  mien consent sign ${name} --kind self --phrase "WHAT IT GAVE" --recording YOU-SAYING-IT.mp4`,
        `  mien avatar sign ${name}`,
        `Then wear it with: ${wear}`,
      ];
    case 'person':
      return [
        'It shows somebody else, and can be worn once they have agreed. Send them the folder; with their key, they run',
        `  mien consent sign ${basename(pack)}/ --kind person --wearer YOUR-KEY --phrase … --recording … --out consent.json`,
        `and send you consent.json ("mien consent show" gives your key). Then: mien avatar sign ${name} --consent consent.json`,
        `and wear it with: ${wear}`,
      ];
    default:
      return [`Wear it with: ${wear}`];
  }
}
