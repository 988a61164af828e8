import { spawnSync } from 'node:child_process';

/** modinfo and dkms are not on every user's path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** No question that doctor asks takes longer on a sound machine, and none may keep it waiting on a broken one. */
const PATIENCE_MS = 5000;

/** What a program printed, or null where it is not installed, failed, or took too long. */
export function outputOf(program: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH, LC_ALL: 'C' },
  });
  return status === 0 ? stdout.trim() : null;
}
