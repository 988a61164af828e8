/** Microseconds on CLOCK_MONOTONIC, the clock V4L2 stamps buffers with. Never wall time. */
export type Micros = number & { readonly __unit: 'us' };

/** The time now on the one clock of mien. `process.hrtime` reads CLOCK_MONOTONIC on Linux. */
export function nowMicros(): Micros {
  return (Number(process.hrtime.bigint()) / 1000) as Micros;
}

/** The same clock in milliseconds, with fractions: for the latency ledger. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
