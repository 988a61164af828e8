import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/** Milliseconds on CLOCK_MONOTONIC, which drivers stamp frames with. */
export const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

/**
 * Waits until `test` gives something true, and returns it.
 *
 * @template T
 * @param {string} what - for the error's message
 * @param {() => T | Promise<T>} test
 * @param {{ limitMs?: number, everyMs?: number }} [options] - a limit that only what hangs runs into
 * @returns {Promise<T>}
 */
export async function until(what, test, { limitMs = 30_000, everyMs = 20 } = {}) {
  const deadline = nowMs() + limitMs;
  for (;;) {
    const result = await test();
    if (result) return result;
    if (nowMs() > deadline) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}
