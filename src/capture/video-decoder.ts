import type { Frame as AvFrame, CodecContext, FormatContext, Packet, Stream } from 'node-av/lib';
import { UserError } from '../errors.js';
import type { Ffmpeg } from '../system/ffmpeg.js';
import { openMediaFile } from '../system/media-file.js';

/** Above this many pixels a picture is decoded by two threads: one takes too long for 60 frames a second. */
const ONE_THREAD_PIXELS = 1280 * 720;

/** The pictures of a media file's first (best) video stream, decoded in order. Synchronous. */
export class VideoDecoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #path: string;
  readonly #packet: Packet;
  #format: FormatContext;
  #stream: Stream;
  #codec: CodecContext;
  #hasEnded = false;

  /** @throws UserError INPUT_MISSING or INPUT_INVALID. */
  constructor(ffmpeg: Ffmpeg, path: string) {
    this.#ffmpeg = ffmpeg;
    this.#path = path;
    ({ format: this.#format, stream: this.#stream, codec: this.#codec } = openVideo(ffmpeg, path));
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
  }

  get format(): FormatContext {
    return this.#format;
  }

  get stream(): Stream {
    return this.#stream;
  }

  /**
   * Decodes the next picture into `picture`. Damaged parts of the file are passed over.
   *
   * @returns whether there was one.
   */
  decode(picture: AvFrame): boolean {
    const { AVERROR_EOF } = this.#ffmpeg;
    for (;;) {
      const received = this.#codec.receiveFrameSync(picture);
      if (received === 0) return true;
      if (received === AVERROR_EOF || this.#hasEnded) return false;
      this.#feed();
    }
  }

  /** Gives the decoder one more packet, or tells it that there are none. */
  #feed(): void {
    const read = this.#format.readFrameSync(this.#packet);
    if (read < 0) {
      // A cut or damaged end reads as an error: what came before it still counts.
      this.#hasEnded = true;
      this.#codec.sendPacketSync(null);
      return;
    }
    if (this.#packet.streamIndex === this.#stream.index) this.#codec.sendPacketSync(this.#packet);
    this.#packet.unref();
  }

  /** Back to the time stamp of the first picture. Some formats cannot seek: `reopen` always works. */
  seek(stamp: bigint): boolean {
    this.#codec.flushBuffers();
    this.#hasEnded = false;
    return this.#format.seekFrameSync(this.#stream.index, stamp, this.#ffmpeg.AVSEEK_FLAG_BACKWARD) >= 0;
  }

  /** @throws UserError if the file has gone or has changed for the worse since. */
  reopen(): void {
    // The new one first: if it cannot be opened, `close` still finds the old one to free.
    const opened = openVideo(this.#ffmpeg, this.#path);
    this.#codec.freeContext();
    this.#format.closeInputSync();
    ({ format: this.#format, stream: this.#stream, codec: this.#codec } = opened);
    this.#hasEnded = false;
  }

  /** Call once. */
  close(): void {
    this.#packet.free();
    this.#codec.freeContext();
    this.#format.closeInputSync();
  }
}

function openVideo(ffmpeg: Ffmpeg, path: string): { format: FormatContext; stream: Stream; codec: CodecContext } {
  const format = openMediaFile(ffmpeg, path);
  try {
    const stream = findVideo(ffmpeg, format, path);
    const codec = openDecoder(ffmpeg, stream, path);
    return { format, stream, codec };
  } catch (error) {
    format.closeInputSync();
    throw error;
  }
}

function findVideo(ffmpeg: Ffmpeg, format: FormatContext, path: string): Stream {
  const streams = format.streams;
  const video = streams[format.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO)];
  // The cover picture of a song counts as a video stream for FFmpeg, not for people.
  if (!video || video.disposition & ffmpeg.AV_DISPOSITION_ATTACHED_PIC) {
    throw new UserError(
      'INPUT_INVALID',
      `${path} has no video in it (${listStreams(ffmpeg, format)}).`,
      'Name a file with a video stream.',
    );
  }
  for (const stream of streams) if (stream.index !== video.index) stream.discard = ffmpeg.AVDISCARD_ALL;
  return video;
}

function listStreams(ffmpeg: Ffmpeg, format: FormatContext): string {
  const kinds = format.streams.map((stream) => ffmpeg.avGetMediaTypeString(stream.codecpar.codecType) ?? 'unknown');
  return kinds.length === 0 ? 'it has no streams at all' : `its streams: ${kinds.join(', ')}`;
}

function openDecoder(ffmpeg: Ffmpeg, stream: Stream, path: string): CodecContext {
  const { codecpar } = stream;
  const decoder = ffmpeg.Codec.findDecoder(codecpar.codecId);
  const codec = new ffmpeg.CodecContext();
  if (decoder) {
    codec.allocContext3(decoder);
    codec.parametersToContext(codecpar);
    codec.pktTimebase = stream.timeBase;
    codec.threadCount = codecpar.width * codecpar.height > ONE_THREAD_PIXELS ? 2 : 1;
    if (codec.open2Sync(decoder, null) >= 0) return codec;
    codec.freeContext();
  }
  throw new UserError(
    'INPUT_INVALID',
    `The video of ${path} is coded as ${ffmpeg.avGetCodecName(codecpar.codecId)}, which cannot be decoded here.`,
    'Convert it to H.264 in an mp4 file first.',
  );
}
