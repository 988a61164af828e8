import type { Rate } from '../frame/frame.js';
import type { Size } from '../frame/picture-fit.js';

/** What a video file tells of itself. */
export interface VideoInfo {
  /** As it is meant to be seen: upright and with square pixels. */
  readonly picture: Size;
  readonly rate: Rate;
  /** Frames in all, exact or from length and rate; null where the file does not tell. */
  readonly frameCount: number | null;
}

/**
 * A video file read in order, one frame ahead: `current` is the picture at hand, `nextPts` tells when the following one
 * starts. Synchronous: it belongs on the capture thread. Times are seconds from the first frame.
 */
export interface VideoReader {
  readonly info: VideoInfo;
  /** Size of the frames that `convert` writes. */
  readonly frameSize: Size;
  /** Start of the following frame, or null when the current one is the last. Before the first `advance`: 0. */
  readonly nextPts: number | null;
  /** When the current frame ends, as far as is known: the start of the next one, or by its duration. */
  readonly currentEnd: number;
  /** Makes the following frame the current one. Only while `nextPts` is not null. */
  advance(): void;
  /** Writes the current frame into `into` as I420 of the size that the reader was opened for. */
  convert(into: Uint8Array): void;
  /** Back to before the first frame. */
  rewind(): void;
  /** Safe to call twice. */
  close(): void;
}
