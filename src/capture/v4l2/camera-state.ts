import type { Micros } from '../../frame/clock.js';
import type { SourceStatus } from '../../telemetry/telemetry.js';

/** Between two tries to open a camera that is missing, busy or failing. */
const RETRY_US = 500_000;
/** An open camera without a frame for this long, and for three intervals, has stalled. */
const STALL_US = 2_000_000;
const STALL_INTERVALS = 3;
/** A camera opened on demand is kept open for so long after the last one stopped watching. */
const UNWATCHED_US = 5_000_000;

/** What a camera source does: `asleep` (nobody watches), `away` (not open; to be tried at `retryAt`), `open`. */
export type CameraPhase =
  | { readonly kind: 'asleep' }
  | { readonly kind: 'away'; readonly retryAt: Micros }
  /** `quietUs`: how long no frame has come. Time in which this process was stopped does not count. */
  | { readonly kind: 'open'; readonly quietUs: number };

/** The whole state of a camera source: what it does, and what it tells of it. */
export interface CameraState {
  readonly phase: CameraPhase;
  readonly status: SourceStatus;
  /** Since when nobody watches a source that is opened on demand; null while somebody does, or need not. */
  readonly unwatchedSince: Micros | null;
}

/** What happens to a camera source. */
export type CameraEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'frame' }
  /** No frame came while it waited for `waitedUs`. `intervalUs`: from one frame to the next at the camera's rate. */
  | { readonly kind: 'quiet'; readonly waitedUs: number; readonly intervalUs: number }
  /** It could not be opened, or was lost in use. */
  | { readonly kind: 'lost'; readonly why: SourceStatus }
  | { readonly kind: 'watched'; readonly isWatched: boolean }
  /** Time went by. */
  | { readonly kind: 'tick' };

const LIVE: SourceStatus = { kind: 'live' };
const STARTING: SourceStatus = { kind: 'starting' };
const STALLED: SourceStatus = { kind: 'stalled' };
const ASLEEP: SourceStatus = { kind: 'asleep' };

/** The state before anything happened. A source on demand sleeps until it is watched. */
export function initialState(isOnDemand: boolean): CameraState {
  return isOnDemand
    ? { phase: { kind: 'asleep' }, status: ASLEEP, unwatchedSince: null }
    : { phase: { kind: 'away', retryAt: 0 as Micros }, status: STARTING, unwatchedSince: null };
}

/** The state after an event. Pure; returns `state` itself where nothing changes. */
export function nextState(state: CameraState, event: CameraEvent, now: Micros): CameraState {
  switch (event.kind) {
    case 'opened':
      // A stream that stalls over and over does not seem to start in between.
      return {
        ...state,
        phase: { kind: 'open', quietUs: 0 },
        status: state.status.kind === 'stalled' ? STALLED : STARTING,
      };
    case 'frame':
      return isLively(state) ? state : { ...state, phase: { kind: 'open', quietUs: 0 }, status: LIVE };
    case 'quiet':
      return afterQuiet(state, event.waitedUs, event.intervalUs, now);
    case 'lost':
      return away(state, event.why, now);
    case 'watched':
      return event.isWatched ? watched(state, now) : { ...state, unwatchedSince: state.unwatchedSince ?? now };
    case 'tick': {
      const { unwatchedSince } = state;
      const isOver = unwatchedSince !== null && now - unwatchedSince >= UNWATCHED_US;
      return isOver && state.phase.kind !== 'asleep' ? { ...state, phase: { kind: 'asleep' }, status: ASLEEP } : state;
    }
  }
}

/** The same state for people: nothing new to tell. */
export function isSameStatus(a: SourceStatus, b: SourceStatus): boolean {
  if (a.kind === 'busy') return b.kind === 'busy' && a.detail === b.detail && a.holder === b.holder;
  if (a.kind === 'missing' || a.kind === 'failed') return a.kind === b.kind && 'detail' in b && a.detail === b.detail;
  return a.kind === b.kind;
}

function isLively({ phase, status }: CameraState): boolean {
  return phase.kind === 'open' && phase.quietUs === 0 && status.kind === 'live';
}

function afterQuiet(state: CameraState, waitedUs: number, intervalUs: number, now: Micros): CameraState {
  if (state.phase.kind !== 'open') return state;
  const quietUs = state.phase.quietUs + waitedUs;
  if (quietUs >= Math.max(STALL_US, STALL_INTERVALS * intervalUs)) return away(state, STALLED, now);
  return { ...state, phase: { kind: 'open', quietUs } };
}

function away(state: CameraState, status: SourceStatus, now: Micros): CameraState {
  return { ...state, phase: { kind: 'away', retryAt: (now + RETRY_US) as Micros }, status };
}

function watched(state: CameraState, now: Micros): CameraState {
  const awake: CameraState = { ...state, unwatchedSince: null };
  return state.phase.kind === 'asleep' ? { ...awake, phase: { kind: 'away', retryAt: now }, status: STARTING } : awake;
}
