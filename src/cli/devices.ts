import { Command } from 'commander';
import { USUAL } from '../capture/camera-source.js';
import { type Config, type ConfigKey, sidesOf } from '../config/config.js';
import { addConfigOptions, configOf } from './config-options.js';
import { deviceLines } from './device-lines.js';
import { reportDevices } from './device-report.js';

const KEYS: readonly ConfigKey[] = ['size', 'fps', 'json'];

/** `mien devices`: webcams with their modes, virtual cameras, PipeWire. */
export function devicesCommand(): Command {
  const command = new Command('devices')
    .description('webcams with their modes, and virtual cameras')
    .option('--controls', 'list the settings of each webcam too: brightness, exposure, focus')
    .addHelpText(
      'after',
      `
Examples:
  mien devices                      what is there, and which mode mien takes
  mien devices --fps 60             which mode it would take for 60 a second
  mien devices --controls           what can be set on a webcam
  mien devices --json | jq -r '.cameras[].path'
`,
    );
  addConfigOptions(command, KEYS, {
    json: 'print all of it as one JSON object',
    size: 'the size that is wanted of a webcam (default: 1280x720)',
    fps: 'the frames a second that are wanted of it (default: 30)',
  });
  return command.action(({ controls = false }: { controls?: boolean }) => run(configOf(command, KEYS), controls));
}

async function run({ size, fps, json }: Config, withControls: boolean): Promise<void> {
  const report = await reportDevices({ ...USUAL, ...sidesOf(size), ...(fps && { fps }) }, withControls);
  if (json) console.log(JSON.stringify(report));
  else for (const line of deviceLines(report)) console.log(line);
}
