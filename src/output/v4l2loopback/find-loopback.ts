import { UserError } from '../../errors.js';
import type { DeviceIdentity } from '../../system/v4l2/device.js';
import { LOOPBACK_DRIVER, type UnreadableDevice } from '../../system/v4l2/list-devices.js';

/** The card label that a device for mien has. */
export const OWN_LABEL = 'mien';

/** A video node, and whether another program is known to write to it. */
export interface SurveyedDevice extends DeviceIdentity {
  readonly hasWriter: boolean;
}

/** All video nodes of the machine. */
export interface DeviceSurvey {
  readonly devices: readonly SurveyedDevice[];
  readonly unreadable: readonly UnreadableDevice[];
}

/** The device to write to, or why none was chosen, for people. */
export type LoopbackChoice =
  | { readonly kind: 'found'; readonly device: SurveyedDevice }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Which v4l2loopback device to write to; never simply the first one. `auto` takes the one labelled "mien", else the only
 * one that nobody writes to and that is not another program's by its name, else none.
 *
 * @param wanted - `auto`, a path, or a card label in any case.
 * @throws UserError DEVICE_MISSING or OUTPUT_FAILED if a path or label is none that can be written to.
 */
export function findLoopback(wanted: string, survey: DeviceSurvey): LoopbackChoice {
  const loopbacks = survey.devices.filter(({ driver }) => driver === LOOPBACK_DRIVER);
  if (wanted === 'auto') return findForAuto(loopbacks);
  return { kind: 'found', device: wanted.startsWith('/') ? byPath(wanted, survey) : byLabel(wanted, loopbacks) };
}

function findForAuto(loopbacks: readonly SurveyedDevice[]): LoopbackChoice {
  const own = loopbacks.filter((device) => hasLabel(device, OWN_LABEL));
  const free = (own.length > 0 ? own : loopbacks).filter((device) => !device.hasWriter && !isOfObs(device));
  const [device] = free;
  if (device && free.length === 1) return { kind: 'found', device };
  // The one of that label is meant even if it is taken: opening it tells by whom.
  if (own.length === 1) return { kind: 'found', device: own[0]! };
  if (free.length > 1) {
    const paths = free.map(describe).join(', ');
    return {
      kind: 'none',
      reason: `several v4l2loopback devices are free: ${paths}; choose one with --output ${free[0]!.path}`,
    };
  }
  if (loopbacks.length === 0) return { kind: 'none', reason: 'there is no v4l2loopback device' };
  const taken = loopbacks.map((each) => `${describe(each)} ${each.hasWriter ? 'is written to' : 'is of OBS'}`);
  return { kind: 'none', reason: `no v4l2loopback device is free: ${taken.join(', ')}` };
}

function byPath(path: string, { devices, unreadable }: DeviceSurvey): SurveyedDevice {
  const device = devices.find((each) => each.path === path);
  if (device) {
    requireLoopback(device);
    return device;
  }
  const code = unreadable.find((each) => each.path === path)?.code;
  if (code === undefined) {
    throw new UserError(
      'DEVICE_MISSING',
      `${path} was chosen as the virtual camera, but there is no such video device.`,
      'List those that there are with: mien devices',
    );
  }
  throw unopenable(path, code);
}

function byLabel(label: string, loopbacks: readonly SurveyedDevice[]): SurveyedDevice {
  const found = loopbacks.filter((device) => hasLabel(device, label));
  const [device] = found;
  if (device && found.length === 1) return device;
  if (device) {
    throw new UserError(
      'DEVICE_MISSING',
      `Several v4l2loopback devices are labelled "${label}": ${found.map(({ path }) => path).join(', ')}.`,
      `Choose one by its path, for example --output ${device.path}`,
    );
  }
  const there = loopbacks.length > 0 ? loopbacks.map(describe).join(', ') : 'there is none at all';
  throw new UserError(
    'DEVICE_MISSING',
    `No v4l2loopback device is labelled "${label}": ${there}.`,
    'Choose another one, or make one with: mien doctor --fix',
  );
}

/** @throws UserError DEVICE_MISSING for the node of another driver: a real camera cannot be written to. */
export function requireLoopback({ path, driver, card }: DeviceIdentity): void {
  if (driver === LOOPBACK_DRIVER) return;
  throw new UserError(
    'DEVICE_MISSING',
    `${path} ("${card}") is no virtual camera: its driver is ${driver}, not v4l2loopback.`,
    'Choose a v4l2loopback device; list them with: mien devices',
  );
}

/** The error for a node that cannot be opened. */
export function unopenable(path: string, code: string, holders: string | null = null): UserError {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new UserError(
        'OUTPUT_FAILED',
        `${path} may not be opened by this user (${code}).`,
        'Join the group of video devices with: sudo usermod -aG video "$USER", and log in again.',
      );
    case 'EBUSY':
      return new UserError(
        'DEVICE_BUSY',
        `${path} is open in as many programs as it allows${holders ? `: ${holders}` : ''}.`,
        `Close one, or allow more with: echo 20 | sudo tee /sys/class/video4linux/${path.split('/').pop()}/max_openers`,
      );
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return new UserError(
        'DEVICE_MISSING',
        `The virtual camera ${path} is not there (${code}).`,
        'Load its module with: sudo modprobe v4l2loopback exclusive_caps=1 card_label=mien',
      );
    default:
      return new UserError(
        'OUTPUT_FAILED',
        `${path} could not be opened: ${code}.`,
        'See what is wrong with: mien doctor',
      );
  }
}

const hasLabel = ({ card }: DeviceIdentity, label: string) => card.toLowerCase() === label.toLowerCase();
/** OBS Studio's own device, by the label that its documentation and its start-up give. */
const isOfObs = ({ card }: DeviceIdentity) => /^obs\b/i.test(card);
const describe = ({ path, card }: DeviceIdentity) => `${path} ("${card}")`;
