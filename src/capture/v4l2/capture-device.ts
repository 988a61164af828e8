import type { Micros } from '../../frame/clock.js';
import type { Size } from '../../frame/picture-fit.js';
import type { DeviceIdentity } from '../../system/v4l2/device.js';
import type { UnreadableDevice } from '../../system/v4l2/list-devices.js';
import type { ChosenMode } from './choose-mode.js';
import type { ControlDevice } from './controls.js';
import type { CameraMode, ReadablePixels } from './modes.js';

/** How the bytes of a frame lie, as the driver settled it. */
export interface CaptureFormat {
  readonly pixels: ReadablePixels;
  /** Pixels. May be odd, and other than what was asked for. */
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next, of the luma plane where there are several; 0 for compressed pictures. */
  readonly strideBytes: number;
  /** The most bytes that a frame takes. */
  readonly byteLength: number;
  /** Luma of 0 to 255, as in JPEG, in place of 16 to 235. */
  readonly isFullRange: boolean;
  /** Colours by the matrix of HD video, in place of BT.601. */
  readonly isBt709: boolean;
  /** Frames a second that the driver promises; what was asked for where it does not tell. */
  readonly fps: number;
}

/** What the driver tells of a buffer that it filled. One object a device, filled anew with each buffer. */
export interface FilledBuffer {
  index: number;
  bytesUsed: number;
  /** The driver found the picture damaged. */
  isDamaged: boolean;
  /** The driver's count of frames, 32 bits. */
  sequence: number;
  /** When the picture was taken, on CLOCK_MONOTONIC; null where the driver stamps with another clock. */
  capturedAt: Micros | null;
}

/**
 * One open camera, as the logic above needs it: V4L2's calls without its structures. All of it blocks its thread, and
 * throws SystemCallError. In the kernel: KernelCamera. Tests have one in memory.
 */
export interface CaptureDevice extends ControlDevice {
  readonly path: string;
  /** As the function of that name in modes.ts. */
  listModes(also: readonly Size[], isWanted?: (pixels: string) => boolean): CameraMode[];
  /** Settles format, size and rate as near as the driver comes. */
  configure(mode: ChosenMode): CaptureFormat;
  /** Maps the buffers, queues them and starts the stream. */
  start(): void;
  /** The memory of each buffer, by its index. Valid from `start` to `stop`. */
  readonly buffers: readonly Uint8Array[];
  /** Waits until a filled buffer can be taken; false if none came. @throws SystemCallError if none ever will. */
  wait(timeoutMs: number): boolean;
  /** Takes the oldest filled buffer; null if there is none after all. */
  dequeue(): FilledBuffer | null;
  /** Gives a buffer back to be filled. */
  queue(index: number): void;
  /** Ends the stream and unmaps the buffers. Safe to call twice. */
  stop(): void;
  /** Stops and closes. Safe to call twice. */
  close(): void;
}

/** The cameras of this machine. */
export interface CameraHost {
  list(): { readonly devices: readonly DeviceIdentity[]; readonly unreadable: readonly UnreadableDevice[] };
  /** The path behind a symlink; the path itself where there is none. */
  resolve(path: string): string;
  /** @throws SystemCallError */
  open(path: string): CaptureDevice;
  /** "firefox (process 4711)"; null where it cannot be told. */
  holders(path: string): string | null;
}
