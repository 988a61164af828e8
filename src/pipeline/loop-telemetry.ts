import type { SourceInfo } from '../capture/source.js';
import type { SourceStatus, Telemetry } from '../telemetry/telemetry.js';
import type { EngineReport } from './messages.js';
import type { Sink } from './sink-thread.js';

/** What the engine reports, with what the main thread knows of source and sinks. */
export function telemetryOf(
  report: EngineReport,
  info: SourceInfo,
  sinks: readonly Sink[],
  status: SourceStatus,
): Omit<Telemetry, 'avatar' | 'settings' | 'cpuPercent' | 'rssMb' | 'uptimeS'> {
  return {
    source: {
      name: info.name,
      width: info.layout.width,
      height: info.layout.height,
      fps: info.rate.num / info.rate.den,
      status,
    },
    fpsIn: report.fpsIn,
    fpsOut: report.fpsOut,
    frames: report.frames,
    total: report.total,
    stages: report.stages,
    brokenBy: report.brokenBy,
    face: report.face,
    sinks: sinks.map(({ id, name, spec, watchers }) => {
      const output = report.outputs.find((candidate) => candidate.id === id);
      return { kind: spec.kind, name, written: output?.written ?? 0, dropped: output?.dropped ?? 0, watchers };
    }),
  };
}
