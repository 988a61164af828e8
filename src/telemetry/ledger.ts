import type { StageStats } from './telemetry.js';

/** A row of the ledger: what it is called on screen, and how long it may take. */
export interface LedgerRow {
  readonly name: string;
  readonly budgetMs: number;
}

/** Frames kept: 10 s at 120 frames a second. */
const CAPACITY = 1200;

/**
 * Where the milliseconds of each frame went. A frame's interval from capture to written is split by marks, so the rows
 * add up to the total and nothing is counted twice. Written in a circle: no allocation while frames run.
 */
export class LatencyLedger {
  readonly rows: readonly LedgerRow[];
  readonly #windowMs: number;
  /** CAPACITY × (rows + 1) milliseconds; the last column is the total. */
  readonly #ms: Float64Array;
  /** When each frame was written, in ms on the one clock; NaN while it is under way or if it never arrived. */
  readonly #writtenAt: Float64Array;
  readonly #scratch = new Float64Array(CAPACITY);
  #frame = -1;
  #beganMs = 0;
  #lastMs = 0;

  /** @param windowMs how far back `stats` looks. */
  constructor(rows: readonly LedgerRow[], windowMs = 10_000) {
    this.rows = rows;
    this.#windowMs = windowMs;
    this.#ms = new Float64Array(CAPACITY * (rows.length + 1)).fill(Number.NaN);
    this.#writtenAt = new Float64Array(CAPACITY).fill(Number.NaN);
  }

  /** Starts a frame at the moment it was captured. */
  begin(capturedAtMs: number): void {
    this.#frame++;
    const slot = this.#frame % CAPACITY;
    const width = this.rows.length + 1;
    // NaN first: a frame that is dropped on its way must not show the numbers of an older one.
    this.#ms.fill(Number.NaN, slot * width, (slot + 1) * width);
    this.#writtenAt[slot] = Number.NaN;
    this.#beganMs = capturedAtMs;
    this.#lastMs = capturedAtMs;
  }

  /** Ends a row: it took from the mark before (or the capture) until now. Rows not marked took no time of their own. */
  mark(row: number, nowMs: number): void {
    this.#ms[(this.#frame % CAPACITY) * (this.rows.length + 1) + row] = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
  }

  /** Ends the frame: it is written. */
  end(nowMs: number): void {
    const slot = this.#frame % CAPACITY;
    this.#ms[slot * (this.rows.length + 1) + this.rows.length] = nowMs - this.#beganMs;
    this.#writtenAt[slot] = nowMs;
  }

  /** Percentiles (nearest rank) of each row over the window, in the order of the rows. */
  stages(nowMs: number): StageStats[] {
    return this.rows.map((row, index) => this.#stats(row.name, row.budgetMs, index, nowMs));
  }

  /** Percentiles of the whole, capture to written. */
  total(nowMs: number, budgetMs: number): StageStats {
    return this.#stats('total', budgetMs, this.rows.length, nowMs);
  }

  #stats(name: string, budget: number, column: number, nowMs: number): StageStats {
    const width = this.rows.length + 1;
    let count = 0;
    for (let slot = 0; slot < CAPACITY; slot++) {
      const value = this.#ms[slot * width + column]!;
      if (nowMs - this.#writtenAt[slot]! <= this.#windowMs && !Number.isNaN(value)) this.#scratch[count++] = value;
    }
    const sorted = this.#scratch.subarray(0, count).sort();
    return { name, budget, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) };
  }
}

/** Nearest-rank percentile of ascending values; NaN of none. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Names the stage that broke the budget: the one furthest over its own while the whole is over its own, both at p95;
 * null while the whole is within.
 */
export function brokenBy(stages: readonly StageStats[], total: StageStats): string | null {
  if (!(total.p95 > total.budget)) return null;
  let worst: StageStats | null = null;
  for (const stage of stages) {
    if (Number.isNaN(stage.p95)) continue;
    if (worst === null || stage.p95 - stage.budget > worst.p95 - worst.budget) worst = stage;
  }
  return worst?.name ?? null;
}
