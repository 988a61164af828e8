import type { I420Layout } from '../../frame/i420.js';
import { evenSize } from '../../frame/picture-fit.js';
import { SystemCallError } from '../../system/libc.js';
import type { PackedFormat } from '../picture-packer.js';
import type { LoopbackNode, WantedFormat } from './loopback-node.js';

/** Pixel formats that can be asked for: YUYV is understood by most programs, the planar ones cost less to send. */
export type LoopbackPixels = 'yuyv' | 'i420' | 'nv12';

const FOURCC = { yuyv: 'YUYV', i420: 'YU12', nv12: 'NV12' } as const;

/** What to ask a node for: the frames' size, an odd side cut by one pixel, since chroma comes in pairs. */
export function wantedFormat(frame: I420Layout, pixels: LoopbackPixels): WantedFormat {
  return { ...evenSize(frame), pixels: FOURCC[pixels] };
}

/**
 * Asks a node for a format. While a reader has it open, or with its control keep_format, the driver holds on to the
 * format of before: 0.12 and 0.14 upwards answer with it, 0.13 refuses another one (EBUSY).
 *
 * @returns the format that holds, which may be another one.
 * @throws SystemCallError EBUSY or EINVAL if another program writes to it (0.14 upwards).
 */
export function negotiateFormat(node: LoopbackNode, wanted: WantedFormat): PackedFormat {
  const before = node.format();
  try {
    return node.setFormat(wanted);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // It must be set again: 0.12 has believed the new size, though it kept buffers of the old one.
    return node.setFormat(before);
  }
}

/** The driver's answers for "not now" and "not you". */
export function isRefusal(error: unknown): error is SystemCallError {
  return error instanceof SystemCallError && (error.code === 'EBUSY' || error.code === 'EINVAL');
}
