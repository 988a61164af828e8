import type { StageStats, Telemetry } from '../telemetry/telemetry.js';
import { dropShare, figure, milliseconds } from './figures.js';

const NOTHING = '-';

/**
 * One line for logs and pipes, ASCII but for names, without a line break:
 * rates, drops, end-to-end p50/p95/p99 against the budget, each stage's p50, face, load, and what is switched on.
 */
export function formatPlainLine(telemetry: Telemetry): string {
  const { total, stages, brokenBy, frames } = telemetry;
  const ms = (value: number): string => milliseconds(value, NOTHING);
  const all = ({ p50, p95, p99 }: StageStats): string => [p50, p95, p99].map(ms).join('/');
  return [
    `fps ${figure(telemetry.fpsIn, 1, NOTHING)} in ${figure(telemetry.fpsOut, 1, NOTHING)} out`,
    `dropped ${frames.dropped} (${dropShare(frames.dropped, frames.captured)})`,
    `total ${all(total)} of ${ms(total.budget)} ms`,
    stages.map(({ name, p50 }) => `${name} ${ms(p50)}`).join(' '),
    ...(brokenBy === null ? [] : [`LATE: ${brokenBy}`]),
    ...(telemetry.source.status.kind === 'live' ? [] : [`source ${telemetry.source.status.kind}`]),
    describeFace(telemetry),
    `cpu ${figure(telemetry.cpuPercent, 0, NOTHING)} %`,
    `mem ${figure(telemetry.rssMb, 0, NOTHING)} MB`,
    describeSettings(telemetry),
  ].join(' | ');
}

/**
 * One JSON object, without a line break: the fields of `Telemetry` under their own names (camelCase), numbers with at
 * most three decimals, null where nothing was measured yet.
 */
export function formatJsonLine(telemetry: Telemetry): string {
  const fields: Telemetry = {
    source: telemetry.source,
    fpsIn: telemetry.fpsIn,
    fpsOut: telemetry.fpsOut,
    frames: telemetry.frames,
    total: telemetry.total,
    stages: telemetry.stages,
    brokenBy: telemetry.brokenBy,
    face: telemetry.face,
    avatar: telemetry.avatar,
    settings: telemetry.settings,
    sinks: telemetry.sinks,
    cpuPercent: telemetry.cpuPercent,
    rssMb: telemetry.rssMb,
    uptimeS: telemetry.uptimeS,
  };
  // JSON.stringify itself writes null for NaN and the infinities.
  return JSON.stringify(fields, (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  );
}

function describeFace({ face }: Telemetry): string {
  if (face.kind !== 'tracked') return `face ${face.kind}`;
  return `face ${figure(100 * face.presence, 0, NOTHING)} % ${figure(face.widthPx, 0, NOTHING)} px`;
}

function describeSettings(telemetry: Telemetry): string {
  const { settings } = telemetry;
  const effect = {
    none: () => 'no effect',
    'touch-up': () => `touch-up ${figure(settings.strength, 0, NOTHING)}`,
    avatar: () => describeAvatar(telemetry),
  }[settings.effect]();
  const switches = (['mirror', 'split', 'paused'] as const).filter((name) => settings[name]);
  return [effect, ...switches].join(' ');
}

function describeAvatar({ avatar }: Telemetry): string {
  switch (avatar.kind) {
    case 'off':
      return 'avatar being chosen';
    case 'refused':
      return `avatar ${avatar.name} REFUSED: ${avatar.reason}`;
    case 'chosen':
      if (avatar.wear.kind === 'worn') return `avatar ${avatar.name} worn`;
      return `avatar ${avatar.name} ${avatar.wear.shows === 'last' ? 'held' : 'card'}: ${avatar.wear.words}`;
  }
}
