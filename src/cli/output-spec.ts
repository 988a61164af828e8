import type { SourceSpec } from '../capture/create-source.js';
import type { Config } from '../config/config.js';
import { UserError } from '../errors.js';
import { pipewireAvailability } from '../output/pipewire/availability.js';
import { type DeviceSurvey, findLoopback } from '../output/v4l2loopback/find-loopback.js';
import { surveyDevices } from '../output/v4l2loopback/survey-devices.js';
import type { SinkSpec } from '../pipeline/messages.js';
import { deviceHolders } from '../system/device-holders.js';
import { resolveNode } from '../system/v4l2/list-devices.js';

/** The node that PipeWire's clients remember: the same at every start, so that browsers keep their choice. */
const PIPEWIRE: SinkSpec = { kind: 'pipewire', nodeName: 'mien' };

/** The virtual camera to write to; null for none, and then why, in words for the user. */
export interface ChosenOutput {
  readonly spec: SinkSpec | null;
  readonly note: string | null;
}

/**
 * The virtual camera that a config asks for. `auto`: a v4l2loopback device that is meant for mien, since every program
 * sees it; else a PipeWire camera; else none, which is no error, for the preview page is there.
 *
 * @throws UserError DEVICE_MISSING or OUTPUT_FAILED if a v4l2loopback device was asked for that cannot be had. Whether a
 * chosen one is taken, and by whom, shows when it is opened.
 */
export async function chooseOutput({
  output,
  outputFormat,
}: Pick<Config, 'output' | 'outputFormat'>): Promise<ChosenOutput> {
  if (output === 'none') return { spec: null, note: null };
  if (output === 'pipewire') return { spec: PIPEWIRE, note: null };
  const survey = surveyDevices();
  const wanted = output === 'v4l2loopback' ? 'auto' : output.startsWith('/') ? resolveNode(output) : output;
  const found = findLoopback(wanted, survey);
  if (found.kind === 'found') {
    return { spec: { kind: 'v4l2loopback', path: found.device.path, pixels: outputFormat }, note: null };
  }
  if (output === 'v4l2loopback') {
    throw new UserError(
      'DEVICE_MISSING',
      `A v4l2loopback device was asked for, but ${found.reason}.`,
      'See what to do with: mien doctor',
    );
  }
  refuseSecond(survey);
  const pipewire = await pipewireAvailability();
  if (pipewire.kind === 'ready') return { spec: PIPEWIRE, note: null };
  const reason = `${found.reason}, and no PipeWire`;
  return { spec: null, note: `no virtual camera, only the preview page: ${reason}. "mien doctor" tells what to do` };
}

/** @throws UserError CONFIG_INVALID if pictures would be read from the device that they are sent to. */
export function refuseOwnPicture(source: SourceSpec, output: SinkSpec | null): void {
  if (source.kind !== 'camera' || output?.kind !== 'v4l2loopback') return;
  if (resolveNode(source.camera) !== output.path) return;
  throw new UserError(
    'CONFIG_INVALID',
    `${output.path} was chosen as the camera and as the virtual camera: mien would show its own picture.`,
    'Choose another one with --camera or --output; "mien devices" lists them.',
  );
}

/** Two of them would put one face into two cameras, and only by mistake. @throws UserError DEVICE_BUSY. */
function refuseSecond({ devices }: DeviceSurvey): void {
  for (const { path, card } of devices.filter(({ hasWriter }) => hasWriter)) {
    const other = deviceHolders(path).find(({ command }) => command === 'mien');
    if (!other) continue;
    throw new UserError(
      'DEVICE_BUSY',
      `mien is running already: process ${other.pid} sends to ${card} (${path}).`,
      'Quit that one, or start this one with another --output ("none": only the preview page).',
    );
  }
}
