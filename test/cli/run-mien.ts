import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const bin = fileURLToPath(new URL('../../bin/mien.js', import.meta.url));

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command. */
export interface Started {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** Resolves when the output so far, either stream, matches; rejects if the command ends before. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the built `mien` with an empty HOME, so that no config of this machine has a say. */
export function startMien(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const home = mkdtempSync(join(tmpdir(), 'mien-home-'));
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: '', ...env },
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (const watcher of watchers) watcher();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    for (const watcher of watchers) watcher();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const until = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = stdout.match(pattern) ?? stderr.match(pattern);
        if (!match) return;
        watchers.delete(look);
        resolve(match);
      };
      watchers.add(look);
      look();
      void finished.then((end) => reject(new Error(`ended before ${pattern}: ${JSON.stringify(end)}`)));
    });
  return { pid: child.pid!, finished, until, kill: (signal) => child.kill(signal) };
}

/** Runs the built `mien` to its end. */
export function runMien(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  return startMien(args, env).finished;
}
