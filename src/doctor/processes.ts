import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { readText } from './text-file.js';

/** A running program. */
export interface RunningProgram {
  readonly pid: number;
  /** Its command line, word by word; empty for the kernel's own. */
  readonly words: readonly string[];
}

/** All programs that /proc tells of. */
export function runningPrograms(): RunningProgram[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({ pid: Number(pid), words: wordsOf(readText(`/proc/${pid}/cmdline`) ?? '') }));
}

/** Whether a program of one of these names runs: the first word of its command line, folders left out. */
export function isRunning(programs: readonly RunningProgram[], ...names: readonly string[]): boolean {
  return programs.some(({ words }) => names.includes(basename(words[0] ?? '')));
}

/** Whether another mien runs the camera: not this process, nor one that only asks (`mien doctor`, `mien devices`). */
export function isMienRunning(programs: readonly RunningProgram[], ownPid: number): boolean {
  return programs.some(({ pid, words }) => {
    const at = words.findIndex((word) => /(^|\/)mien(\.js)?$/.test(word));
    const command = words[at + 1];
    return (
      pid !== ownPid && at >= 0 && at <= 1 && (command === undefined || command === 'run' || command.startsWith('-'))
    );
  });
}

/** Whether the shell would find a program of this name. */
export function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}

function wordsOf(commandLine: string): string[] {
  return commandLine.split('\0').filter((word) => word !== '');
}
