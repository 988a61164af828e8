import { basename } from 'node:path';
import { Command } from 'commander';
import type { Config, ConfigKey } from '../config/config.js';
import { LiveSettings } from '../config/settings.js';
import { renderCard } from '../output/card.js';
import { Loop } from '../pipeline/loop.js';
import type { SinkSpec } from '../pipeline/messages.js';
import { avatarOptions } from './avatar-options.js';
import { addConfigOptions, configOf } from './config-options.js';
import { chooseOutput, refuseOwnPicture } from './output-spec.js';
import { recordingSpec, timestampedRecording } from './recording-spec.js';
import { openScreen, type Screen } from './screen.js';
import { chooseLiveSource } from './source-spec.js';
import { Stopper } from './stopper.js';

const KEYS: readonly ConfigKey[] = [
  'source',
  'camera',
  'control',
  'onDemand',
  'output',
  'outputFormat',
  'size',
  'fps',
  'fit',
  'loop',
  'effect',
  'avatar',
  'wornFor',
  'strength',
  'mirror',
  'split',
  'paused',
  'preview',
  'port',
  'record',
  'plain',
  'json',
];

/** `mien run`, the default: the camera, live, until the user ends it. */
export function runCommand(): Command {
  const command = new Command('run').description('run the camera, live (what `mien` alone does)');
  addConfigOptions(command, KEYS);
  return command.action(() => run(configOf(command, KEYS)));
}

async function run(config: Config): Promise<void> {
  const source = chooseLiveSource(config);
  const output = await chooseOutput(config);
  refuseOwnPicture(source.spec, output.spec);
  const sinks: SinkSpec[] = output.spec ? [output.spec] : [];
  if (config.preview) sinks.push({ kind: 'preview', port: config.port });
  if (config.record !== undefined) sinks.push(recordingSpec(config.record));

  const stopper = new Stopper();
  let loop: Loop | null = null;
  let recording: string | null = config.record ?? null;
  const screen = await openScreen(config, (command) => {
    if (command.kind === 'quit') stopper.stop();
    else loop?.command(command);
  });
  try {
    const { spec } = source;
    screen.starting(`opening ${spec.kind === 'camera' ? 'the camera' : basename(spec.input)}`);
    loop = await Loop.start({
      source: spec,
      sinks,
      settings: LiveSettings.parse(pickSettings(config)),
      mode: 'live',
      nextRecording: timestampedRecording,
      renderCard: (layout, state) => renderCard(layout, { title: 'mien', state }),
      avatars: avatarOptions(config),
    });
    attach(screen, loop, config);
    for (const { note } of [source, output]) if (note !== null) screen.message('info', note);
    loop.on('recording', (path) => {
      recording = path;
    });
    stopper.attach(loop);
    await loop.done;
  } finally {
    screen.close();
    stopper.release();
  }
  // The terminal UI is gone with all it said: where the recording that just ended lies is worth a line that stays.
  if (recording !== null) console.error(`recorded ${recording}`);
}

function attach(screen: Screen, loop: Loop, config: Config): void {
  const { layout, name } = loop.info;
  loop.on('telemetry', (telemetry) => screen.update(telemetry));
  loop.on('message', (severity, text) => screen.message(severity, text));
  loop.on('recording', (path) => screen.setRecording(path));
  loop.on('first-frame', () => {
    screen.message('info', `first frame of ${name} (${layout.width}x${layout.height}) out after ${sinceStart()} ms`);
  });
  for (const { address } of loop.outputs) if (address !== null) screen.setPageAddress(address);
  if (config.record !== undefined) screen.setRecording(config.record);
}

/** Milliseconds since this process began. */
function sinceStart(): number {
  return Math.round(performance.now());
}

function pickSettings(config: Config): Partial<Config> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key in LiveSettings.shape));
}
