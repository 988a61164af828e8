import type { FormatContext, Packet } from 'node-av/lib';
import { UserError } from '../errors.js';
import type { Ffmpeg } from '../system/ffmpeg.js';
import { openMediaFile } from '../system/media-file.js';
import { AudioTranscoder } from './audio-transcoder.js';

/** Sound is written this much ahead of the pictures, so that players find both in the same part of the file. */
const AHEAD_S = 0.5;

/** Pictures that end this much before those of the input were cut off: the sound ends with them. */
const CUT_OFF_S = 1;

/** One sound track on its way from the input to the output. */
interface Track {
  /** Takes a packet with the input's time stamps. */
  push(packet: Packet): void;
  finish(): void;
  close(): void;
}

/**
 * Brings the sound of a media file into a film. Packets are copied as they are where the film's format can hold them, and
 * coded anew (AAC) where it cannot. Times count from the input's first picture, as those of a `ClipSource` do.
 */
export class AudioCopy {
  readonly #ffmpeg: Ffmpeg;
  readonly #input: FormatContext;
  /** By stream of the input. `secondsOf`: seconds from the first picture that a time stamp stands for. */
  readonly #tracks = new Map<number, { readonly track: Track; secondsOf(stamp: bigint): number }>();
  readonly #packet: Packet;
  /** A packet was read that is too early to write. */
  #isHolding = false;
  #hasEnded = false;

  /**
   * Opens the sound of `path` and adds its streams to `output`, whose header must not be written yet.
   *
   * @param write - takes packets that are ready for the output.
   * @returns null if the file has no sound.
   * @throws UserError INPUT_MISSING or INPUT_INVALID; OUTPUT_FAILED if not one track can be brought along.
   */
  static open(
    ffmpeg: Ffmpeg,
    path: string,
    output: FormatContext,
    container: string,
    write: (packet: Packet) => void,
  ): AudioCopy | null {
    const copy = new AudioCopy(ffmpeg, openMediaFile(ffmpeg, path));
    try {
      copy.#addTracks(output, container, write);
    } catch (error) {
      copy.close();
      throw error;
    }
    if (copy.#tracks.size > 0) return copy;
    const lost = copy.#codecNames();
    copy.close();
    if (lost.length === 0) return null;
    throw new UserError(
      'OUTPUT_FAILED',
      `The sound of ${path} (${lost.join(', ')}) fits into no ${container} file, and cannot be decoded to be coded anew.`,
      'Give the output a name that ends in .mkv, which holds any sound.',
    );
  }

  private constructor(ffmpeg: Ffmpeg, input: FormatContext) {
    this.#ffmpeg = ffmpeg;
    this.#input = input;
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
  }

  /** Writes the sound up to a little after the picture at `seconds`. */
  copyUntil(seconds: number): void {
    for (;;) {
      if (!this.#isHolding && !this.#read()) return;
      const { track, secondsOf } = this.#tracks.get(this.#packet.streamIndex)!;
      if (secondsOf(this.#packet.dts) > seconds + AHEAD_S) return;
      this.#isHolding = false;
      track.push(this.#packet);
      this.#packet.unref();
    }
  }

  /**
   * Writes the sound that is left: all of it, or none where the film stops before the input does (processing was
   * interrupted).
   *
   * @param pictureEndS - when the last picture ends.
   */
  finish(pictureEndS: number): void {
    const isCutOff = pictureEndS < this.#pictureLength() - CUT_OFF_S;
    this.copyUntil(isCutOff ? pictureEndS - AHEAD_S : Number.POSITIVE_INFINITY);
    for (const { track } of this.#tracks.values()) track.finish();
  }

  /** Call once. */
  close(): void {
    for (const { track } of this.#tracks.values()) track.close();
    this.#packet.free();
    this.#input.closeInputSync();
  }

  #read(): boolean {
    while (!this.#hasEnded) {
      if (this.#input.readFrameSync(this.#packet) < 0) {
        this.#hasEnded = true;
        return false;
      }
      if (this.#tracks.has(this.#packet.streamIndex)) {
        this.#isHolding = true;
        return true;
      }
      this.#packet.unref();
    }
    return false;
  }

  #codecNames(): string[] {
    return this.#input.streams
      .filter(({ codecpar }) => codecpar.codecType === this.#ffmpeg.AVMEDIA_TYPE_AUDIO)
      .map(({ codecpar }) => this.#ffmpeg.avGetCodecName(codecpar.codecId) ?? 'unknown');
  }

  /** Seconds of pictures in the input; 0 where it does not tell. */
  #pictureLength(): number {
    const input = this.#input;
    const video = input.streams[input.findBestStream(this.#ffmpeg.AVMEDIA_TYPE_VIDEO)];
    if (!video) return 0;
    if (video.duration > 0n) return (Number(video.duration) * video.timeBase.num) / video.timeBase.den;
    // Matroska tells it in a tag, as 00:01:02.500000000.
    const tag = /^(\d+):(\d+):(\d+\.?\d*)/.exec(video.metadata?.get('DURATION') ?? '');
    return tag ? Number(tag[1]) * 3600 + Number(tag[2]) * 60 + Number(tag[3]) : 0;
  }

  #addTracks(output: FormatContext, container: string, write: (packet: Packet) => void): void {
    const ffmpeg = this.#ffmpeg;
    const streams = this.#input.streams;
    const originS = firstPictureSeconds(ffmpeg, this.#input);
    for (const source of streams) {
      if (source.codecpar.codecType !== ffmpeg.AVMEDIA_TYPE_AUDIO) {
        source.discard = ffmpeg.AVDISCARD_ALL;
        continue;
      }
      const { timeBase } = source;
      const secondsOf = (stamp: bigint): number =>
        stamp === ffmpeg.AV_NOPTS_VALUE
          ? Number.NEGATIVE_INFINITY
          : (Number(stamp) * timeBase.num) / timeBase.den - originS;
      const shift = BigInt(Math.round((originS * timeBase.den) / timeBase.num));
      const isCopied = canHold(ffmpeg, container, source.codecpar.codecId);
      const track = isCopied
        ? copyTrack(ffmpeg, output, source, shift, write)
        : AudioTranscoder.open(ffmpeg, output, source, shift, write);
      if (track) this.#tracks.set(source.index, { track, secondsOf });
    }
  }
}

type Source = FormatContext['streams'][number];

function copyTrack(
  ffmpeg: Ffmpeg,
  output: FormatContext,
  source: Source,
  shift: bigint,
  write: (packet: Packet) => void,
): Track {
  const target = output.newStream(null);
  ffmpeg.FFmpegError.throwIfError(source.codecpar.copy(target.codecpar), 'copying the description of the sound');
  // The code by which one container names a codec means nothing to another.
  target.codecpar.codecTag = 0;
  target.timeBase = source.timeBase;
  return {
    push: (packet) => {
      if (packet.pts !== ffmpeg.AV_NOPTS_VALUE) packet.pts -= shift;
      if (packet.dts !== ffmpeg.AV_NOPTS_VALUE) packet.dts -= shift;
      // What was heard before the first picture has no place in the film.
      if (packet.pts < 0n) return;
      packet.streamIndex = target.index;
      packet.rescaleTs(source.timeBase, target.timeBase);
      write(packet);
    },
    finish: () => {},
    close: () => {},
  };
}

/** Start of the first picture on the file's own clock, which its sound uses, too. */
function firstPictureSeconds(ffmpeg: Ffmpeg, input: FormatContext): number {
  const video = input.streams[input.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO)];
  if (!video || video.startTime === ffmpeg.AV_NOPTS_VALUE) return 0;
  return (Number(video.startTime) * video.timeBase.num) / video.timeBase.den;
}

/** Whether players expect to find sound of this codec in this container. Matroska holds any. */
function canHold(ffmpeg: Ffmpeg, container: string, codecId: number): boolean {
  if (container === 'matroska') return true;
  const common: number[] = [
    ffmpeg.AV_CODEC_ID_AAC,
    ffmpeg.AV_CODEC_ID_MP3,
    ffmpeg.AV_CODEC_ID_AC3,
    ffmpeg.AV_CODEC_ID_EAC3,
    ffmpeg.AV_CODEC_ID_ALAC,
  ];
  if (container === 'mov') common.push(ffmpeg.AV_CODEC_ID_PCM_S16LE, ffmpeg.AV_CODEC_ID_PCM_S24LE);
  else common.push(ffmpeg.AV_CODEC_ID_OPUS, ffmpeg.AV_CODEC_ID_FLAC);
  return common.includes(codecId);
}
