import type { Micros } from './clock.js';
import type { I420Layout } from './i420.js';

/** Frames a second as a ratio: NTSC rates (30000/1001) are not whole. */
export interface Rate {
  readonly num: number;
  readonly den: number;
}

/** What identifies one frame on its way. */
export interface FrameStamp {
  /** Counts up by one a frame from 0, as the source delivered them: a gap is a drop. */
  readonly sequence: number;
  /** When the picture was taken; of a file that is read as fast as it goes, in the recording's own time. */
  readonly capturedAt: Micros;
  /** Presentation time within the source, in seconds from its first frame; for recordings and offline work. */
  readonly pts: number;
}

/** One picture and its stamp. The bytes belong to whoever handed it out: keep no view of it after handing it back. */
export interface Frame extends FrameStamp {
  readonly layout: I420Layout;
  /** `layout.byteLength` bytes of I420. */
  readonly data: Uint8Array;
}
