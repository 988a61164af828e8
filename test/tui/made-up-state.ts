import type { StageStats, Telemetry } from '../../src/telemetry/telemetry.js';
import type { DashboardState } from '../../src/tui/dashboard-state.js';

/** A row of the ledger: p50, p95, p99, budget. */
export function stage(name: string, p50: number, p95: number, p99: number, budget: number): StageStats {
  return { name, p50, p95, p99, budget };
}

/** A snapshot of a mien in good health. */
export function makeTelemetry(changes: Partial<Telemetry> = {}): Telemetry {
  return {
    source: { name: 'cap13_edit2.mp4', width: 1280, height: 720, fps: 30, status: { kind: 'live' } },
    fpsIn: 29.97,
    fpsOut: 29.9,
    frames: { captured: 3456, written: 3440, dropped: 12 },
    total: stage('total', 6.2, 9, 14.12, 33.33),
    stages: [
      stage('wait', 0.3, 0.5, 0.9, 2),
      stage('track', 2.4, 3.5, 5, 4),
      stage('touch-up', 2, 2.8, 4.1, 6),
      stage('blend', 0.04, 0.2, 0.4, 1.5),
      stage('write', 1.4, 1.9, 2.6, 3),
    ],
    brokenBy: null,
    face: { kind: 'tracked', presence: 0.982, widthPx: 311.6 },
    avatar: { kind: 'off' },
    settings: { effect: 'touch-up', avatar: '', strength: 60, mirror: true, split: false, paused: false },
    sinks: [
      { kind: 'preview', name: 'page', written: 3440, dropped: 2, watchers: 1 },
      { kind: 'recording', name: 'recording', written: 342, dropped: 0, watchers: null },
    ],
    cpuPercent: 84.6,
    rssMb: 213.7,
    uptimeS: 125.4,
    ...changes,
  };
}

/** The same with a touch-up that breaks the budget of the whole. */
export function makeLateTelemetry(): Telemetry {
  const healthy = makeTelemetry();
  return makeTelemetry({
    stages: healthy.stages.map((row) => (row.name === 'touch-up' ? stage('touch-up', 28, 38.6, 52, 6) : row)),
    total: stage('total', 32, 44.8, 60, 33.33),
    brokenBy: 'touch-up',
    fpsOut: 22.4,
  });
}

/** What the dashboard shows of `makeTelemetry`, with a page, a recording and two messages. */
export function makeState(changes: Partial<DashboardState> = {}): DashboardState {
  const now = new Date(2026, 0, 5, 12, 3, 50);
  return {
    phase: { kind: 'running' },
    now,
    telemetry: makeTelemetry(),
    silentS: 0.1,
    history: Array.from({ length: 60 }, (_, second) => 9 + 3 * Math.sin(second / 5)),
    messages: [
      { severity: 'info', text: 'preview page ready', time: new Date(2026, 0, 5, 12, 3, 44) },
      { severity: 'warning', text: 'the face was lost for 2 s', time: new Date(2026, 0, 5, 12, 3, 49) },
    ],
    recording: { path: '/home/ada/Videos/talk.mp4', seconds: 12 },
    pageUrl: 'http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55',
    isHelpOpen: false,
    ...changes,
  };
}
