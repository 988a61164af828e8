import { deviceHolders } from '../../system/device-holders.js';
import { LOOPBACK_DRIVER, listVideoDevices } from '../../system/v4l2/list-devices.js';
import { CAP } from '../../system/v4l2/structs.js';
import type { DeviceSurvey } from './find-loopback.js';

/** Looks at all video nodes, for `findLoopback`. Opens each for a moment. */
export function surveyDevices(): DeviceSurvey {
  const { devices, unreadable } = listVideoDevices();
  return {
    devices: devices.map((device) => ({ ...device, hasWriter: hasWriter(device) })),
    unreadable,
  };
}

/**
 * With exclusive_caps a node stops to announce output while somebody writes. Some versions forget to announce it again
 * afterwards, hence the look at who has it open. Without exclusive_caps a writer shows only when the node is opened.
 */
function hasWriter({ path, driver, caps }: { path: string; driver: string; caps: number }): boolean {
  return driver === LOOPBACK_DRIVER && (caps & CAP.VIDEO_OUTPUT) === 0 && deviceHolders(path).length > 0;
}
