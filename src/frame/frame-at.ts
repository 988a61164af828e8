import type { I420Layout } from './i420.js';

/** An I420 frame in kernel memory: its layout, and the byte address of its first luma pixel. */
export interface FrameAt {
  readonly layout: I420Layout;
  readonly address: number;
}
