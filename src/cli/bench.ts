import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Config, ConfigKey } from '../config/config.js';
import { LiveSettings } from '../config/settings.js';
import { UserError } from '../errors.js';
import { Loop } from '../pipeline/loop.js';
import type { StageStats, Telemetry } from '../telemetry/telemetry.js';
import { avatarOptions } from './avatar-options.js';
import { addConfigOptions, configOf } from './config-options.js';
import { timestampedRecording } from './recording-spec.js';
import { sourceSpecOf } from './source-spec.js';
import { Stopper } from './stopper.js';

const KEYS: readonly ConfigKey[] = ['source', 'size', 'fps', 'fit', 'effect', 'avatar', 'strength', 'mirror', 'json'];

/** Frames that run before the count: models warm up, the clock frequency settles. */
const WARM_UP_S = 1;

/** `mien bench`: how fast the whole loop is on this machine, and where the time goes. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .description('measure the whole loop on this computer')
    .option('--seconds <number>', 'how long to measure', parseSeconds, 10)
    .option('--live', 'frames come at the rate of the source, as from a camera, and latency counts from capture')
    .addHelpText(
      'after',
      `
Without --live, frames come as fast as they are taken: "fps" is the
throughput, and the latency of a frame counts from the moment it is in memory
to the moment it is written. Rows are percentiles in milliseconds.

Examples:
  mien bench --size 1920x1080       what a full HD camera would cost
  mien bench --effect none          the same without the touch-up
  mien bench --json | jq .total     for programs
`,
    );
  addConfigOptions(command, KEYS, {
    source: 'what to measure with: the demo, whatever webcams there are; demo, synthetic, or a video file',
    json: 'print the result as one JSON object',
  });
  return command.action((options: { seconds: number; live?: boolean }) => {
    // In the config file it is meant for `mien run`.
    if (command.getOptionValueSource('source') === 'cli' && command.getOptionValue('source') === 'camera') {
      throw new UserError(
        'CONFIG_INVALID',
        'A webcam cannot be measured with: the result would be its own rate.',
        'Leave out --source, or name a clip; what a webcam costs is in the figures of mien itself.',
      );
    }
    return run(configOf(command, KEYS), { seconds: options.seconds, live: options.live ?? false });
  });
}

async function run(config: Config, { seconds, live }: { seconds: number; live: boolean }): Promise<void> {
  const stopper = new Stopper();
  const loop = await Loop.start({
    source: sourceSpecOf(config, { paced: live, loop: true }),
    sinks: [{ kind: 'counting' }],
    settings: LiveSettings.parse({
      effect: config.effect,
      avatar: config.avatar,
      strength: config.strength,
      mirror: config.mirror,
    }),
    mode: live ? 'live' : 'offline',
    nextRecording: timestampedRecording,
    renderCard: () => Promise.reject(new Error('nothing is paused in a benchmark')),
    avatars: avatarOptions(config),
  });
  let latest: Telemetry | null = null;
  loop.on('telemetry', (telemetry) => {
    latest = telemetry;
  });
  const ended = loop.done.then(() => 'ended' as const);
  stopper.attach(loop);

  await Promise.race([delay(WARM_UP_S * 1000), ended]);
  const before = latest as Telemetry | null;
  await Promise.race([delay(seconds * 1000), ended]);
  const result = latest as Telemetry | null;
  await loop.stop();
  if (!result && stopper.wasAsked) return;
  if (!result) throw new Error('nothing was measured: no frame came');
  // Interrupted while warming up: what there is since the start.
  const fps = framesPerSecond(before === result ? null : before, result);
  if (config.json) console.log(JSON.stringify(toJson(fps, result)));
  else printTable(fps, result);
}

/** Between two snapshots by their own times: they come five times a second, not when they are asked for. */
function framesPerSecond(from: Telemetry | null, to: Telemetry): number {
  return (to.frames.written - (from?.frames.written ?? 0)) / (to.uptimeS - (from?.uptimeS ?? 0));
}

/** The documented shape: fps, total and stages in milliseconds, memory. */
function toJson(fps: number, { total, stages, rssMb, source, face }: Telemetry) {
  const row = ({ name, p50, p95, p99, budget }: StageStats) => ({
    name,
    p50: ms(p50),
    p95: ms(p95),
    p99: ms(p99),
    budget: ms(budget),
  });
  return {
    fps: ms(fps),
    total: { p50: ms(total.p50), p95: ms(total.p95), p99: ms(total.p99), budget: ms(total.budget) },
    stages: stages.map(row),
    rssMb: Math.round(rssMb),
    source,
    face: face.kind,
  };
}

/** Microseconds are the last digit that means something. */
function ms(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}

function printTable(fps: number, { total, stages, rssMb, source, face }: Telemetry): void {
  const cell = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2)).padStart(8);
  const line = (row: StageStats) =>
    `${row.name.padEnd(10)}${cell(row.p50)}${cell(row.p95)}${cell(row.p99)}${cell(row.budget)}`;
  console.log(`${source.name} ${source.width}x${source.height}, face ${face.kind}: ${fps.toFixed(1)} frames a second`);
  console.log(`${'ms'.padEnd(10)}${['p50', 'p95', 'p99', 'budget'].map((name) => name.padStart(8)).join('')}`);
  for (const stage of stages) console.log(line(stage));
  console.log(line(total));
  console.log(`memory    ${rssMb.toFixed(0)} MB`);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 3600)) throw new InvalidArgumentError('Expected 1 to 3600 seconds.');
  return seconds;
}
