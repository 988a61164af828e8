import { expect, test } from 'vitest';
import { formatJsonLine, formatPlainLine } from '../../src/tui/plain.js';
import { makeLateTelemetry, makeTelemetry, stage } from './made-up-state.js';

const unmeasured = makeTelemetry({
  fpsIn: Number.NaN,
  total: stage('total', Number.NaN, Number.NaN, Number.NaN, 33.33),
  stages: [stage('wait', Number.NaN, Number.NaN, Number.NaN, 2)],
  face: { kind: 'none' },
  settings: { effect: 'none', avatar: '', strength: 60, mirror: true, split: true, paused: true },
});

test('a plain line holds every figure', () => {
  expect(formatPlainLine(makeTelemetry())).toBe(
    'fps 30.0 in 29.9 out | dropped 12 (0.3 %) | total 6.2/9.0/14.1 of 33.3 ms | ' +
      'wait 0.3 track 2.4 touch-up 2.0 blend <0.1 write 1.4 | face 98 % 312 px | cpu 85 % | mem 214 MB | ' +
      'touch-up 60 mirror',
  );
});

test('a plain line names what broke the budget', () => {
  expect(formatPlainLine(makeLateTelemetry())).toContain(' | LATE: touch-up | ');
});

test('a plain line shows nothing measured as - and tells what is switched on', () => {
  expect(formatPlainLine(unmeasured)).toBe(
    'fps - in 29.9 out | dropped 12 (0.3 %) | total -/-/- of 33.3 ms | wait - | face none | cpu 85 % | mem 214 MB | ' +
      'no effect mirror split paused',
  );
});

test('a JSON line is one line that parses back to the telemetry, to three decimals', () => {
  const line = formatJsonLine(makeTelemetry({ fpsIn: 29.97043 }));
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual(makeTelemetry({ fpsIn: 29.97 }));
});

test.each([
  [{ kind: 'chosen', name: 'Mona Lisa', until: null, wear: { kind: 'worn' } }, 'avatar Mona Lisa worn'],
  [
    {
      kind: 'chosen',
      name: 'Mona Lisa',
      until: null,
      wear: { kind: 'withheld', shows: 'card', reason: 'no face', words: 'no face is seen' },
    },
    'avatar Mona Lisa card: no face is seen',
  ],
  [
    { kind: 'refused', name: 'ada', reason: 'The avatar ada may not be worn: the consent ended.' },
    'avatar ada REFUSED: The avatar ada may not be worn: the consent ended.',
  ],
] as const)('a line tells of the avatar: %j', (avatar, words) => {
  const settings = { ...makeTelemetry().settings, effect: 'avatar' } as const;
  expect(formatPlainLine(makeTelemetry({ settings, avatar }))).toContain(` | ${words} mirror`);
});

test('a JSON line has null where nothing was measured', () => {
  const parsed = JSON.parse(formatJsonLine(unmeasured));
  expect(parsed.fpsIn).toBeNull();
  expect(parsed.stages[0]).toEqual({ name: 'wait', p50: null, p95: null, p99: null, budget: 2 });
});
