import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isWritten } from './virtual-camera.mjs';
import { nowMs, until } from './waiting.mjs';

/** Loading the models takes 10 s on a quiet computer that emulates, minutes on a busy one; only what hangs runs into this. */
const LIMIT_MS = 240_000;

/** The program as a user runs it, with `--json`: its reports, one a second, and its messages. */
export class Mien {
  /** @type {Record<string, any> | null} the last report: a Telemetry */
  report = null;
  /** @type {{ text: string, atMs: number }[]} */
  messages = [];
  startedMs = nowMs();
  #line = '';

  /** @param {string[]} args - of `mien run` */
  constructor(args) {
    const all = ['bin/mien.js', 'run', '--json', '--no-preview', '--effect', 'none', ...args];
    this.child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.closed = once(this.child, 'close').then(([code]) => code);
    this.child.stdout.setEncoding('utf8').on('data', (text) => this.#takeReports(text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => this.#takeMessages(text));
  }

  get pid() {
    return this.child.pid;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @returns {Record<string, any> | undefined} state of the source in the last report */
  get status() {
    return this.report?.source.status;
  }

  get messageText() {
    return this.messages.map(({ text }) => text).join('\n');
  }

  /** Other programs see a camera, though mien may still be loading its models. */
  async waitForOutput() {
    await this.waitFor('the virtual camera is one', () => isWritten());
  }

  /**
   * @param {string} kind - of the source's state
   * @param {number} [limitMs]
   */
  async waitForStatus(kind, limitMs) {
    await this.waitFor(`mien tells that its source is ${kind}`, () => this.status?.kind === kind, limitMs);
    return this.status;
  }

  /** @param {RegExp} pattern */
  async waitForMessage(pattern, { sinceMs = 0, limitMs = 60_000 } = {}) {
    const find = () => this.messages.find(({ text, atMs }) => atMs >= sinceMs && pattern.test(text));
    return this.waitFor(`mien says ${pattern}`, find, limitMs);
  }

  /** As `until`, but a mien that ends or is silent is told of. */
  async waitFor(what, test, limitMs = LIMIT_MS) {
    try {
      return await until(what, () => test() || (this.isRunning ? null : fail(`mien ended before ${what}`)), {
        limitMs,
      });
    } catch (error) {
      const { status, messageText } = this;
      throw new Error(`${error.message}; its source: ${JSON.stringify(status)}; its messages:\n${messageText}`);
    }
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    this.child.kill(name);
  }

  /** Ends it, in good order unless another signal is named, and returns its exit code. */
  async stop(signal = 'SIGTERM') {
    if (this.isRunning) this.child.kill(signal);
    return this.closed;
  }

  #takeReports(text) {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.report = JSON.parse(line);
  }

  #takeMessages(text) {
    for (const line of text.split('\n')) if (line) this.messages.push({ text: line, atMs: nowMs() });
  }
}

function fail(message) {
  throw new Error(message);
}
