import type { FormatContext, Packet, Stream } from 'node-av/lib';
import { UserError } from '../errors.js';
import { describeFfmpegError, type Ffmpeg, loadFfmpeg } from '../system/ffmpeg.js';
import { AudioCopy } from './audio-copy.js';
import { H264Encoder, type RecordingPreset } from './h264-encoder.js';
import { outputFailed } from './output-file.js';
import type { RecordingWriter } from './recording-writer.js';
import type { StreamFormat } from './sink.js';

/** File formats by extension: FFmpeg's name for each. */
export const MOVIE_FORMATS: Readonly<Record<string, string>> = {
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mov',
  '.mkv': 'matroska',
};

/** What a movie is made of. */
export interface MovieOptions {
  /** For messages: the name the user gave. */
  readonly path: string;
  readonly writePath: string;
  /** A key of FFmpeg's formats: `mp4`, `mov` or `matroska`. */
  readonly container: string;
  readonly preset: RecordingPreset;
  /** A file whose sound goes with the pictures, or null. */
  readonly audioFrom: string | null;
}

/** Film in a part of a live file that is written at once: what is lost at most if the process is killed. */
const FRAGMENT_MS = 1000;

/**
 * Writes H.264 in mp4, mov or mkv. A live file whose process was killed is playable up to about its last second: mp4 is
 * written in fragments, and turned into a plain file when it is finished.
 */
export class MovieWriter implements RecordingWriter {
  readonly #ffmpeg: Ffmpeg;
  readonly #path: string;
  readonly #output: FormatContext;
  #encoder: H264Encoder | null = null;
  #video: Stream | null = null;
  #audio: AudioCopy | null = null;
  /** When the last picture is shown, and for how long pictures are. */
  #lastS = 0;
  #intervalS = 0;
  #isClosed = false;

  /** @throws UserError OUTPUT_FAILED or LIBRARY_MISSING; INPUT_MISSING or INPUT_INVALID of the sound to copy. */
  static async open(format: StreamFormat, options: MovieOptions): Promise<MovieWriter> {
    const writer = new MovieWriter(await loadFfmpeg(), options.path);
    try {
      writer.#start(format, options);
    } catch (error) {
      writer.abandon();
      throw error;
    }
    return writer;
  }

  private constructor(ffmpeg: Ffmpeg, path: string) {
    this.#ffmpeg = ffmpeg;
    this.#path = path;
    this.#output = new ffmpeg.FormatContext();
  }

  write(data: Uint8Array, seconds: number): void {
    this.#lastS = seconds;
    this.#audio?.copyUntil(seconds);
    this.#encoder!.encode(data, seconds, (packet) => this.#writeVideo(packet));
  }

  close(): void {
    if (this.#isClosed) return;
    try {
      this.#encoder!.flush((packet) => this.#writeVideo(packet));
      this.#audio?.finish(this.#lastS + this.#intervalS);
      this.#check(this.#output.writeTrailerSync());
    } finally {
      this.abandon();
    }
  }

  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#audio?.close();
    this.#encoder?.close();
    this.#output.closeOutputSync();
    this.#output.freeContext();
  }

  #start({ layout, rate }: StreamFormat, { writePath, container, preset, audioFrom }: MovieOptions): void {
    const ffmpeg = this.#ffmpeg;
    const output = this.#output;
    this.#intervalS = rate.den / rate.num;
    this.#check(output.allocOutputContext2(null, container, `file:${writePath}`));
    const needsHeader = ((output.oformat?.flags ?? 0) & ffmpeg.AVFMT_GLOBALHEADER) !== 0;
    this.#encoder = new H264Encoder(ffmpeg, layout, rate, preset, needsHeader);
    const { codec } = this.#encoder;
    this.#video = output.newStream(null);
    this.#check(this.#video.codecpar.fromContext(codec));
    this.#video.timeBase = codec.timeBase;
    this.#video.avgFrameRate = codec.framerate;
    if (audioFrom !== null) {
      this.#audio = AudioCopy.open(ffmpeg, audioFrom, output, container, (packet) => this.#write(packet));
    }

    this.#check(output.openOutputSync());
    if (preset === 'live' && audioFrom === null) {
      // Fragments know no edit lists, so they would put sound beside B-frames out of sync. Live has neither.
      if (container === 'matroska') {
        output.setOption('cluster_time_limit', FRAGMENT_MS);
      } else {
        output.setOption('movflags', '+hybrid_fragmented');
        output.setOption('frag_duration', 1000 * FRAGMENT_MS);
      }
      // What is complete goes to the disk at once: nothing of it may be lost if the process is killed.
      output.setOption('flush_packets', 1);
    }
    this.#check(output.writeHeaderSync(null));
  }

  #writeVideo(packet: Packet): void {
    packet.streamIndex = this.#video!.index;
    packet.rescaleTs(this.#encoder!.codec.timeBase, this.#video!.timeBase);
    this.#write(packet);
  }

  #write(packet: Packet): void {
    this.#check(this.#output.interleavedWriteFrameSync(packet));
  }

  #check(result: number): void {
    if (result >= 0) return;
    const ffmpeg = this.#ffmpeg;
    if (result === ffmpeg.AVERROR_ENOSPC) throw outputFailed(this.#path, errno('ENOSPC'));
    throw new UserError(
      'OUTPUT_FAILED',
      `${this.#path} cannot be written: ${describeFfmpegError(ffmpeg, result)}.`,
      'Check the free space and the permissions of its folder, or choose another one.',
    );
  }
}

function errno(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
