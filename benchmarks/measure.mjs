// The measuring loop that all benchmarks share. One JSON line a result; p50 gates (it is the code), the tail is told (it
// is also the load of the machine).
import { cpus, loadavg } from 'node:os';

/** A brief run only shows that a benchmark works: its few rounds judge nothing. */
export const isBrief = process.env.MIEN_BENCH_ROUNDS !== undefined;

/**
 * @typedef {object} Result
 * @property {string} bench
 * @property {number} p50 milliseconds, as are p95 and p99
 * @property {number} p95
 * @property {number} p99
 * @property {number} [budgetMs] what p50 is to reach
 * @property {number} load of the machine over the last minute
 * @property {string} cpu
 */

/**
 * Times `fn` (which may return a promise) one call at a time and returns the percentiles. Nothing is printed.
 * MIEN_BENCH_ROUNDS limits the rounds: few are enough to see that a benchmark still runs.
 *
 * @param {string} name
 * @param {() => unknown} fn
 * @param {{ budgetMs?: number, warmup?: number, rounds?: number }} [options]
 * @returns {Promise<Result>}
 */
export async function measure(name, fn, { budgetMs, warmup = 200, rounds = 500 } = {}) {
  const most = Number(process.env.MIEN_BENCH_ROUNDS ?? Number.POSITIVE_INFINITY);
  rounds = Math.min(rounds, most);
  warmup = Math.min(warmup, most);
  const milliseconds = new Float64Array(rounds);
  for (let i = -warmup; i < rounds; i++) {
    const started = process.hrtime.bigint();
    const pending = fn();
    if (pending instanceof Promise) await pending;
    const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
    if (i >= 0) milliseconds[i] = elapsed;
  }
  return summarise(name, milliseconds, budgetMs);
}

/**
 * The percentiles of times that were taken elsewhere.
 *
 * @param {string} name
 * @param {Float64Array} milliseconds sorted in place
 * @param {number} [budgetMs]
 * @returns {Result}
 */
export function summarise(name, milliseconds, budgetMs) {
  milliseconds.sort();
  const at = (quantile) => Number(milliseconds[Math.ceil(quantile * milliseconds.length) - 1].toFixed(4));
  return {
    bench: name,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    ...(budgetMs === undefined ? {} : { budgetMs }),
    load: Number(loadavg()[0].toFixed(2)),
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}

/**
 * Prints one JSON line. A p50 beyond twice its budget makes the process end with exit code 1: machines are noisy, and a
 * benchmark that cries wolf is soon ignored.
 *
 * @param {Result} result
 */
export function report(result) {
  console.log(JSON.stringify(result));
  if (isBrief || result.budgetMs === undefined) return;
  if (result.p50 > 2 * result.budgetMs) {
    console.error(`${result.bench}: p50 ${result.p50} ms is more than twice its budget of ${result.budgetMs} ms`);
    process.exitCode = 1;
  }
}
