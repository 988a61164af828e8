import type { Facts } from './facts.js';

/** `error`: this does not work until it is mended. `warning`: it works, worse. `note`: good to know. */
export type FindingSeverity = 'ok' | 'note' | 'warning' | 'error';

/** One thing that was looked at. */
export interface Finding {
  /** Stable, for programs: `loopback-not-loaded`. */
  readonly id: string;
  readonly severity: FindingSeverity;
  readonly title: string;
  /** What was found, and what was expected. */
  readonly found: string;
  /** What to do, where no command does it, or besides the commands; null if nothing. */
  readonly advice: string | null;
  /** The exact commands that mend it, in order, as a shell takes them. */
  readonly fix: readonly string[];
  /** Whether `mien doctor --fix` may run them: each does only what it says, and can be undone. */
  readonly isSafeToRun: boolean;
}

/** A finding that all is well. */
export function fine(id: string, title: string, found = ''): Finding {
  return { id, severity: 'ok', title, found, advice: null, fix: [], isSafeToRun: false };
}

/** What a problem says of itself; the rest has its usual value. */
type Problem = Pick<Finding, 'id' | 'title' | 'found'> & Partial<Finding>;

/** A finding that asks for something; a warning unless it says otherwise. */
export function problem(told: Problem): Finding {
  return { severity: 'warning', advice: null, fix: [], isSafeToRun: false, ...told };
}

/** A command that needs root, as this user types it. */
export function asRoot({ user }: Pick<Facts, 'user'>, command: string): string {
  return user.isRoot ? command : `sudo ${command}`;
}

/** "a", "a and b", "a, b and c" */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
