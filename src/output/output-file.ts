import { closeSync, existsSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';

/** How a file is written. */
export interface OutputFileOptions {
  /** Whether an existing file may be replaced. */
  readonly overwrite: boolean;
  /** Written under another name (`.part`) until it is complete: a run that fails leaves no broken file. */
  readonly isAtomic: boolean;
  /** A file that must not be overwritten with its own product. */
  readonly input?: string | null | undefined;
}

/** The file that an output goes to: checked before, put in its place after. */
export class OutputFile {
  readonly path: string;
  /** Where to write. */
  readonly writePath: string;
  readonly #options: OutputFileOptions;
  #isPending = false;

  constructor(path: string, options: OutputFileOptions) {
    this.path = path;
    this.writePath = options.isAtomic ? `${path}.part` : path;
    this.#options = options;
  }

  /** Checks that the file can be written, and creates it empty. @throws UserError OUTPUT_FAILED. */
  create(): void {
    this.#refuseInput();
    this.#refuseExisting();
    try {
      closeSync(openSync(this.writePath, 'w'));
    } catch (cause) {
      throw outputFailed(this.path, cause as NodeJS.ErrnoException);
    }
    this.#isPending = true;
  }

  /** Puts the finished file in its place. @throws UserError OUTPUT_FAILED. */
  commit(): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    if (this.writePath === this.path) return;
    try {
      renameSync(this.writePath, this.path);
    } catch (cause) {
      throw outputFailed(this.path, cause as NodeJS.ErrnoException);
    }
  }

  /**
   * Removes what was written under the other name. A file written in its place is kept, for what it holds, unless it
   * holds nothing (`isEmpty`).
   */
  discard(isEmpty = false): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    if (isEmpty || this.writePath !== this.path) rmSync(this.writePath, { force: true });
  }

  #refuseInput(): void {
    const { input } = this.#options;
    if (!input || !existsSync(input) || !existsSync(this.path)) return;
    if (realpathSync(input) !== realpathSync(this.path)) return;
    throw new UserError(
      'OUTPUT_FAILED',
      `${this.path} is the input itself, and would be destroyed.`,
      'Give the output another name.',
    );
  }

  #refuseExisting(): void {
    if (!existsSync(this.path)) return;
    const stats = statSync(this.path);
    if (stats.isDirectory()) {
      throw new UserError('OUTPUT_FAILED', `${this.path} is a folder, not a file.`, 'Add a file name, like out.mp4.');
    }
    if (!this.#options.overwrite) {
      throw new UserError(
        'OUTPUT_FAILED',
        `${this.path} exists already.`,
        'Give another name, or move that file away; "mien process" replaces it with --overwrite.',
      );
    }
  }
}

const REASONS: Readonly<Record<string, { reason: string; remedy: (path: string) => string }>> = {
  ENOENT: {
    reason: 'there is no such folder',
    remedy: (path) => `Create it with: mkdir -p '${dirname(path)}'`,
  },
  ENOTDIR: { reason: 'part of its path is not a folder', remedy: () => 'Check the spelling of the path.' },
  EACCES: { reason: 'this user may not write there', remedy: () => 'Choose a folder that is yours.' },
  EPERM: { reason: 'this user may not write there', remedy: () => 'Choose a folder that is yours.' },
  EROFS: { reason: 'the disk is read-only', remedy: () => 'Choose a folder on another disk.' },
  ENOSPC: { reason: 'the disk is full', remedy: () => 'Free some space, or choose a folder on another disk.' },
  EDQUOT: { reason: 'your disk quota is used up', remedy: () => 'Free some space, or choose another disk.' },
  EFBIG: { reason: 'the file became too large for its disk', remedy: () => 'Choose a folder on another disk.' },
};

/** What to tell a user of a failed system call on an output. */
export function outputFailed(path: string, cause: NodeJS.ErrnoException): UserError {
  const known = REASONS[cause.code ?? ''];
  return new UserError(
    'OUTPUT_FAILED',
    `${path} cannot be written: ${known?.reason ?? cause.message}.`,
    known?.remedy(path) ?? 'Choose another folder.',
    { cause },
  );
}
