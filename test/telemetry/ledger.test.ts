import { expect, test } from 'vitest';
import { brokenBy, LatencyLedger, percentile } from '../../src/telemetry/ledger.js';

const rows = [
  { name: 'capture', budgetMs: 2 },
  { name: 'track', budgetMs: 3 },
  { name: 'write', budgetMs: 1 },
];

function frame(ledger: LatencyLedger, at: number, parts: readonly number[]): void {
  ledger.begin(at);
  let now = at;
  for (const [row, ms] of parts.entries()) {
    now += ms;
    ledger.mark(row, now);
  }
  ledger.end(now);
}

test('rows add up to the total, frame by frame', () => {
  const ledger = new LatencyLedger(rows);
  frame(ledger, 1000, [1.5, 2.25, 0.25]);
  const stages = ledger.stages(1010);
  const total = ledger.total(1010, 33);
  expect(stages.reduce((sum, stage) => sum + stage.p50, 0)).toBeCloseTo(total.p50, 9);
  expect(total.p50).toBeCloseTo(4, 9);
});

test('percentiles are nearest rank over the window only', () => {
  const ledger = new LatencyLedger(rows, 1000);
  frame(ledger, 0, [500, 500, 500]); // long before the window
  for (let index = 1; index <= 100; index++) frame(ledger, 10_000 + index, [index, 0, 0]);
  const [capture] = ledger.stages(10_300);
  expect(capture).toMatchObject({ p50: 50, p95: 95, p99: 99 });
  expect(ledger.total(12_000, 33).p50).toBeNaN();
});

test('a frame that is dropped on its way counts nowhere', () => {
  const ledger = new LatencyLedger(rows);
  frame(ledger, 100, [1, 1, 1]);
  ledger.begin(200);
  ledger.mark(0, 290);
  frame(ledger, 300, [1, 1, 1]);
  expect(ledger.stages(310)[0]!.p99).toBe(1);
});

test('a row that a frame passed by is not measured for it', () => {
  const ledger = new LatencyLedger(rows);
  ledger.begin(0);
  ledger.mark(0, 1);
  ledger.mark(2, 3);
  ledger.end(3);
  const [, track, write] = ledger.stages(5);
  expect(track!.p50).toBeNaN();
  expect(write!.p50).toBe(2);
});

test('the circle keeps going past its capacity without allocating', () => {
  const ledger = new LatencyLedger(rows, 1e9);
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 5000; index++) frame(ledger, index * 10, [1, 2, 1]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
  expect(ledger.total(50_000, 33).p99).toBeCloseTo(4, 6);
});

test('the stage furthest over its budget is named, and none while the whole is within', () => {
  const stage = (name: string, p95: number, budget: number) => ({ name, p50: 0, p95, p99: 0, budget });
  const stages = [stage('capture', 5, 2), stage('track', 30, 3), stage('write', Number.NaN, 1)];
  expect(brokenBy(stages, stage('total', 36, 33))).toBe('track');
  expect(brokenBy(stages, stage('total', 30, 33))).toBeNull();
});

test('percentile of none is NaN', () => {
  expect(percentile(new Float64Array(0), 0.5)).toBeNaN();
});
