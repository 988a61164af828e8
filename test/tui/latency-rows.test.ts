import { describe, expect, test } from 'vitest';
import { budgetLevel } from '../../src/tui/budget-level.js';
import { ASCII_GLYPHS } from '../../src/tui/glyphs.js';
import { latencyBar, latencyColumns, latencyRow, verdict } from '../../src/tui/latency-rows.js';
import { plainText } from '../../src/tui/styled-line.js';
import { makeLateTelemetry, makeTelemetry, stage } from './made-up-state.js';

const WIDTH = 41;
const LIMIT = 30;
const bar = (p50: number, p95: number, p99: number, budget = 10): string =>
  plainText(latencyBar(stage('x', p50, p95, p99, budget), WIDTH, ASCII_GLYPHS));

describe('a bar', () => {
  test('is filled to p50, lighter to p95, with a tick at p99 and the budget at three quarters', () => {
    expect(bar(5, 7, 9)).toBe(`${'='.repeat(15)}${'-'.repeat(6)}      |  :          `);
  });

  test('crosses the budget mark as soon as p95 is over, by however little', () => {
    expect(bar(5, 10, 10)[LIMIT]).toBe(':');
    expect(bar(5, 10.01, 10.01)[LIMIT]).toBe('+');
  });

  test('ends in an arrow when p99 is beyond its end', () => {
    expect(bar(5, 12, 13)).not.toContain('>');
    expect(bar(5, 12, 14)[WIDTH - 1]).toBe('>');
  });

  test('shows at least one cell for anything measured, and none for nothing', () => {
    expect(bar(0.001, 0.001, 0.001)).toMatch(/^=\|? /);
    expect(bar(Number.NaN, Number.NaN, Number.NaN).trim()).toBe(':');
  });

  test('marks every budget in the same column, whatever the budget', () => {
    for (const budget of [0.5, 4, 33.3]) expect(bar(0, 0, 0, budget).indexOf(':')).toBe(LIMIT);
  });
});

describe('a row against its budget', () => {
  const row = (p95: number) =>
    latencyRow(stage('track', 1, p95, p95, 10), latencyColumns(80, 8), ASCII_GLYPHS, 'plain');

  test.each([
    [8, 'good', 'ok'],
    [8.01, 'near', 'near'],
    [10, 'near', 'near'],
    [10.01, 'over', 'OVER'],
    [Number.NaN, 'unknown', ''],
  ])('p95 of %d ms in a budget of 10 is %s, shown as "%s" too', (p95, level, word) => {
    expect(budgetLevel(stage('track', 1, p95, p95, 10))).toBe(level);
    expect(row(p95).at(-1)!.text.trim()).toBe(word);
    expect(row(p95).at(-1)!.style).toBe(level === 'unknown' ? 'dim' : level);
    expect(row(p95)[2]!.style).toBe(level === 'unknown' ? 'dim' : level);
  });

  test('a row without a budget is not judged', () => {
    expect(budgetLevel(stage('x', 1, 2, 3, 0))).toBe('unknown');
    expect(budgetLevel(stage('x', 1, 2, 3, Number.NaN))).toBe('unknown');
  });

  test('figures stand in the same columns in every row', () => {
    const ends = [0.01, 1, 12.34, 345.6].map((ms) => {
      const text = plainText(latencyRow(stage('a', ms, ms, ms, 10), latencyColumns(80, 8), ASCII_GLYPHS, 'plain'));
      return text.indexOf('10.0  ');
    });
    expect(new Set(ends).size).toBe(1);
  });

  test('narrow rows lose the bar first, then all figures but p95', () => {
    expect(latencyColumns(80, 8).bar).toBeGreaterThan(30);
    expect(latencyColumns(46, 8)).toMatchObject({ bar: 0, hasAllFigures: true });
    expect(latencyColumns(36, 8)).toMatchObject({ bar: 0, hasAllFigures: false });
  });
});

describe('the verdict', () => {
  const say = (changes: Parameters<typeof makeTelemetry>[0]) => verdict(makeTelemetry(changes), ASCII_GLYPHS);

  test('in time: tells what is to spare', () => {
    expect(say({})).toEqual({ text: 'In time: 24.3 ms of 33.3 ms to spare at p95.', style: 'good' });
  });

  test('late: names the stage that broke the budget', () => {
    expect(verdict(makeLateTelemetry(), ASCII_GLYPHS)).toEqual({
      text: 'Late because of touch-up: 38.6 ms, budget 6.0 ms; frames take 44.8 of 33.3 ms.',
      style: 'over',
    });
  });

  test('late without a culprit says so', () => {
    expect(say({ total: stage('total', 30, 40, 50, 33.3) })).toEqual({
      text: 'Late: 40.0 ms at p95, the frame interval is 33.3 ms (no single stage is over its own).',
      style: 'over',
    });
  });

  test('in time with a stage over its own budget names that stage', () => {
    expect(say({ stages: [stage('track', 3, 5, 6, 4), stage('write', 1, 2, 2, 3)] })).toEqual({
      text: 'In time: 24.3 ms of 33.3 ms to spare at p95, with track over budget.',
      style: 'near',
    });
  });

  test('nothing measured yet', () => {
    expect(say({ total: stage('total', Number.NaN, Number.NaN, Number.NaN, 33.3) }).text).toMatch(/^Measuring/);
  });
});
