import { setPriority } from 'node:os';

/** Half way down: everything else goes before, and what is left over is still used up. */
const NICENESS = 10;

/**
 * Puts this thread, and those that it starts from now on, behind all other work on the machine. So training may use every
 * core: one that stands idle would make it take longer and a call no smoother.
 */
export function giveWay(): void {
  setPriority(NICENESS);
}
