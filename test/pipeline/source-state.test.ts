import { expect, test } from 'vitest';
import { cardState, describeSourceStatus } from '../../src/pipeline/source-state.js';
import type { SourceStatus } from '../../src/telemetry/telemetry.js';

const STATUSES: readonly SourceStatus[] = [
  { kind: 'live' },
  { kind: 'starting' },
  { kind: 'asleep' },
  { kind: 'stalled' },
  { kind: 'missing', detail: 'There is no camera "x".' },
  { kind: 'failed', detail: 'The driver refused.' },
  { kind: 'busy', detail: 'The camera is used by firefox (process 4711).', holder: 'firefox (process 4711)' },
];

test('each state of the source has its card', () => {
  expect(STATUSES.map((status) => cardState(status, false))).toEqual([
    'no picture',
    'starting',
    'starting',
    'no picture',
    'camera unplugged',
    'no picture',
    'camera busy',
  ]);
});

test('paused, the card says so whatever the camera does: others need not know more', () => {
  for (const status of STATUSES) expect(cardState(status, true)).toBe('paused');
});

test('the user is told what was found; what needs their hand is a warning', () => {
  const told = STATUSES.map((status) => describeSourceStatus('Cam', status, true));
  expect(told.map(({ severity }) => severity)).toEqual([
    'info',
    'info',
    'info',
    'warning',
    'warning',
    'warning',
    'warning',
  ]);
  expect(told.at(-1)!.text).toContain('firefox (process 4711)');
  expect(told[4]!.text).toBe('There is no camera "x". Waiting for it; others see a card.');
  expect(describeSourceStatus('Cam', STATUSES[4]!, false).text).toBe('There is no camera "x". Waiting for it.');
});
