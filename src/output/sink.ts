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

/**
 * A sink that other programs see as a camera. Lives on a sink thread; a keeper (steady-camera.ts) calls it at the
 * stream's rate for as long as mien runs, whatever becomes of the source.
 */
export interface VirtualCamera extends FrameSink {
  /** Converts and sends one picture, and keeps it for `repeat`. Throws `OutputGone` if the device went away. */
  write(frame: Frame): void;
  /** Sends the last picture again. Nothing, before the first one. Throws as `write`. */
  repeat(): void;
  /**
   * How many programs watch, as far as can be told; null where it cannot. Cheap enough to be asked ten times a second.
   */
  watchers(): number | null;
  /** What people and programs choose it by: card label or node description, and its path where it has one. */
  readonly label: string;
  /** What the user should know of this device though it works; null for nothing. Known once it is open. */
  readonly warning: string | null;
}

/** The device or daemon behind an output went away while it was open. The keeper closes the sink and opens it again. */
export class OutputGone extends Error {
  override readonly name = 'OutputGone';
}
