import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';

const found = ['firefox-esr', 'firefox'].find((name) => spawnSync('which', [name]).status === 0);
const START_MS = 90_000;

/** Skips the running test where there is no Firefox. */
export function needsFirefox(context: TestContext): void {
  if (!found) context.skip('no firefox-esr or firefox here');
}

/** Whether there is a Firefox. */
export const hasFirefox = found !== undefined;

/**
 * A real, headless Firefox, driven by Marionette: JSON arrays with their length before them, `[0, id, command,
 * parameters]` answered by `[1, id, error, result]`. Source: Firefox source docs, "Marionette protocol".
 */
export class Firefox {
  readonly #child: ChildProcess;
  readonly #profile: string;
  #socket: Socket | null = null;
  #id = 0;
  #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  static async launch(preferences: Readonly<Record<string, unknown>>, env: Record<string, string>): Promise<Firefox> {
    const port = await freePort();
    const profile = mkdtempSync(join(tmpdir(), 'mien-firefox-'));
    const all = { ...preferences, 'marionette.port': port, 'datareporting.policy.dataSubmissionEnabled': false };
    const lines = Object.entries(all).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const args = ['--headless', '--marionette', '--no-remote', '--profile', profile, 'about:blank'];
    const firefox = new Firefox(spawn(found!, args, { env, stdio: 'ignore' }), profile);
    try {
      await firefox.#connect(port);
      await firefox.#command('WebDriver:NewSession', {});
      await firefox.#command('WebDriver:SetTimeouts', { script: START_MS });
      return firefox;
    } catch (error) {
      await firefox.close();
      throw error;
    }
  }

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
  }

  async navigate(url: string): Promise<void> {
    await this.#command('WebDriver:Navigate', { url });
  }

  /** Calls a function of the page's `window` and resolves to what it resolves to. */
  async ask<Answer>(name: string, ...args: readonly unknown[]): Promise<Answer> {
    const script = `const done = arguments[arguments.length - 1];
      window.wrappedJSObject.askedByTest(${JSON.stringify(name)}, ${JSON.stringify(JSON.stringify(args))}).then(done);`;
    const { value } = (await this.#command('WebDriver:ExecuteAsyncScript', {
      script,
      args: [],
      sandbox: 'default',
    })) as {
      value: string;
    };
    const { answer, error } = JSON.parse(value) as { answer?: Answer; error?: string };
    if (error !== undefined) throw new Error(error);
    return answer as Answer;
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await ended;
    }
    for (let tries = 0; tries < 50; tries++) {
      try {
        rmSync(this.#profile, { recursive: true, force: true });
        break;
      } catch {
        await sleep(100); // its child processes end a moment later
      }
    }
  }

  async #connect(port: number): Promise<void> {
    const end = Date.now() + START_MS;
    while (!this.#socket) {
      if (Date.now() > end) throw new Error(`Firefox did not listen within ${START_MS / 1000} s`);
      await sleep(200);
      this.#socket = await connected(port);
    }
    let rest = Buffer.alloc(0);
    this.#socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const colon = rest.indexOf(':');
        const end = colon + 1 + Number(rest.subarray(0, Math.max(0, colon)).toString());
        if (colon < 0 || rest.length < end) return;
        this.#receive(JSON.parse(rest.subarray(colon + 1, end).toString()));
        rest = rest.subarray(end);
      }
    });
  }

  #receive(message: unknown): void {
    if (!Array.isArray(message)) return; // the greeting
    const [, id, error, result] = message as [number, number, { message: string } | null, unknown];
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }

  #command(name: string, parameters: unknown): Promise<unknown> {
    const id = ++this.#id;
    const text = JSON.stringify([0, id, name, parameters]);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket!.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }
}

function connected(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(null));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
