import type { Frame as AvFrame, CodecContext, FormatContext, Packet, Stream } from 'node-av/lib';
import { UserError } from '../errors.js';
import type { I420Layout } from '../frame/i420.js';
import { describeFfmpegError, type Ffmpeg, loadFfmpeg } from '../system/ffmpeg.js';
import type { StreamFormat } from './sink.js';
import { SoundCopier } from './sound-copier.js';
import type { VideoWriter } from './video-writer.js';

/** How the encoder spends its time. */
export type EncoderPreset = 'live' | 'offline';

/** Time stamps of the encoder: fine enough for any frame rate, NTSC's included. */
const TICKS_PER_S = 90_000;

/**
 * `live` shares the machine with a call: one thread, the cheapest preset that still looks good. `offline` may use both
 * cores of a small laptop. CRF 20 hides its losses on faces at normal viewing distance.
 */
const PRESETS = {
  live: { preset: 'superfast', crf: 21, tune: 'zerolatency', threads: 1 },
  offline: { preset: 'superfast', crf: 20, tune: '', threads: 2 },
} as const;

/** What a file is written with. */
export interface H264Options {
  /** Where to write; its last extension names the container (mp4, mov, mkv) unless `container` does. */
  readonly path: string;
  readonly container: string;
  readonly preset: EncoderPreset;
  /** A file whose sound goes along, copied packet by packet; null for none. */
  readonly copyAudioFrom: string | null;
}

/**
 * H.264 in an mp4, mov or mkv file, through FFmpeg. A live file is written in fragments of a second, so that it plays up
 * to the last one even if the process is killed. Odd sides lose their last row or column: H.264 4:2:0 has even ones.
 */
export class H264Writer implements VideoWriter {
  readonly #ffmpeg: Ffmpeg;
  readonly #options: H264Options;
  readonly #layout: I420Layout;
  readonly #format: FormatContext;
  readonly #codec: CodecContext;
  readonly #stream: Stream;
  readonly #packet: Packet;
  readonly #picture: AvFrame;
  /** The planes of `#picture`, made once. */
  readonly #planes: readonly { readonly data: Uint8Array; readonly stride: number }[];
  readonly #sound: SoundCopier | null;
  #lastTicks = -1;

  /** @throws UserError LIBRARY_MISSING, OUTPUT_FAILED, or INPUT_INVALID of the sound to copy. */
  static async open(format: StreamFormat, options: H264Options): Promise<H264Writer> {
    return new H264Writer(await loadFfmpeg(), format, options);
  }

  private constructor(ffmpeg: Ffmpeg, { layout, rate }: StreamFormat, options: H264Options) {
    this.#ffmpeg = ffmpeg;
    this.#options = options;
    this.#layout = layout;
    const width = layout.width & ~1;
    const height = layout.height & ~1;

    this.#format = new ffmpeg.FormatContext();
    this.#check(this.#format.allocOutputContext2(null, options.container, options.path), 'choosing the container');

    const { preset, crf, tune, threads } = PRESETS[options.preset];
    const encoder = ffmpeg.Codec.findEncoderByName('libx264' as Parameters<typeof ffmpeg.Codec.findEncoderByName>[0]);
    if (!encoder) {
      throw new UserError(
        'LIBRARY_MISSING',
        'The FFmpeg in node-av has no H.264 encoder.',
        'Record to a .y4m file instead.',
      );
    }
    this.#codec = new ffmpeg.CodecContext();
    this.#codec.allocContext3(encoder);
    this.#codec.width = width;
    this.#codec.height = height;
    this.#codec.pixelFormat = ffmpeg.AV_PIX_FMT_YUV420P;
    this.#codec.timeBase = new ffmpeg.Rational(1, TICKS_PER_S);
    this.#codec.framerate = new ffmpeg.Rational(rate.num, rate.den);
    this.#codec.gopSize = Math.max(1, Math.round(rate.num / rate.den)); // a second: what a killed recording may lose
    this.#codec.threadCount = threads;
    this.#codec.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
    this.#codec.colorSpace = ffmpeg.AVCOL_SPC_SMPTE170M;
    this.#codec.colorPrimaries = ffmpeg.AVCOL_PRI_SMPTE170M;
    this.#codec.colorTrc = ffmpeg.AVCOL_TRC_SMPTE170M;
    this.#codec.colorRange = ffmpeg.AVCOL_RANGE_MPEG;
    // Options are set on the contexts: a Dictionary handed to open2 or writeHeader is freed twice by node-av 6.1.1.
    const searchChildren = ffmpeg.AV_OPT_SEARCH_CHILDREN;
    this.#check(
      this.#codec.setOption('preset', preset, ffmpeg.AV_OPT_TYPE_STRING, searchChildren),
      'setting the preset',
    );
    this.#check(this.#codec.setOption('crf', crf, ffmpeg.AV_OPT_TYPE_FLOAT, searchChildren), 'setting the quality');
    if (tune) this.#check(this.#codec.setOption('tune', tune, ffmpeg.AV_OPT_TYPE_STRING, searchChildren), 'tuning');
    this.#check(this.#codec.open2Sync(encoder, null), 'opening the H.264 encoder');

    this.#stream = this.#format.newStream(null);
    this.#check(this.#stream.codecpar.fromContext(this.#codec), 'describing the stream');
    this.#stream.timeBase = this.#codec.timeBase;
    this.#stream.avgFrameRate = this.#codec.framerate;
    this.#sound =
      options.copyAudioFrom === null
        ? null
        : SoundCopier.open(ffmpeg, options.copyAudioFrom, this.#format, options.path);

    this.#check(this.#format.openOutputSync(), 'creating the file');
    if (options.container !== 'matroska') {
      const flags = options.preset === 'live' ? 'frag_keyframe+empty_moov+default_base_moof' : 'faststart';
      this.#check(
        this.#format.setOption('movflags', flags, ffmpeg.AV_OPT_TYPE_STRING, searchChildren),
        'setting fragments',
      );
    }
    this.#check(this.#format.writeHeaderSync(null), 'writing the head of the file');

    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
    this.#picture = new ffmpeg.Frame();
    this.#picture.alloc();
    this.#picture.width = width;
    this.#picture.height = height;
    this.#picture.format = ffmpeg.AV_PIX_FMT_YUV420P;
    this.#check(this.#picture.getBuffer(), 'allocating a picture');
    this.#planes = this.#picture
      .data!.slice(0, 3)
      .map((data, index) => ({ data, stride: this.#picture.linesize[index]! }));
  }

  write(data: Uint8Array, seconds: number): void {
    const layout = this.#layout;
    const width = layout.width & ~1;
    const height = layout.height & ~1;
    copyPlane(data, layout.offsetY, layout.strideY, this.#planes[0]!, width, height);
    copyPlane(data, layout.offsetU, layout.strideUV, this.#planes[1]!, width >> 1, height >> 1);
    copyPlane(data, layout.offsetV, layout.strideUV, this.#planes[2]!, width >> 1, height >> 1);
    // Two frames never share a moment: players drop one of them.
    const ticks = Math.max(this.#lastTicks + 1, Math.round(seconds * TICKS_PER_S));
    this.#lastTicks = ticks;
    this.#picture.pts = BigInt(ticks);
    this.#sound?.copyUntil(seconds);
    this.#check(this.#codec.sendFrameSync(this.#picture), 'encoding a frame');
    this.#drain();
  }

  close(): void {
    this.#codec.sendFrameSync(null);
    this.#drain();
    this.#sound?.copyUntil(Number.POSITIVE_INFINITY);
    this.#check(this.#format.writeTrailerSync(), 'finishing the file');
    this.abandon();
  }

  abandon(): void {
    this.#sound?.close();
    this.#format.closeOutputSync();
    this.#packet.free();
    this.#picture.free();
    this.#codec.freeContext();
    this.#format.freeContext();
  }

  #drain(): void {
    while (this.#codec.receivePacketSync(this.#packet) >= 0) {
      this.#packet.streamIndex = this.#stream.index;
      this.#packet.rescaleTs(this.#codec.timeBase, this.#stream.timeBase);
      this.#check(this.#format.interleavedWriteFrameSync(this.#packet), 'writing to the file');
    }
  }

  #check(code: number, doing: string): void {
    if (code >= 0) return;
    throw new UserError(
      'OUTPUT_FAILED',
      `${this.#options.path} could not be written: ${doing} failed (${describeFfmpegError(this.#ffmpeg, code)}).`,
      'Check that the folder exists, may be written to, and has room.',
    );
  }
}

function copyPlane(
  from: Uint8Array,
  offset: number,
  strideBytes: number,
  to: { readonly data: Uint8Array; readonly stride: number },
  width: number,
  height: number,
): void {
  if (strideBytes === to.stride && width === strideBytes) {
    to.data.set(from.subarray(offset, offset + strideBytes * height));
    return;
  }
  for (let y = 0; y < height; y++) {
    to.data.set(from.subarray(offset + y * strideBytes, offset + y * strideBytes + width), y * to.stride);
  }
}
