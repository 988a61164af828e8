import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Telemetry } from '../../src/telemetry/telemetry.js';
import { bin } from '../cli/run-mien.js';
import type { PrivateSession } from './private-session.mjs';
import { exit } from './programs.js';

/** What keeps an unattended test from waiting for ever; a busy machine takes a tenth of it. */
const PATIENCE_MS = 60_000;

/** What the kernel says that a process holds. */
export interface Held {
  readonly files: number;
  readonly threads: number;
  readonly rssMb: number;
}

/** The whole of mien, as a user runs it, in a private session: `mien --json` and these arguments. */
export class RunningMien {
  readonly child: ChildProcess;
  readonly reports: Telemetry[] = [];
  /** Standard error. */
  said = '';
  #rest = '';

  constructor(session: PrivateSession, args: readonly string[]) {
    this.child = session.spawn(process.execPath, [bin, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.said += chunk;
    });
    this.child.stdout!.on('data', (chunk: Buffer) => {
      const lines = `${this.#rest}${chunk}`.split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.reports.push(JSON.parse(line) as Telemetry);
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until `pattern` stands in its messages so many times. */
  async says(pattern: RegExp, times = 1): Promise<void> {
    const all = new RegExp(pattern, 'g');
    await this.#until(() => [...this.said.matchAll(all)].length >= times, `${times} times ${pattern}`);
  }

  /** The next report, from now on, for which `isIt` holds. */
  async report(isIt: (report: Telemetry) => boolean = () => true): Promise<Telemetry> {
    const from = this.reports.length;
    const found = () => this.reports.slice(from).find(isIt);
    await this.#until(() => found() !== undefined, `a report with ${isIt}`);
    return found()!;
  }

  /** Waits for a report by which so many programs watch. */
  watched(count: 0 | 1): Promise<Telemetry> {
    return this.report(({ sinks }) => sinks[0]?.watchers === count);
  }

  /** What it holds at this moment. */
  held(): Held {
    const proc = `/proc/${this.pid}`;
    const rssKb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
    return {
      files: readdirSync(`${proc}/fd`).length,
      threads: readdirSync(`${proc}/task`).length,
      rssMb: Math.round(Number(rssKb) / 1024),
    };
  }

  /** Ends it and waits for that. @returns its exit code, null after a signal that kills. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const exited = exit(this.child);
    this.child.kill(signal);
    return exited;
  }

  /** Waits until it has ended by itself. @returns its exit code. */
  async ended(): Promise<number | null> {
    const exited = await exit(this.child);
    await pause(50); // for the last of its messages
    return exited;
  }

  async #until(isTrue: () => boolean, what: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!isTrue()) {
      if (Date.now() > end || this.child.exitCode !== null || this.child.signalCode !== null) {
        const state = JSON.stringify({ exitCode: this.child.exitCode, signal: this.child.signalCode });
        throw new Error(
          `waited for ${what}; mien (${state}) said ${this.said}, at last ${JSON.stringify(this.reports.at(-1))}`,
        );
      }
      await pause(20);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
