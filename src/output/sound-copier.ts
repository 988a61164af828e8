import type { FormatContext, Packet, Stream } from 'node-av/lib';
import { UserError } from '../errors.js';
import type { Ffmpeg } from '../system/ffmpeg.js';
import { openMediaFile } from '../system/media-file.js';

/** Sound is written this far ahead of the picture, so that the muxer can put both side by side. */
const AHEAD_S = 0.5;

/** A stream of the input, and the stream of the output that it goes into. */
interface Track {
  readonly from: Stream;
  readonly to: Stream;
}

/** Copies the sound of one file into another, packet by packet, in time with the picture: nothing is decoded. */
export class SoundCopier {
  readonly #ffmpeg: Ffmpeg;
  readonly #input: FormatContext;
  readonly #output: FormatContext;
  readonly #packet: Packet;
  readonly #tracks: ReadonlyMap<number, Track>;
  /** Time of the input's first picture: the output's zero. */
  readonly #startS: number;
  /** The packet read last is still to be written. */
  #isHolding = false;
  #hasEnded = false;

  /**
   * Adds a stream to `output` for each sound of the file. Call before the header is written.
   *
   * @param outputPath - for messages.
   * @returns null if the file has no sound.
   * @throws UserError INPUT_MISSING or INPUT_INVALID; OUTPUT_FAILED if the container cannot hold this kind of sound.
   */
  static open(ffmpeg: Ffmpeg, path: string, output: FormatContext, outputPath: string): SoundCopier | null {
    const input = openMediaFile(ffmpeg, path);
    const sounds = input.streams.filter(({ codecpar }) => codecpar.codecType === ffmpeg.AVMEDIA_TYPE_AUDIO);
    if (sounds.length === 0) {
      input.closeInputSync();
      return null;
    }
    return new SoundCopier(ffmpeg, input, output, sounds, outputPath);
  }

  private constructor(
    ffmpeg: Ffmpeg,
    input: FormatContext,
    output: FormatContext,
    sounds: readonly Stream[],
    outputPath: string,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#input = input;
    this.#output = output;
    this.#tracks = new Map(
      sounds.map((from) => [from.index, { from, to: addStream(ffmpeg, from, output, outputPath) }]),
    );
    const video = input.streams[input.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO)];
    this.#startS = video ? startOf(ffmpeg, video) : 0;
    for (const stream of input.streams) {
      if (!this.#tracks.has(stream.index)) stream.discard = ffmpeg.AVDISCARD_ALL;
    }
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
  }

  /** Writes the sound up to a little after this moment of the picture. @throws UserError OUTPUT_FAILED. */
  copyUntil(seconds: number): void {
    while (!this.#hasEnded) {
      if (!this.#isHolding && !this.#read()) return;
      const track = this.#tracks.get(this.#packet.streamIndex)!;
      const { num, den } = track.from.timeBase;
      const packetS = (Number(this.#packet.pts) * num) / den - this.#startS;
      if (packetS > seconds + AHEAD_S) return;
      this.#isHolding = false;
      // Sound from before the first picture has nothing to be heard with.
      if (packetS < 0) this.#packet.unref();
      else this.#write(track);
    }
  }

  /** Call once. */
  close(): void {
    this.#packet.free();
    this.#input.closeInputSync();
  }

  #read(): boolean {
    for (;;) {
      if (this.#input.readFrameSync(this.#packet) < 0) {
        this.#hasEnded = true;
        return false;
      }
      if (this.#tracks.has(this.#packet.streamIndex) && this.#packet.pts !== this.#ffmpeg.AV_NOPTS_VALUE) {
        this.#isHolding = true;
        return true;
      }
      this.#packet.unref();
    }
  }

  #write({ from, to }: Track): void {
    const { num, den } = from.timeBase;
    const shift = BigInt(Math.round((this.#startS * den) / num));
    this.#packet.pts -= shift;
    if (this.#packet.dts !== this.#ffmpeg.AV_NOPTS_VALUE) this.#packet.dts -= shift;
    this.#packet.rescaleTs(from.timeBase, to.timeBase);
    this.#packet.streamIndex = to.index;
    const code = this.#output.interleavedWriteFrameSync(this.#packet);
    if (code < 0) {
      throw new UserError(
        'OUTPUT_FAILED',
        `The sound could not be copied: ${this.#ffmpeg.FFmpegError.strerror(code)}.`,
        'Check that the disk has room, or name an .mkv file as the output.',
      );
    }
  }
}

/** Sound that an mp4 may hold and players play. Matroska holds any. */
const SOUND_IN_MP4 = new Set(['aac', 'mp3', 'ac3', 'eac3', 'opus', 'flac', 'alac', 'pcm_s16le', 'pcm_s24le']);

function addStream(ffmpeg: Ffmpeg, from: Stream, output: FormatContext, outputPath: string): Stream {
  const codec = ffmpeg.avGetCodecName(from.codecpar.codecId) ?? 'unknown';
  if (output.oformat?.name !== 'matroska' && !SOUND_IN_MP4.has(codec)) {
    throw new UserError(
      'OUTPUT_FAILED',
      `The sound of the input is coded as ${codec}, which the container of ${outputPath} does not take.`,
      'Name an .mkv file as the output: it takes any sound.',
    );
  }
  const to = output.newStream(null);
  from.codecpar.copy(to.codecpar);
  to.codecpar.codecTag = 0; // the tag of the container that it came from means nothing in this one
  to.timeBase = from.timeBase;
  return to;
}

function startOf(ffmpeg: Ffmpeg, stream: Stream): number {
  if (stream.startTime === ffmpeg.AV_NOPTS_VALUE) return 0;
  return (Number(stream.startTime) * stream.timeBase.num) / stream.timeBase.den;
}
