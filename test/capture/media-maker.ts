import type { Frame as AvFrame, CodecContext, FormatContext, Stream } from 'node-av/lib';
import { i420Layout } from '../../src/frame/i420.js';
import { type Ffmpeg, loadFfmpeg } from '../../src/system/ffmpeg.js';
import { drawTestPicture, NATURAL_COLOURS, type Rgb } from './test-picture.js';

/** The video of a made file. */
export interface MadeVideo {
  readonly codec: string;
  /** FFmpeg's name. Default: yuv420p. */
  readonly pixelFormat?: string;
  /** Default: 192x144. */
  readonly width?: number;
  readonly height?: number;
  /** Default: 10. */
  readonly frameCount?: number;
  /** Default: 25. */
  readonly fps?: number;
  /** When each frame is shown, in seconds; default: by the rate. */
  readonly times?: readonly number[];
  readonly colours?: readonly Rgb[];
  readonly matrix?: 'bt709' | 'smpte170m';
  readonly range?: 'full' | 'limited';
  /** Whether the file says which matrix and range it has. Default: true. */
  readonly isTagged?: boolean;
  /** FFmpeg's display matrix: a, b, c, d as in `Orientation`. */
  readonly rotation?: readonly [number, number, number, number];
  readonly sampleAspect?: readonly [num: number, den: number];
  readonly options?: Readonly<Record<string, string>>;
  /** Alpha of the left half of the picture, for formats that have it. */
  readonly leftAlpha?: number;
}

/** One sound of a made file: a tone. */
export interface MadeSound {
  readonly codec: string;
  readonly seconds: number;
  /** Default: 0. May be negative where the container allows it. */
  readonly startS?: number;
}

/** What to make. */
export interface Made {
  readonly container: string;
  readonly video?: MadeVideo;
  readonly sounds?: readonly MadeSound[];
  readonly formatOptions?: Readonly<Record<string, string>>;
}

const SAMPLE_RATE = 48_000;

/** Writes a media file with FFmpeg's own encoders, for tests of reading. */
export async function makeMedia(
  path: string,
  { container, video, sounds = [], formatOptions = {} }: Made,
): Promise<void> {
  const ffmpeg = await loadFfmpeg();
  const { throwIfError } = ffmpeg.FFmpegError;
  const format = new ffmpeg.FormatContext();
  throwIfError(format.allocOutputContext2(null, container, path), 'container');
  const tracks: { readonly frames: readonly AvFrame[]; readonly codec: CodecContext; readonly stream: Stream }[] = [];
  if (video) tracks.push(makeVideo(ffmpeg, format, video));
  for (const sound of sounds) tracks.push(makeSound(ffmpeg, format, sound));

  throwIfError(format.openOutputSync(), 'open');
  for (const [name, value] of Object.entries(formatOptions)) {
    throwIfError(format.setOption(name, value, ffmpeg.AV_OPT_TYPE_STRING, ffmpeg.AV_OPT_SEARCH_CHILDREN), name);
  }
  throwIfError(format.writeHeaderSync(null), 'header');
  const packet = new ffmpeg.Packet();
  packet.alloc();
  const drain = (codec: CodecContext, stream: Stream): void => {
    while (codec.receivePacketSync(packet) >= 0) {
      packet.streamIndex = stream.index;
      if (packet.duration === 0n && video && stream.index === 0) {
        packet.duration = BigInt(Math.round(codec.timeBase.den / (video.fps ?? 25)));
      }
      packet.rescaleTs(codec.timeBase, stream.timeBase);
      throwIfError(format.interleavedWriteFrameSync(packet), 'packet');
    }
  };
  for (const { frames, codec, stream } of tracks) {
    for (const frame of [...frames, null]) {
      throwIfError(codec.sendFrameSync(frame), 'encode');
      frame?.free();
      drain(codec, stream);
    }
    codec.freeContext();
  }
  throwIfError(format.writeTrailerSync(), 'trailer');
  packet.free();
  format.closeOutputSync();
  format.freeContext();
}

function openCodec(ffmpeg: Ffmpeg, name: string, set: (codec: CodecContext) => void): CodecContext {
  const encoder = ffmpeg.Codec.findEncoderByName(name as Parameters<typeof ffmpeg.Codec.findEncoderByName>[0]);
  if (!encoder) throw new Error(`no encoder ${name}`);
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(encoder);
  codec.threadCount = 1;
  // FFmpeg's own Vorbis and Opus encoders count as experimental.
  codec.setOption('strict', -2);
  set(codec);
  ffmpeg.FFmpegError.throwIfError(codec.open2Sync(encoder, null), `opening ${name}`);
  return codec;
}

function makeVideo(ffmpeg: Ffmpeg, format: FormatContext, video: MadeVideo) {
  const { width = 192, height = 144, frameCount = 10, fps = 25, pixelFormat = 'yuv420p', isTagged = true } = video;
  const times = video.times ?? Array.from({ length: frameCount }, (_, index) => index / fps);
  const range = video.range === 'full' ? ffmpeg.AVCOL_RANGE_JPEG : ffmpeg.AVCOL_RANGE_MPEG;
  const matrix = video.matrix === 'bt709' ? ffmpeg.AVCOL_SPC_BT709 : ffmpeg.AVCOL_SPC_SMPTE170M;
  const target = ffmpeg.avGetPixFmtFromName(pixelFormat);
  // GIF counts in hundredths of a second, and formats of fixed rate in frames.
  const isFixedRate = video.codec === 'mpeg4' || video.codec === 'rawvideo' || video.codec === 'mjpeg';
  const timeBase = video.codec === 'gif' ? 100 : isFixedRate && !video.times ? fps : 90_000;

  const codec = openCodec(ffmpeg, video.codec, (context) => {
    context.width = width;
    context.height = height;
    context.pixelFormat = target;
    context.timeBase = new ffmpeg.Rational(1, timeBase);
    context.framerate = new ffmpeg.Rational(fps, 1);
    context.gopSize = 5;
    context.globalQuality = 2 * ffmpeg.FF_QP2LAMBDA;
    if (format.oformat && format.oformat.flags & ffmpeg.AVFMT_GLOBALHEADER) {
      context.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    context.setFlags(ffmpeg.AV_CODEC_FLAG_QSCALE);
    if (video.sampleAspect) context.sampleAspectRatio = new ffmpeg.Rational(...video.sampleAspect);
    if (isTagged) {
      context.colorSpace = matrix;
      context.colorRange = range;
    }
    for (const [name, value] of Object.entries({ ...video.options })) {
      const code = context.setOption(name, value, ffmpeg.AV_OPT_TYPE_STRING, ffmpeg.AV_OPT_SEARCH_CHILDREN);
      ffmpeg.FFmpegError.throwIfError(code, `option ${name}`);
    }
  });
  const stream = format.newStream(null);
  stream.codecpar.fromContext(codec);
  stream.timeBase = codec.timeBase;
  stream.avgFrameRate = codec.framerate;
  if (video.sampleAspect) stream.sampleAspectRatio = codec.sampleAspectRatio;
  if (video.rotation) {
    const [a, b, c, d] = video.rotation;
    const matrixBytes = Buffer.alloc(36);
    for (const [index, value] of [a, b, 0, c, d, 0, 0, 0, 0x4000].entries()) {
      matrixBytes.writeInt32LE(value * 65536, 4 * index);
    }
    const code = stream.codecpar.addCodedSideData(ffmpeg.AV_PKT_DATA_DISPLAYMATRIX, matrixBytes);
    ffmpeg.FFmpegError.throwIfError(code, 'rotation');
  }

  const frames = times.map((seconds, index) => {
    const drawn = drawPicture(ffmpeg, width, height, video.colours ?? NATURAL_COLOURS, index);
    const frame = convert(ffmpeg, drawn, target, matrix, range);
    drawn.free();
    if (video.leftAlpha !== undefined) setLeftAlpha(frame, width, height, video.leftAlpha);
    frame.pts = BigInt(Math.round(seconds * timeBase));
    return frame;
  });
  return { frames, codec, stream };
}

function allocPicture(ffmpeg: Ffmpeg, width: number, height: number, pixelFormat: AvFrame['format']): AvFrame {
  const frame = new ffmpeg.Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = pixelFormat;
  ffmpeg.FFmpegError.throwIfError(frame.getBuffer(), 'picture');
  return frame;
}

function drawPicture(ffmpeg: Ffmpeg, width: number, height: number, colours: readonly Rgb[], index: number): AvFrame {
  const layout = i420Layout(width, height);
  const data = drawTestPicture(layout, colours, index);
  const frame = allocPicture(ffmpeg, width, height, ffmpeg.AV_PIX_FMT_YUV420P);
  frame.colorSpace = ffmpeg.AVCOL_SPC_SMPTE170M;
  frame.colorRange = ffmpeg.AVCOL_RANGE_MPEG;
  for (const [plane, offset, stride, rows] of [
    [0, layout.offsetY, layout.strideY, height],
    [1, layout.offsetU, layout.strideUV, layout.heightUV],
    [2, layout.offsetV, layout.strideUV, layout.heightUV],
  ] as const) {
    for (let y = 0; y < rows; y++) {
      frame.data![plane]!.set(
        data.subarray(offset + y * stride, offset + (y + 1) * stride),
        y * frame.linesize[plane]!,
      );
    }
  }
  return frame;
}

function convert(
  ffmpeg: Ffmpeg,
  drawn: AvFrame,
  target: AvFrame['format'],
  matrix: AvFrame['colorSpace'],
  range: AvFrame['colorRange'],
): AvFrame {
  const frame = allocPicture(ffmpeg, drawn.width, drawn.height, target);
  frame.colorSpace = matrix;
  frame.colorRange = range;
  const scaler = new ffmpeg.SoftwareScaleContext();
  scaler.allocContext();
  scaler.setOption('sws_flags', ffmpeg.SWS_BICUBIC | ffmpeg.SWS_ACCURATE_RND, ffmpeg.AV_OPT_TYPE_FLAGS);
  ffmpeg.FFmpegError.throwIfError(scaler.scaleFrameSync(frame, drawn), 'converting');
  scaler.freeContext();
  return frame;
}

/** RGBA, or planar formats with alpha in the last plane. */
function setLeftAlpha(frame: AvFrame, width: number, height: number, alpha: number): void {
  const isPacked = frame.data!.length === 1;
  const plane = frame.data!.at(-1)!;
  const stride = frame.linesize[frame.data!.length - 1]!;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) plane[y * stride + (isPacked ? 4 * x + 3 : x)] = x < width / 2 ? alpha : 255;
  }
}

function makeSound(ffmpeg: Ffmpeg, format: FormatContext, sound: MadeSound) {
  const isPlanarFloat = /^(aac|libmp3lame|libvorbis|ac3|wmav2)$/.test(sound.codec);
  const sampleFormat = isPlanarFloat ? ffmpeg.AV_SAMPLE_FMT_FLTP : ffmpeg.AV_SAMPLE_FMT_S16;
  const mono = ffmpeg.AV_CHANNEL_LAYOUT_MONO;
  const codec = openCodec(ffmpeg, sound.codec, (context) => {
    context.sampleFormat = sampleFormat;
    context.sampleRate = SAMPLE_RATE;
    context.channelLayout = mono;
    context.timeBase = new ffmpeg.Rational(1, SAMPLE_RATE);
    if (format.oformat && format.oformat.flags & ffmpeg.AVFMT_GLOBALHEADER) {
      context.setFlags(ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER);
    }
  });
  const stream = format.newStream(null);
  stream.codecpar.fromContext(codec);
  stream.timeBase = codec.timeBase;
  const samples = codec.frameSize || 1024;
  const start = Math.round((sound.startS ?? 0) * SAMPLE_RATE);
  const frames: AvFrame[] = [];
  for (let at = 0; at + samples <= sound.seconds * SAMPLE_RATE; at += samples) {
    const frame = new ffmpeg.Frame();
    frame.alloc();
    frame.format = sampleFormat;
    frame.nbSamples = samples;
    frame.sampleRate = SAMPLE_RATE;
    frame.channelLayout = mono;
    ffmpeg.FFmpegError.throwIfError(frame.getBuffer(), 'sound');
    const bytes = frame.data![0]!;
    for (let i = 0; i < samples; i++) {
      const value = 0.3 * Math.sin((2 * Math.PI * 440 * (at + i)) / SAMPLE_RATE);
      if (isPlanarFloat) bytes.writeFloatLE(value, 4 * i);
      else bytes.writeInt16LE(Math.round(value * 32767), 2 * i);
    }
    frame.pts = BigInt(start + at);
    frames.push(frame);
  }
  return { frames, codec, stream };
}
