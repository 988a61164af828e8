import { readdirSync, realpathSync } from 'node:fs';
import { SystemCallError } from '../libc.js';
import { type DeviceIdentity, V4l2Device } from './device.js';

/** The driver name that VIDIOC_QUERYCAP gives for v4l2loopback, in every version. Its bus name differs by version. */
export const LOOPBACK_DRIVER = 'v4l2 loopback';

/** A video node that is there but could not be asked. */
export interface UnreadableDevice {
  readonly path: string;
  /** `EACCES`, `EBUSY`, `ENODEV` */
  readonly code: string;
}

/** All /dev/video* nodes in the order of their numbers: those that told of themselves, and those that did not. */
export function listVideoDevices(folder = '/dev'): { devices: DeviceIdentity[]; unreadable: UnreadableDevice[] } {
  const devices: DeviceIdentity[] = [];
  const unreadable: UnreadableDevice[] = [];
  for (const path of videoNodes(folder)) {
    let device: V4l2Device | null = null;
    try {
      device = new V4l2Device(path);
      devices.push(device.identify());
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      unreadable.push({ path, code: error.code });
    } finally {
      device?.close();
    }
  }
  return { devices, unreadable };
}

/** The node behind a symlink, such as those in /dev/v4l/by-id; the path itself where nothing is there now. */
export function resolveNode(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // whoever looks for it will say so
  }
}

function videoNodes(folder: string): string[] {
  const numbers = readdirSync(folder).map((name) => Number(/^video(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  return numbers
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b)
    .map((number) => `${folder}/video${number}`);
}
