import type { Frame as AvFrame, CodecContext, Packet } from 'node-av/lib';
import { UserError } from '../errors.js';
import type { Rate } from '../frame/frame.js';
import type { I420Layout } from '../frame/i420.js';
import type { Ffmpeg } from '../system/ffmpeg.js';

/**
 * `live`: one thread, no look-ahead, little work a frame. `offline`: two threads, half the size at the same quality.
 */
export type RecordingPreset = 'live' | 'offline';

/**
 * x264's settings. `superfast` with the look-ahead and macroblock tree of `veryfast` gives the file size and PSNR of
 * `veryfast` for 30 % less work; 5.3 and 6.8 ms of processor time a frame at 1280x720 (live and offline). `ultrafast` saves
 * another 20 %, but needs twice the bytes as soon as something moves. The table: benchmarks/media.bench.mjs --presets.
 */
const SETTINGS = {
  live: { preset: 'superfast', tune: 'zerolatency', crf: '21', params: '', threads: 1, keyframeS: 2 },
  offline: { preset: 'superfast', tune: '', crf: '20', params: 'mbtree=1:rc-lookahead=10', threads: 2, keyframeS: 5 },
} as const;

/** Clock ticks a second of recordings: fine enough for the times of any rate. */
const TICKS_MIN = 60_000;
const FALLBACK_TICKS = 90_000;

/** Encodes working pictures as H.264 with x264, tagged as what they are: BT.601 matrix, limited range. */
export class H264Encoder {
  readonly codec: CodecContext;
  readonly #ffmpeg: Ffmpeg;
  readonly #layout: I420Layout;
  readonly #picture: AvFrame;
  readonly #packet: Packet;
  readonly #frameTicks: bigint;
  readonly #ticksPerSecond: number;
  #planes: Buffer[];

  /** @param isGlobalHeader - whether the file format wants the stream's header apart from the stream. */
  constructor(ffmpeg: Ffmpeg, layout: I420Layout, rate: Rate, preset: RecordingPreset, isGlobalHeader: boolean) {
    this.#ffmpeg = ffmpeg;
    this.#layout = layout;
    this.#ticksPerSecond = chooseTicks(rate);
    this.#frameTicks = BigInt(Math.round((this.#ticksPerSecond * rate.den) / rate.num));
    this.codec = openEncoder(ffmpeg, layout, rate, preset, this.#ticksPerSecond, isGlobalHeader);
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();

    const picture = new ffmpeg.Frame();
    picture.alloc();
    picture.width = this.codec.width;
    picture.height = this.codec.height;
    picture.format = ffmpeg.AV_PIX_FMT_YUV420P;
    // Alignment 1: rows without padding, so that a plane is copied in one go.
    ffmpeg.FFmpegError.throwIfError(picture.getBuffer(1), 'allocating the picture to encode');
    this.#picture = picture;
    this.#planes = picture.data!.slice(0, 3);
  }

  /** Encodes one picture shown at `seconds`. Copies it first. */
  encode(data: Uint8Array, seconds: number, take: (packet: Packet) => void): void {
    if (!this.#picture.isWritable) {
      this.#picture.makeWritable();
      this.#planes = this.#picture.data!.slice(0, 3);
    }
    this.#fill(data);
    this.#picture.pts = BigInt(Math.round(seconds * this.#ticksPerSecond));
    this.#picture.duration = this.#frameTicks;
    this.#send(this.#picture, take);
  }

  /** Hands out what the encoder still holds back. */
  flush(take: (packet: Packet) => void): void {
    this.#send(null, take);
  }

  /** Call once. */
  close(): void {
    this.#packet.free();
    this.#picture.free();
    this.codec.freeContext();
  }

  #send(picture: AvFrame | null, take: (packet: Packet) => void): void {
    const { FFmpegError } = this.#ffmpeg;
    FFmpegError.throwIfError(this.codec.sendFrameSync(picture), 'encoding a frame');
    while (this.codec.receivePacketSync(this.#packet) >= 0) {
      take(this.#packet);
      this.#packet.unref();
    }
  }

  /** H.264 has no odd sides in 4:2:0: the last row and column are repeated where the picture has. */
  #fill(data: Uint8Array): void {
    const { width, height, strideY, offsetY, offsetU, offsetV, byteLength } = this.#layout;
    const [luma, u, v] = this.#planes as [Buffer, Buffer, Buffer];
    u.set(data.subarray(offsetU, offsetV));
    v.set(data.subarray(offsetV, byteLength));
    const codedWidth = this.codec.width;
    if (codedWidth === width) {
      luma.set(data.subarray(offsetY, offsetY + strideY * height));
    } else {
      for (let y = 0; y < height; y++) {
        const row = offsetY + y * strideY;
        luma.set(data.subarray(row, row + width), y * codedWidth);
        luma[y * codedWidth + width] = data[row + width - 1]!;
      }
    }
    if (height & 1) luma.copyWithin(height * codedWidth, (height - 1) * codedWidth, height * codedWidth);
  }
}

function chooseTicks({ num }: Rate): number {
  if (num > TICKS_MIN * 16) return FALLBACK_TICKS;
  return num * Math.ceil(TICKS_MIN / num);
}

function openEncoder(
  ffmpeg: Ffmpeg,
  layout: I420Layout,
  rate: Rate,
  preset: RecordingPreset,
  ticksPerSecond: number,
  isGlobalHeader: boolean,
): CodecContext {
  const x264 = ffmpeg.Codec.findEncoderByName('libx264' as Parameters<typeof ffmpeg.Codec.findEncoderByName>[0]);
  if (!x264) {
    throw new UserError(
      'LIBRARY_MISSING',
      'The FFmpeg of the package node-av was built without the H.264 encoder x264.',
      'Record to a .y4m file, or install the prebuilt node-av with: npm install --include=optional',
    );
  }
  const settings = SETTINGS[preset];
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(x264);
  codec.width = layout.width + (layout.width & 1);
  codec.height = layout.height + (layout.height & 1);
  codec.pixelFormat = ffmpeg.AV_PIX_FMT_YUV420P;
  codec.timeBase = new ffmpeg.Rational(1, ticksPerSecond);
  codec.framerate = new ffmpeg.Rational(rate.num, rate.den);
  codec.gopSize = Math.max(1, Math.round((settings.keyframeS * rate.num) / rate.den));
  codec.threadCount = settings.threads;
  codec.colorRange = ffmpeg.AVCOL_RANGE_MPEG;
  codec.colorSpace = ffmpeg.AVCOL_SPC_SMPTE170M;
  // Webcams and screens are sRGB, whose primaries are those of BT.709; only the matrix is that of BT.601.
  codec.colorPrimaries = ffmpeg.AVCOL_PRI_BT709;
  codec.colorTrc = ffmpeg.AVCOL_TRC_BT709;
  if (isGlobalHeader) codec.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
  // Options are set one by one: a Dictionary handed to open2 is freed twice by node-av 6.1.1.
  codec.setOption('preset', settings.preset);
  codec.setOption('crf', settings.crf);
  if (settings.tune) codec.setOption('tune', settings.tune);
  if (settings.params) codec.setOption('x264-params', settings.params);
  const opened = codec.open2Sync(x264, null);
  if (opened < 0) {
    codec.freeContext();
    throw new UserError(
      'OUTPUT_FAILED',
      `H.264 cannot encode ${layout.width}x${layout.height}: ${ffmpeg.FFmpegError.strerror(opened)}.`,
      'Record in another size, or to a .y4m file.',
    );
  }
  return codec;
}
