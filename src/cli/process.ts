import { Command } from 'commander';
import type { Config, ConfigKey } from '../config/config.js';
import { LiveSettings } from '../config/settings.js';
import { UserError } from '../errors.js';
import { Loop } from '../pipeline/loop.js';
import { hasSound } from '../system/media-file.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { avatarOptions } from './avatar-options.js';
import { addConfigOptions, configOf } from './config-options.js';
import { timestampedRecording } from './recording-spec.js';
import { sourceSpecOf } from './source-spec.js';
import { Stopper } from './stopper.js';

const KEYS: readonly ConfigKey[] = ['size', 'fps', 'fit', 'effect', 'avatar', 'strength', 'mirror', 'json'];

/** Below this share of the promised frames the file is cut short; counts from lengths and mean rates are not exact. */
const SHORT_FRACTION = 0.9;

/** `mien process IN OUT`: every frame of a file, as fast as it goes, sound kept. */
export function processCommand(): Command {
  const command = new Command('process')
    .description('touch up a whole video file, or wear an avatar in it: every frame, its rate and its sound kept')
    .argument('<in>', 'the video to read; "demo" for the demo clip')
    .argument('<out>', 'the file to write: .mp4, .mov, .mkv, or .y4m (without sound)')
    .option('--overwrite', 'replace the output if it exists')
    .addHelpText(
      'after',
      `
Examples:
  mien process talk.mp4 rested.mp4
  mien process talk.mov small.mp4 --size 640x360 --strength 30
  mien process demo lossless.y4m --json
  mien process talk.mp4 worn.mp4 --effect avatar --avatar mona-lisa
`,
    );
  addConfigOptions(command, KEYS, { json: 'print the result as one JSON object' });
  return command.action((input: string, output: string, options: { overwrite?: boolean }) =>
    run(input, output, options.overwrite ?? false, configOf(command, KEYS, { source: input })),
  );
}

async function run(input: string, output: string, overwrite: boolean, config: Config): Promise<void> {
  const source = sourceSpecOf(config, { paced: false, loop: false });
  const stopper = new Stopper();
  const loop = await Loop.start({
    source,
    sinks: [{ kind: 'recording', path: output, preset: 'offline', overwrite, copyAudioFrom: source.input }],
    settings: LiveSettings.parse({
      effect: config.effect,
      avatar: config.avatar,
      strength: config.strength,
      mirror: config.mirror,
    }),
    mode: 'offline',
    nextRecording: timestampedRecording,
    renderCard: () => Promise.reject(new Error('nothing is paused offline')),
    avatars: avatarOptions(config),
  });
  if (output.toLowerCase().endsWith('.y4m') && (await hasSound(source.input))) {
    console.error(`warning: .y4m holds no sound; that of ${input} is left out. Name an .mp4, .mov or .mkv to keep it.`);
  }
  const progress = new Progress(loop.info.frameCount, config.json);
  loop.on('telemetry', (telemetry) => progress.show(telemetry));
  stopper.attach(loop);
  try {
    await loop.done;
  } finally {
    progress.clear();
  }
  if (stopper.wasAsked && progress.frames === 0) {
    throw new UserError('OUTPUT_FAILED', `Stopped before the first frame of ${input}.`, 'Run the command again.');
  }
  progress.finish(input, output, stopper.wasAsked);
  if (stopper.wasAsked) {
    throw new UserError(
      'OUTPUT_FAILED',
      `Stopped before the end of ${input}; ${output} holds the frames up to there.`,
      'Run the command again to process all of it.',
    );
  }
  const promised = loop.info.frameCount;
  if (promised !== null && progress.frames < SHORT_FRACTION * promised) {
    console.error(
      `warning: ${input} gave ${progress.frames} of the ${promised} frames that its length promises; ` +
        'if it should be longer, it is damaged or cut short.',
    );
  }
}

/** Frames done, speed and time left, on one line of standard error. */
class Progress {
  readonly #frameCount: number | null;
  readonly #isJson: boolean;
  readonly #startedMs = performance.now();
  #last: Telemetry | null = null;

  constructor(frameCount: number | null, isJson: boolean) {
    this.#frameCount = frameCount;
    this.#isJson = isJson;
  }

  show(telemetry: Telemetry): void {
    this.#last = telemetry;
    if (!process.stderr.isTTY || this.#isJson) return;
    const { written } = telemetry.frames;
    const perSecond = written / this.#seconds();
    const of = this.#frameCount === null ? '' : ` of ${this.#frameCount}`;
    const left = this.#frameCount === null ? '' : `, ${formatSeconds((this.#frameCount - written) / perSecond)} left`;
    process.stderr.write(`\r${written}${of} frames, ${perSecond.toFixed(0)} a second${written > 0 ? left : ''}\x1b[K`);
  }

  get frames(): number {
    return this.#last?.frames.written ?? 0;
  }

  /** Takes the line away, for what is said next. */
  clear(): void {
    if (process.stderr.isTTY && !this.#isJson) process.stderr.write('\r\x1b[K');
  }

  finish(input: string, output: string, isPartial: boolean): void {
    const { frames } = this;
    const seconds = this.#seconds();
    if (this.#isJson) {
      const p50 = this.#last?.total.p50 ?? null;
      console.log(JSON.stringify({ input, output, frames, seconds, fps: frames / seconds, totalP50: p50, isPartial }));
    } else {
      console.log(`${output}: ${frames} frames in ${seconds.toFixed(1)} s, ${(frames / seconds).toFixed(0)} a second`);
    }
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
