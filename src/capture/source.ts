import type { FrameStamp, Rate } from '../frame/frame.js';
import type { I420Layout } from '../frame/i420.js';
import type { SourceStatus } from '../telemetry/telemetry.js';

/** What a source tells of itself once it is open. */
export interface SourceInfo {
  /** For people: "cap13_edit2.mp4", "Integrated Camera". */
  readonly name: string;
  readonly layout: I420Layout;
  readonly rate: Rate;
  /** Frames in all where the source knows and ends by itself; null for cameras and loops. An estimate for some files. */
  readonly frameCount: number | null;
}

/**
 * Where frames come from. Lives on the capture thread. A source paces itself: `read` resolves when the next frame is
 * due (a camera, a clip played live) or as soon as it is decoded (a clip read offline).
 */
export interface FrameSource {
  /** @throws UserError INPUT_MISSING, INPUT_INVALID, DEVICE_MISSING or DEVICE_BUSY. */
  open(): Promise<SourceInfo>;
  /**
   * Writes the next frame into `into` (`layout.byteLength` bytes of I420, maybe shared memory) and resolves to its
   * stamp, or to null when the source has ended. Allocates no pixel buffers once frames run.
   */
  read(into: Uint8Array): Promise<FrameStamp | null>;
  /** Safe to call twice, and before `open`. Ends a `read` that waits: it resolves to null. */
  close(): Promise<void>;
  /** Called whenever the state changes: for sources that can lose and find their device again. */
  onStatus?: (status: SourceStatus) => void;
  /** Called with what the user should know beside the state. */
  onWarning?: (text: string) => void;
  /** Whether anybody watches. A camera opened on demand is closed a while after nobody does. */
  setWatched?(isWatched: boolean): void;
}
