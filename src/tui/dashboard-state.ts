import type { Telemetry } from '../telemetry/telemetry.js';

/** How grave a message is. */
export type Severity = 'info' | 'warning' | 'error';

/** Something that the user is told once. */
export interface Message {
  readonly severity: Severity;
  readonly text: string;
  readonly time: Date;
}

/** What the program is about to do or doing, beside what its telemetry says. */
export type Phase =
  | { readonly kind: 'starting'; readonly doing: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'stopping' };

/** All that the dashboard shows. Plain data; the view is a function of it. */
export interface DashboardState {
  readonly phase: Phase;
  readonly now: Date;
  /** The newest snapshot, null before the first one. */
  readonly telemetry: Telemetry | null;
  /** Seconds since the newest snapshot came: above 2 the picture has stalled. */
  readonly silentS: number;
  /** End-to-end latency at p95 in ms, one value a second, oldest first. */
  readonly history: readonly number[];
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly recording: { readonly path: string; readonly seconds: number } | null;
  readonly pageUrl: string | null;
  readonly isHelpOpen: boolean;
}
