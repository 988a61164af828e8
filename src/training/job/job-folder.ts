import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../../avatar/whole-file.js';
import { UserError } from '../../errors.js';
import { describeHolders } from '../../system/device-holders.js';
import { lockHolder, tryLock } from '../../system/file-lock.js';
import { parseJob, type TrainingJob } from './job.js';

/** Only the user: there are pictures of them in it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Held (flock) by the process that is at it. */
const LOCK = 'lock';

/** $XDG_STATE_HOME/mien/avatars-in-progress. Source: XDG Base Directory Specification 0.8. */
export function jobsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'mien', 'avatars-in-progress');
}

/**
 * The folder of an avatar in the making: `job.json`, what it is made from, and what was made so far. Held by one process
 * at a time; the lock ends with the process, however that ends.
 */
export class JobFolder {
  readonly path: string;
  #job: TrainingJob;
  #lock: number | null;

  private constructor(path: string, job: TrainingJob, lock: number) {
    this.path = path;
    this.#job = job;
    this.#lock = lock;
  }

  /**
   * Makes the folder of a new job. What `fill` throws undoes it.
   *
   * @param fill - puts into the folder what the job is made from, and returns the job.
   * @throws UserError OUTPUT_FAILED if there is one of this name already, DEVICE_BUSY if somebody is at it right now.
   */
  static async create(
    name: string,
    fill: (folder: string) => Promise<TrainingJob>,
    root = jobsFolder(),
  ): Promise<JobFolder> {
    const path = join(root, name);
    mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
    const lock = takeLock(path, name);
    if (exists(join(path, 'job.json'))) {
      closeSync(lock);
      throw new UserError(
        'OUTPUT_FAILED',
        `An avatar named "${name}" is being made already, in ${path}.`,
        `Go on with "mien avatar train ${name}", choose another name, or give it up with: rm -r '${path}'`,
      );
    }
    // A run that was killed before its job was written has left what nobody can go on with.
    for (const name of readdirSync(path)) if (name !== LOCK) rmSync(join(path, name), { recursive: true });
    try {
      const job = await fill(path);
      writeJob(path, job);
      return new JobFolder(path, job, lock);
    } catch (error) {
      closeSync(lock);
      rmSync(path, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Opens the folder of a job that was begun.
   * @throws UserError INPUT_MISSING without one, DEVICE_BUSY if another process is at it, INPUT_INVALID if `job.json` is broken.
   */
  static open(name: string, root = jobsFolder()): JobFolder {
    const path = join(root, name);
    if (!exists(join(path, 'job.json'))) {
      throw new UserError(
        'INPUT_MISSING',
        `No avatar named "${name}" is being made: there is no ${join(path, 'job.json')}.`,
        `Begin one with: mien avatar create ${name} --portrait FILE`,
      );
    }
    const lock = takeLock(path, name);
    const job = parseJob(readFileSync(join(path, 'job.json'), 'utf8'));
    if (typeof job === 'string') {
      closeSync(lock);
      throw new UserError(
        'INPUT_INVALID',
        `${join(path, 'job.json')} is not that of an avatar in the making: ${job}.`,
        `Give it up with "rm -r '${path}'", and begin anew with: mien avatar create ${name}`,
      );
    }
    return new JobFolder(path, job, lock);
  }

  get job(): TrainingJob {
    return this.#job;
  }

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Keeps the job as it is now, whole or not at all. @throws UserError OUTPUT_FAILED. */
  save(job: TrainingJob): void {
    writeJob(this.path, job);
    this.#job = job;
  }

  /** Deletes files; those that are not there are no matter. */
  remove(...names: readonly string[]): void {
    for (const name of names) rmSync(this.file(name), { recursive: true, force: true });
  }

  /** Deletes all of it, and lets go of it. */
  destroy(): void {
    rmSync(this.path, { recursive: true, force: true });
    this.close();
  }

  /** Lets another process at it. Safe to call twice. */
  close(): void {
    if (this.#lock !== null) closeSync(this.#lock);
    this.#lock = null;
  }
}

function writeJob(path: string, job: TrainingJob): void {
  writeWhole(join(path, 'job.json'), Buffer.from(`${JSON.stringify(job, null, 2)}\n`), FILE_MODE);
}

function takeLock(folder: string, name: string): number {
  const path = join(folder, LOCK);
  const fd = openSync(path, 'a', FILE_MODE);
  if (tryLock(fd, path)) return fd;
  const holder = lockHolder(path);
  closeSync(fd);
  throw new UserError(
    'DEVICE_BUSY',
    `The avatar "${name}" is being made at this moment${holder === null ? '' : ` by ${describeHolders([holder])}`}.`,
    'Wait until that is done, or stop it there with q or Ctrl-C: nothing is lost.',
  );
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
