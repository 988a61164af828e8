import type { LiveSettings } from '../config/settings.js';

/** One row of the latency ledger over the last 10 s, in milliseconds. NaN where nothing was measured yet. */
export interface StageStats {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly budget: number;
}

/**
 * How the source is. All but `live` mean that no picture comes, and what the virtual camera shows a card for:
 * `starting` (opening, no frame yet), `missing` (no such camera; waits for it to be plugged in), `busy` (another program
 * has it), `stalled` (open, but no frame comes), `failed` (the driver refuses; tried again), `asleep` (nobody watches).
 */
export type SourceStatus =
  | { readonly kind: 'live' | 'starting' | 'asleep' | 'stalled' }
  | { readonly kind: 'missing' | 'failed'; readonly detail: string }
  /** `holder`: "firefox (process 4711)", or null where it cannot be told. */
  | { readonly kind: 'busy'; readonly detail: string; readonly holder: string | null };

/** What one sink has done. `dropped` counts frames it was too slow to take. */
export interface SinkStats {
  readonly kind: 'preview' | 'recording' | 'counting' | 'v4l2loopback' | 'pipewire';
  readonly name: string;
  readonly written: number;
  readonly dropped: number;
  /** Programs that watch: clients of a virtual camera, open preview pages. Null where that cannot be told. */
  readonly watchers: number | null;
}

/** The face as the screen tells of it. */
export type FaceStatus =
  | { readonly kind: 'none' }
  /** Nobody looks for one: no effect needs it. */
  | { readonly kind: 'off' }
  | { readonly kind: 'tracked'; readonly presence: number; readonly widthPx: number };

/**
 * Why a frame of the camera is not let out while an avatar is chosen: it is being `loading`; there is `no face`, the tracker
 * is `unsure` of it or has `slipped` off it; the face is `new` and not yet known to be the user's, or `other faces` might be;
 * the avatar `cannot be worn` on it (turned too far), it did `not cover` it, or something `failed`.
 */
export type WithheldReason =
  | 'loading'
  | 'no face'
  | 'unsure'
  | 'slipped'
  | 'new'
  | 'other faces'
  | 'cannot be worn'
  | 'not covered'
  | 'failed';

/** What leaves while an avatar is chosen: worn frames, or in place of each the `last` of them or the `card`. */
export type WearStatus =
  | { readonly kind: 'worn' }
  /** `words`: the reason for people. */
  | {
      readonly kind: 'withheld';
      readonly shows: 'last' | 'card';
      readonly reason: WithheldReason;
      readonly words: string;
    };

/** The avatar as the screen tells of it. */
export type AvatarStatus =
  | { readonly kind: 'off' }
  /** `until`: the day to which the consent reaches, in ISO 8601; null where it has no end. */
  | { readonly kind: 'chosen'; readonly name: string; readonly until: string | null; readonly wear: WearStatus }
  /** It may not, or cannot, be worn: a card is shown. */
  | { readonly kind: 'refused'; readonly name: string; readonly reason: string };

/** The state of a running mien at one moment: all that the terminal UI and the page show. Plain data. */
export interface Telemetry {
  readonly source: {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly fps: number;
    readonly status: SourceStatus;
  };
  /** Frames a second over the last second: delivered by the source, and written to the sinks. */
  readonly fpsIn: number;
  readonly fpsOut: number;
  /** Frames since the start. `dropped`: skipped by a late source, or replaced by a newer one before the engine took them. */
  readonly frames: { readonly captured: number; readonly written: number; readonly dropped: number };
  /** From capture to written, split into stages that add up to it; `total.budget` is one frame interval. */
  readonly total: StageStats;
  readonly stages: readonly StageStats[];
  /** The stage furthest over its budget while the whole is over its own (both at p95), else null. */
  readonly brokenBy: string | null;
  readonly face: FaceStatus;
  readonly avatar: AvatarStatus;
  readonly settings: LiveSettings;
  readonly sinks: readonly SinkStats[];
  /** All threads of the process; 100 is one core. */
  readonly cpuPercent: number;
  readonly rssMb: number;
  readonly uptimeS: number;
}

/** How much a message matters to the user. */
export type Severity = 'info' | 'warning' | 'error';
