import { UserError } from '../../errors.js';
import type { DeviceIdentity } from '../../system/v4l2/device.js';
import { LOOPBACK_DRIVER } from '../../system/v4l2/list-devices.js';
import { CAP } from '../../system/v4l2/structs.js';

/** The name of the choice that leaves it to mien. */
export const AUTO_CAMERA = 'auto';

/**
 * The devices that pictures can be read from, in the order that an index counts: real cameras first, then the capture
 * sides of v4l2loopback. Metadata nodes of webcams and virtual cameras without a writer are not among them.
 */
export function captureDevices(devices: readonly DeviceIdentity[]): DeviceIdentity[] {
  const capture = devices.filter(({ caps }) => caps & CAP.VIDEO_CAPTURE);
  return [...capture.filter(isReal), ...capture.filter((device) => !isReal(device))];
}

/**
 * The camera that was asked for: by path ("/dev/video0"; symlinks must be resolved), by index among `captureDevices`
 * ("0"), by name, whatever its case ("Integrated Camera", else a part of it: "integrated"), or the first real one
 * ("auto": never a virtual camera, which may be mien's own).
 *
 * @throws UserError DEVICE_MISSING, listing what is there; CONFIG_INVALID for a name that several have.
 */
export function findCamera(wanted: string, devices: readonly DeviceIdentity[]): DeviceIdentity {
  const cameras = captureDevices(devices);
  const found = matches(wanted, cameras);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new UserError(
      'CONFIG_INVALID',
      `The camera "${wanted}" may be any of ${list(found)}.`,
      'Name it by its path, for example --camera /dev/video0.',
    );
  }
  if (wanted === AUTO_CAMERA) throw new UserError('DEVICE_MISSING', 'No webcam was found.', 'Plug one in.');
  // Virtual cameras are left out: one of them may be mien's own.
  const webcams = cameras.filter(isReal);
  const there = webcams.length === 0 ? 'no webcam is there' : `there are ${list(webcams)}`;
  const other = devices.find(({ path }) => path === wanted);
  throw new UserError(
    'DEVICE_MISSING',
    other
      ? `${wanted} (${other.card}) gives no pictures; ${there}.`
      : `The camera "${wanted}" was not found; ${there}.`,
    'Plug it in, or choose one that is there with --camera.',
  );
}

/**
 * A camera that went away and may be back under another number: the same device on the same port, else the only one of
 * the same name. Null if it is not there. It is never another camera: that would show what nobody chose to show.
 */
export function findAgain(known: DeviceIdentity, devices: readonly DeviceIdentity[]): DeviceIdentity | null {
  const alike = captureDevices(devices).filter(({ driver, card }) => driver === known.driver && card === known.card);
  const samePort = alike.filter(({ bus }) => bus === known.bus);
  const samePath = samePort.find(({ path }) => path === known.path);
  if (samePath) return samePath;
  if (samePort.length > 0) return samePort[0]!;
  return alike.length === 1 ? alike[0]! : null;
}

function matches(wanted: string, cameras: readonly DeviceIdentity[]): DeviceIdentity[] {
  if (wanted === AUTO_CAMERA) return cameras.filter(isReal).slice(0, 1);
  if (wanted.startsWith('/')) return cameras.filter(({ path }) => path === wanted);
  if (/^\d+$/.test(wanted)) return cameras.slice(Number(wanted), Number(wanted) + 1);
  const name = wanted.toLowerCase();
  const whole = cameras.filter(({ card }) => card.toLowerCase() === name);
  return whole.length > 0 ? whole : cameras.filter(({ card }) => card.toLowerCase().includes(name));
}

function isReal({ driver }: DeviceIdentity): boolean {
  return driver !== LOOPBACK_DRIVER;
}

function list(devices: readonly DeviceIdentity[]): string {
  return devices.map(({ card, path }) => `"${card}" (${path})`).join(', ');
}
