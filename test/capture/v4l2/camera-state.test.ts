import { expect, test } from 'vitest';
import {
  type CameraEvent,
  type CameraState,
  initialState,
  isSameStatus,
  nextState,
} from '../../../src/capture/v4l2/camera-state.js';
import type { Micros } from '../../../src/frame/clock.js';

const seconds = (s: number) => (s * 1e6) as Micros;

/** The state after a row of events, each at its second. */
function after(isOnDemand: boolean, events: readonly (readonly [number, CameraEvent])[]): CameraState {
  return events.reduce((state, [at, event]) => nextState(state, event, seconds(at)), initialState(isOnDemand));
}

const opened: CameraEvent = { kind: 'opened' };
const frame: CameraEvent = { kind: 'frame' };
const tick: CameraEvent = { kind: 'tick' };
const quiet = (ms: number, fps = 30): CameraEvent => ({ kind: 'quiet', waitedUs: ms * 1000, intervalUs: 1e6 / fps });
const busy: CameraEvent = { kind: 'lost', why: { kind: 'busy', detail: 'in use', holder: null } };

test('starts by opening, goes live with the first frame', () => {
  expect(initialState(false)).toMatchObject({ phase: { kind: 'away', retryAt: 0 }, status: { kind: 'starting' } });
  expect(after(false, [[1, opened]])).toMatchObject({ phase: { kind: 'open' }, status: { kind: 'starting' } });
  const live = after(false, [
    [1, opened],
    [1.1, frame],
  ]);
  expect(live).toMatchObject({ phase: { kind: 'open', quietUs: 0 }, status: { kind: 'live' } });
  expect(nextState(live, frame, seconds(2))).toBe(live);
});

test('what cannot be opened is tried again half a second later', () => {
  expect(after(false, [[3, busy]])).toMatchObject({
    phase: { kind: 'away', retryAt: seconds(3.5) },
    status: { kind: 'busy' },
  });
});

test('no frame for 2 s is a stall, a frame in between is none', () => {
  const open = [
    [1, opened],
    [1, frame],
  ] as const;
  expect(after(false, [...open, [3, quiet(1990)]]).phase.kind).toBe('open');
  expect(after(false, [...open, [3, quiet(1990)], [4, quiet(10)]])).toMatchObject({
    phase: { kind: 'away', retryAt: seconds(4.5) },
    status: { kind: 'stalled' },
  });
  expect(after(false, [...open, [3, quiet(1990)], [4, frame], [5, quiet(10)]]).phase.kind).toBe('open');
});

test('a slow camera has three intervals', () => {
  expect(
    after(false, [
      [1, opened],
      [1, quiet(2900, 1)],
    ]).phase.kind,
  ).toBe('open');
  expect(
    after(false, [
      [1, opened],
      [1, quiet(3000, 1)],
    ]).phase.kind,
  ).toBe('away');
});

test('reopening after a stall stays a stall until a frame comes', () => {
  const reopened = after(false, [
    [1, opened],
    [3, quiet(2000)],
    [4, opened],
  ]);
  expect(reopened).toMatchObject({ phase: { kind: 'open', quietUs: 0 }, status: { kind: 'stalled' } });
  expect(nextState(reopened, frame, seconds(5)).status.kind).toBe('live');
});

test('on demand: asleep until watched, asleep again 5 s after nobody watches', () => {
  const watch = (isWatched: boolean): CameraEvent => ({ kind: 'watched', isWatched });
  expect(after(true, [[100, tick]])).toMatchObject({ phase: { kind: 'asleep' }, status: { kind: 'asleep' } });
  const woken = after(true, [[1, watch(true)]]);
  expect(woken).toMatchObject({ phase: { kind: 'away', retryAt: seconds(1) }, status: { kind: 'starting' } });
  const left = [
    [1, watch(true)],
    [1, opened],
    [1, frame],
    [10, watch(false)],
  ] as const;
  expect(after(true, [...left, [14.9, tick]]).phase.kind).toBe('open');
  expect(after(true, [...left, [15, tick]])).toMatchObject({ phase: { kind: 'asleep' }, status: { kind: 'asleep' } });
  expect(after(true, [...left, [12, watch(false)], [15, tick]]).phase.kind).toBe('asleep');
  expect(after(true, [...left, [12, watch(true)], [20, tick]]).status.kind).toBe('live');
});

test('a status counts as new when its kind or what it tells has changed', () => {
  const held = (holder: string | null) => ({ kind: 'busy', detail: 'in use', holder }) as const;
  expect(isSameStatus({ kind: 'live' }, { kind: 'live' })).toBe(true);
  expect(isSameStatus({ kind: 'live' }, { kind: 'starting' })).toBe(false);
  expect(isSameStatus(held(null), held(null))).toBe(true);
  expect(isSameStatus(held(null), held('firefox'))).toBe(false);
  expect(isSameStatus({ kind: 'missing', detail: 'a' }, { kind: 'missing', detail: 'b' })).toBe(false);
  expect(isSameStatus({ kind: 'missing', detail: 'a' }, { kind: 'failed', detail: 'a' })).toBe(false);
});
