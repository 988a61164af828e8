import type { Frame as AvFrame } from 'node-av/lib';
import { UserError } from '../errors.js';
import { chooseFrameSize, type Fit, type Size } from '../frame/picture-fit.js';
import { type Ffmpeg, loadFfmpeg } from '../system/ffmpeg.js';
import { frameInterval } from './frame-rate.js';
import { isSideways, type Orientation, parseDisplayMatrix } from './orientation.js';
import { PictureScaler } from './picture-scaler.js';
import { tagColours } from './source-colours.js';
import { VideoDecoder } from './video-decoder.js';
import { countFrames, streamRate } from './video-info.js';
import type { VideoInfo, VideoReader } from './video-reader.js';

/** How a reader shows the file. */
export interface ReaderOptions {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fit: Fit;
}

/** Reads the video of any file that FFmpeg reads. */
export class FfmpegReader implements VideoReader {
  readonly info: VideoInfo;
  readonly frameSize: Size;
  readonly #ffmpeg: Ffmpeg;
  readonly #decoder: VideoDecoder;
  readonly #scaler: PictureScaler;
  readonly #interval: number;
  /** The picture at hand and the one after it. They change places. */
  #current: AvFrame;
  #following: AvFrame;
  #nextPts: number | null = null;
  /** Start and end of the picture decoded last. */
  #lastPts = -1;
  #lastEnd = 0;
  /** Time stamp of the file's first picture, in the stream's time base. */
  #firstStamp: bigint | null = null;
  #isClosed = false;

  /** @throws UserError INPUT_MISSING, INPUT_INVALID, CONFIG_INVALID or LIBRARY_MISSING. */
  static async open(path: string, options: ReaderOptions): Promise<FfmpegReader> {
    const ffmpeg = await loadFfmpeg();
    const decoder = new VideoDecoder(ffmpeg, path);
    const pictures: [AvFrame, AvFrame] = [allocFrame(ffmpeg), allocFrame(ffmpeg)];
    try {
      return new FfmpegReader(ffmpeg, decoder, pictures, path, options);
    } catch (error) {
      for (const picture of pictures) picture.free();
      decoder.close();
      throw error;
    }
  }

  private constructor(
    ffmpeg: Ffmpeg,
    decoder: VideoDecoder,
    [current, following]: [AvFrame, AvFrame],
    path: string,
    options: ReaderOptions,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#decoder = decoder;
    this.#current = current;
    this.#following = following;
    const { stream } = decoder;
    const rate = streamRate(stream);
    this.#interval = frameInterval(rate);
    this.#decodeFollowing();
    if (this.#nextPts === null) {
      throw new UserError(
        'INPUT_INVALID',
        `Not one picture of ${path} could be decoded: the file is damaged or cut short.`,
        'Check that it plays in a video player, or copy it again from where it came.',
      );
    }
    const orientation = findOrientation(ffmpeg, decoder, following);
    const picture = displayedSize(following, orientation);
    this.info = { picture, rate, frameCount: countFrames(decoder.format, stream, rate) };
    this.frameSize = chooseFrameSize(picture, options);
    this.#scaler = new PictureScaler(ffmpeg, picture, orientation, this.frameSize, options.fit);
  }

  get nextPts(): number | null {
    return this.#nextPts;
  }

  get currentEnd(): number {
    return this.#nextPts ?? this.#lastEnd;
  }

  advance(): void {
    [this.#current, this.#following] = [this.#following, this.#current];
    this.#decodeFollowing();
  }

  convert(into: Uint8Array): void {
    tagColours(this.#ffmpeg, this.#decoder.stream, this.#current);
    this.#scaler.convert(this.#ffmpeg, this.#current, into);
  }

  rewind(): void {
    const first = this.#firstStamp;
    this.#lastPts = -1;
    if (first !== null && this.#decoder.seek(first)) {
      this.#decodeFollowing();
      if (this.#nextPts === 0) return;
    }
    // Not every format can be wound back, and some land a few frames late.
    this.#decoder.reopen();
    this.#lastPts = -1;
    this.#firstStamp = null;
    this.#decodeFollowing();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#scaler.close();
    this.#current.free();
    this.#following.free();
    this.#decoder.close();
  }

  #decodeFollowing(): void {
    if (!this.#decoder.decode(this.#following)) {
      this.#nextPts = null;
      return;
    }
    const { timeBase } = this.#decoder.stream;
    const seconds = (stamp: bigint): number => (Number(stamp) * timeBase.num) / timeBase.den;
    const stamp = this.#following.bestEffortTimestamp;
    const hasStamp = stamp !== this.#ffmpeg.AV_NOPTS_VALUE;
    this.#firstStamp ??= hasStamp ? stamp : null;
    let pts = hasStamp && this.#firstStamp !== null ? seconds(stamp - this.#firstStamp) : this.#lastEnd;
    if (this.#lastPts < 0 && !hasStamp) pts = 0;
    // Time never stands still or runs back, whatever a damaged file says.
    if (pts <= this.#lastPts) pts = this.#lastPts + this.#interval;
    const duration = seconds(this.#following.duration);
    this.#lastPts = pts;
    this.#lastEnd = pts + (duration > 0 ? duration : this.#interval);
    this.#nextPts = pts;
  }
}

function allocFrame(ffmpeg: Ffmpeg): AvFrame {
  const frame = new ffmpeg.Frame();
  frame.alloc();
  return frame;
}

/** Phones store the picture as the sensor saw it and say how to turn it. */
function findOrientation(ffmpeg: Ffmpeg, decoder: VideoDecoder, picture: AvFrame): Orientation {
  return parseDisplayMatrix(
    picture.getSideData(ffmpeg.AV_FRAME_DATA_DISPLAYMATRIX) ??
      decoder.stream.codecpar.getCodedSideData(ffmpeg.AV_PKT_DATA_DISPLAYMATRIX),
  );
}

/** The picture upright and with square pixels. */
function displayedSize(picture: AvFrame, orientation: Orientation): Size {
  const { num, den } = picture.sampleAspectRatio;
  const stretch = num > 0 && den > 0 ? num / den : 1;
  const width = Math.max(1, Math.round(picture.width * stretch));
  const { height } = picture;
  return isSideways(orientation) ? { width: height, height: width } : { width, height };
}
