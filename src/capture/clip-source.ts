import { basename } from 'node:path';
import { UserError } from '../errors.js';
import { type Micros, nowMicros } from '../frame/clock.js';
import type { FrameStamp } from '../frame/frame.js';
import { i420Layout } from '../frame/i420.js';
import { chooseFrameSize, type Fit } from '../frame/picture-fit.js';
import { ClipTimeline } from './clip-timeline.js';
import { DueTimer } from './due-timer.js';
import { FfmpegReader } from './ffmpeg-reader.js';
import { frameInterval, rateFromFps } from './frame-rate.js';
import { PacedPlayback, type Playable } from './paced-playback.js';
import type { FrameSource, SourceInfo } from './source.js';
import type { VideoReader } from './video-reader.js';
import { Y4mReader } from './y4m-reader.js';

/** How a clip is shown. */
export interface ClipOptions {
  /** Size of the frames, 2 to 8192 a side. Without: the picture's own; with one side only, the other in proportion. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Frames a second, 1 to 240, by repeating and leaving out frames. Without: the clip's own frames and times. */
  readonly fps?: number | undefined;
  /** How a picture of another shape fills the frame. Default: letterbox. */
  readonly fit?: Fit | undefined;
  /** Starts again at the end, and never ends. Default: false. */
  readonly loop?: boolean | undefined;
  /** Delivers frames when they are due, like a camera. Default: false, every frame as fast as it is read. */
  readonly paced?: boolean | undefined;
}

/**
 * A video file as a source. Reads what FFmpeg reads, through the optional package node-av; y4m files that hold the
 * working picture in the size asked for are read without it.
 */
export class ClipSource implements FrameSource {
  readonly #path: string;
  readonly #options: ClipOptions;
  #reader: VideoReader | null = null;
  #frames: Playable | null = null;
  #playback: PacedPlayback | null = null;
  #sequence = 0;
  /** When the first picture was read, if as fast as it goes: the others count from there. */
  #beganAt: Micros | null = null;

  constructor(path: string, options: ClipOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  /** @throws UserError INPUT_MISSING, INPUT_INVALID, CONFIG_INVALID or LIBRARY_MISSING. */
  async open(): Promise<SourceInfo> {
    const { fps, loop = false, paced = false } = this.#options;
    const asked = fps === undefined ? null : rateFromFps(fps);
    const reader = await openReader(this.#path, this.#options);
    const timeline = new ClipTimeline(reader, asked, loop);
    const layout = i420Layout(reader.frameSize.width, reader.frameSize.height);
    const own = reader.info.rate;
    const rate = asked ?? own;

    this.#reader = reader;
    this.#frames = { next: () => timeline.next(), convert: (into) => reader.convert(into) };
    if (paced) {
      this.#playback = new PacedPlayback(this.#frames, layout.byteLength, frameInterval(rate), new DueTimer());
    }
    const { frameCount } = reader.info;
    const shownCount = frameCount && Math.max(1, Math.round(frameCount * (frameInterval(own) / frameInterval(rate))));
    return { name: basename(this.#path), layout, rate, frameCount: loop ? null : shownCount };
  }

  async read(into: Uint8Array): Promise<FrameStamp | null> {
    if (!this.#frames) return null;
    try {
      if (this.#playback) return await this.#playback.read(into);
      return this.#readAtOnce(this.#frames, into);
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError(
        'INPUT_INVALID',
        `A picture of ${this.#path} could not be read: ${(cause as Error).message}.`,
        'Check that the file plays in a video player and is still in its place.',
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    this.#playback?.close();
    this.#reader?.close();
    this.#frames = null;
    this.#reader = null;
  }

  #readAtOnce(frames: Playable, into: Uint8Array): FrameStamp | null {
    const pts = frames.next();
    if (pts === null) return null;
    frames.convert(into);
    this.#beganAt ??= Math.round(nowMicros()) as Micros;
    // The times of the recording, not of its reading: whoever smooths over time has to see how fast things moved. Whole
    // microseconds, so that their differences are the same in every run.
    const capturedAt = (this.#beganAt + Math.round(pts * 1e6)) as Micros;
    return { sequence: this.#sequence++, capturedAt, pts };
  }
}

async function openReader(path: string, options: ClipOptions): Promise<VideoReader> {
  const plain = Y4mReader.tryOpen(path);
  if (plain) {
    const own = plain.frameSize;
    try {
      const size = chooseFrameSize(own, options);
      if (size.width === own.width && size.height === own.height) return plain;
    } catch (error) {
      plain.close();
      throw error;
    }
    plain.close();
  }
  const { width, height, fit = 'letterbox' } = options;
  return FfmpegReader.open(path, { width, height, fit });
}
