import type { Frame, Rate } from '../frame/frame.js';
import type { I420Layout } from '../frame/i420.js';

/** The stream that a sink is opened for. It never changes while the sink is open. */
export interface StreamFormat {
  readonly layout: I420Layout;
  readonly rate: Rate;
}

/** Where frames go. `write` may take its time: a slow sink has a thread of its own (pipeline/sink-worker.ts). */
export interface FrameSink {
  /** For people: "recording talk.mp4", "preview page". */
  readonly name: string;
  /** @throws UserError OUTPUT_FAILED or LIBRARY_MISSING. */
  open(format: StreamFormat): Promise<void>;
  /**
   * Takes one frame. Its bytes are the caller's again once this returns or resolves.
   *
   * @param before - the same picture before the effects, for sinks that show both; null unless somebody asked for it.
   */
  write(frame: Frame, before: Uint8Array | null): void | Promise<void>;
  /** Gives up, in place of `close`: for outputs that are worth nothing unless they are whole. */
  discard?(): void;
  /** Finishes the output (a recording is playable after it). Safe to call twice, and before `open`. */
  close(): Promise<void>;
}
