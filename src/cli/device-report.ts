import { type ChosenMode, chooseMode, type ModeWish } from '../capture/v4l2/choose-mode.js';
import { type CameraControl, listControls } from '../capture/v4l2/controls.js';
import { captureDevices } from '../capture/v4l2/find-camera.js';
import { type CameraMode, listModes } from '../capture/v4l2/modes.js';
import { type PipewireAvailability, pipewireAvailability } from '../output/pipewire/availability.js';
import { moduleVersion } from '../output/v4l2loopback/module-version.js';
import { type DeviceHolder, deviceHolders } from '../system/device-holders.js';
import { SystemCallError } from '../system/libc.js';
import { type DeviceIdentity, V4l2Device } from '../system/v4l2/device.js';
import { LOOPBACK_DRIVER, listVideoDevices, type UnreadableDevice } from '../system/v4l2/list-devices.js';
import { isExclusive } from '../system/v4l2/loopback-caps.js';

/** A webcam, and what it can do. */
export interface CameraReport {
  /** What `--camera` takes besides path and name. */
  readonly index: number;
  readonly path: string;
  readonly name: string;
  readonly driver: string;
  readonly bus: string;
  readonly holders: readonly DeviceHolder[];
  /** In the driver's order. */
  readonly modes: readonly CameraMode[];
  /** The mode that mien would take; null where it can read none. */
  readonly chosen: ChosenMode | null;
  /** Null unless they were asked for. */
  readonly controls: readonly CameraControl[] | null;
}

/** A device of v4l2loopback. */
export interface LoopbackReport {
  readonly path: string;
  readonly label: string;
  readonly isExclusive: boolean;
  readonly holders: readonly DeviceHolder[];
}

/** All devices of this machine that have to do with mien: what `mien devices` tells. Plain data. */
export interface DeviceReport {
  /** What the modes were chosen for. */
  readonly wish: ModeWish;
  readonly cameras: readonly CameraReport[];
  /** Version of the loaded v4l2loopback; null where it is not loaded, or older than 0.13. */
  readonly loopbackVersion: string | null;
  readonly virtualCameras: readonly LoopbackReport[];
  readonly pipewire: PipewireAvailability;
  /** Nodes that could not be opened, or went away while they were asked. */
  readonly unreadable: readonly UnreadableDevice[];
}

/** Opens every video node for a moment and asks it. Sets nothing. */
export async function reportDevices(wish: ModeWish, withControls: boolean): Promise<DeviceReport> {
  const { devices, unreadable } = listVideoDevices();
  const cameras: CameraReport[] = [];
  const gone: UnreadableDevice[] = [];
  for (const [index, device] of captureDevices(devices).entries()) {
    if (device.driver === LOOPBACK_DRIVER) continue;
    try {
      cameras.push(askCamera(device, index, wish, withControls));
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      gone.push({ path: device.path, code: error.code });
    }
  }
  return {
    wish,
    cameras,
    loopbackVersion: moduleVersion(),
    virtualCameras: devices.filter(({ driver }) => driver === LOOPBACK_DRIVER).map(describeLoopback),
    pipewire: await pipewireAvailability(),
    unreadable: [...unreadable, ...gone],
  };
}

/** @throws SystemCallError if it went away. */
function askCamera(identity: DeviceIdentity, index: number, wish: ModeWish, withControls: boolean): CameraReport {
  const { path, card, driver, bus } = identity;
  const device = new V4l2Device(path);
  try {
    const modes = listModes(device, [wish]);
    return {
      index,
      path,
      name: card,
      driver,
      bus,
      holders: deviceHolders(path),
      modes,
      chosen: chooseMode(modes, wish),
      controls: withControls ? listControls(device) : null,
    };
  } finally {
    device.close();
  }
}

function describeLoopback({ path, card, caps }: DeviceIdentity): LoopbackReport {
  return { path, label: card, isExclusive: isExclusive(caps), holders: deviceHolders(path) };
}
