import { setPriority } from 'node:os';

/** Half way down: everything else goes before, and what is left over is still used up. */
const NICENESS = 10;

/**
 * How many threads train: one fewer than there are cores, so that a call, a browser and the terminal stay quick; on one or
 * two cores all of them, since half the machine would double the time, and low priority keeps it usable.
 *
 * @param cores - of the machine. @param batch - images a step: the threads share it equally.
 */
export function trainingWorkers(cores: number, batch: number): number {
  let workers = Math.max(1, Math.min(cores <= 2 ? cores : cores - 1, batch));
  while (batch % workers !== 0) workers--;
  return workers;
}

/** Puts this process behind all others. On Linux for this thread and those that it starts from now on. */
export function giveWay(): void {
  setPriority(NICENESS);
}
