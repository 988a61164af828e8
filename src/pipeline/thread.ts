import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ErrorRecord, fromErrorRecord } from '../errors.js';

/** Messages that every thread may send: it failed, and why. */
interface Failure {
  readonly kind: 'failed';
  readonly error: ErrorRecord;
}

/**
 * A worker thread with typed messages. Whatever ends it but `stop` — an error it reports, one it did not catch, an exit
 * — rejects `failed`, with the cause.
 */
export class Thread<To, From extends { readonly kind: string }> {
  /** Never resolves; rejects with the cause when the thread fails. */
  readonly failed: Promise<never>;
  readonly #worker: Worker;
  readonly #listeners = new Map<string, (message: From) => void>();
  /** Messages of a kind that nobody listens to yet: kept for whoever will. */
  readonly #early: From[] = [];
  #isStopping = false;

  /** @param entry - file name of the worker in this folder, without its ending: `engine-worker`; or any module. */
  constructor(
    readonly name: string,
    entry: string | URL,
  ) {
    this.#worker = new Worker(typeof entry === 'string' ? workerFile(entry) : entry, { name });
    this.failed = new Promise<never>((_, reject) => {
      this.#worker.on('message', (message: From | Failure) => {
        if (message.kind === 'failed') reject(fromErrorRecord((message as Failure).error));
        else this.#hear(message as From);
      });
      this.#worker.on('error', reject);
      this.#worker.on('exit', (code) => {
        if (!this.#isStopping) reject(new Error(`the ${name} thread ended by itself, with exit code ${code}`));
      });
    });
    // Whoever waits for the loop hears of it; without a waiter it must not bring the process down from here.
    this.failed.catch(() => {});
  }

  send(message: To): void {
    this.#worker.postMessage(message);
  }

  /** Calls `listener` on each message of this kind; one listener a kind. */
  on<Kind extends From['kind']>(kind: Kind, listener: (message: Extract<From, { readonly kind: Kind }>) => void): void {
    this.#listeners.set(kind, listener as (message: From) => void);
    for (const message of this.#early.splice(0)) this.#hear(message);
  }

  /** Resolves with the first message of this kind; rejects if the thread fails before. Replaces a listener of it. */
  once<Kind extends From['kind']>(kind: Kind): Promise<Extract<From, { readonly kind: Kind }>> {
    const message = new Promise<Extract<From, { readonly kind: Kind }>>((resolve) => this.on(kind, resolve));
    return Promise.race([message, this.failed]);
  }

  #hear(message: From): void {
    const listener = this.#listeners.get(message.kind);
    if (listener) listener(message);
    else this.#early.push(message);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#worker.terminate();
  }
}

/**
 * Resolves when the promise has settled, or after `ms`. Keeps the process alive meanwhile: with no thread left to do so, a
 * timer that does not would end it in the middle of its clean-up, and silently.
 */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  const timeout = delay(ms, null, { signal: timer.signal });
  await Promise.race([promise, timeout]).catch(() => {});
  timer.abort();
  await timeout.catch(() => {});
}

/** Worker threads run the compiled program; when this file runs from src/ (tests), they are found in dist/ beside it. */
function workerFile(entry: string): URL {
  const here = new URL(`./${entry}.js`, import.meta.url);
  if (existsSync(fileURLToPath(here))) return here;
  return new URL(`../../dist/pipeline/${entry}.js`, import.meta.url);
}
