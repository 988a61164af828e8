import type { Frame as AvFrame, CodecContext, Packet } from 'node-av/lib';
import type { FrameAt } from '../../frame/frame-at.js';
import type { Size } from '../../frame/picture-fit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { CHROMA_PIXELS, type ChromaSampling, RangeKernels } from '../../kernels/range.js';
import type { Ffmpeg } from '../../system/ffmpeg.js';
import type { JpegDecoder } from './jpeg-decoder.js';
import { JpegHeader } from './jpeg-header.js';
import { JpegPlanes } from './jpeg-planes.js';

/** Decodes with FFmpeg's own MJPEG decoder, for machines without libjpeg-turbo. */
export class FfmpegJpegDecoder implements JpegDecoder {
  readonly library = 'FFmpeg';
  readonly #ffmpeg: Ffmpeg;
  readonly #frame: Size;
  readonly #planes: JpegPlanes;
  readonly #range: RangeKernels;
  readonly #header = new JpegHeader();
  readonly #packet: Packet;
  readonly #picture: AvFrame;
  readonly #samplings: ReadonlyMap<number, ChromaSampling>;
  #codec: CodecContext;
  #hasTables = false;
  #isClosed = false;

  /** @throws RangeError if kernel memory runs out (see `jpegDecoderBytes`). */
  constructor(ffmpeg: Ffmpeg, kernels: Kernels, frame: Size) {
    this.#ffmpeg = ffmpeg;
    this.#frame = frame;
    this.#planes = new JpegPlanes(kernels, frame);
    this.#range = new RangeKernels(kernels);
    this.#samplings = samplingsOf(ffmpeg);
    this.#packet = new ffmpeg.Packet();
    this.#packet.alloc();
    this.#picture = new ffmpeg.Frame();
    this.#picture.alloc();
    this.#codec = openCodec(ffmpeg);
  }

  decode(jpeg: Uint8Array, into: FrameAt): boolean {
    const header = this.#header;
    const { width, height } = this.#frame;
    if (this.#isClosed) return false;
    if (!header.read(jpeg) || header.width !== width || header.height !== height) return false;
    if (header.hasHuffmanTables !== this.#hasTables) this.#forgetTables(header.hasHuffmanTables);

    this.#packet.data = Buffer.from(jpeg.buffer, jpeg.byteOffset, header.byteLength);
    const sent = this.#codec.sendPacketSync(this.#packet);
    this.#packet.unref();
    const received = this.#codec.receiveFrameSync(this.#picture);
    const isWhole = sent >= 0 && received >= 0 && this.#copyPlanes();
    this.#picture.unref();
    if (isWhole) this.#range.planarToI420(this.#planes.as(header.sampling), header.sampling, into);
    return isWhole;
  }

  /** FFmpeg decodes into memory of its own. */
  #copyPlanes(): boolean {
    const { width, height } = this.#frame;
    const picture = this.#picture;
    const { sampling } = this.#header;
    const data = picture.data;
    const isExpected =
      picture.width === width &&
      picture.height === height &&
      picture.decodeErrorFlags === 0 &&
      this.#samplings.get(picture.format) === sampling;
    if (!isExpected || !data) return false;
    const { strideY, strideUV } = this.#planes.as(sampling);
    const { linesize } = picture;
    const [y, u, v] = this.#planes.views;
    copyRows(data[0]!, linesize[0]!, y, strideY, width, height);
    if (sampling === 'gray') return true;
    const [pixelsX, pixelsY] = CHROMA_PIXELS[sampling];
    const widthUV = Math.ceil(width / pixelsX);
    const heightUV = Math.ceil(height / pixelsY);
    copyRows(data[1]!, linesize[1]!, u, strideUV, widthUV, heightUV);
    copyRows(data[2]!, linesize[2]!, v, strideUV, widthUV, heightUV);
    return true;
  }

  /** Tables stay from one picture to the next: those of a damaged picture must not serve pictures that have none. */
  #forgetTables(hasTables: boolean): void {
    this.#codec.freeContext();
    this.#codec = openCodec(this.#ffmpeg);
    this.#hasTables = hasTables;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#codec.freeContext();
    this.#picture.free();
    this.#packet.free();
  }
}

/** A decoder that gives each picture at once, and none that it had to make up. */
function openCodec(ffmpeg: Ffmpeg): CodecContext {
  const decoder = ffmpeg.Codec.findDecoder(ffmpeg.AV_CODEC_ID_MJPEG)!;
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(decoder);
  codec.threadCount = 1;
  codec.setFlags(ffmpeg.AV_CODEC_FLAG_LOW_DELAY);
  codec.setOption('err_detect', 'explode');
  ffmpeg.FFmpegError.throwIfError(codec.open2Sync(decoder, null), 'opening the MJPEG decoder');
  return codec;
}

/** FFmpeg's pixel formats of JPEG pictures. */
function samplingsOf(ffmpeg: Ffmpeg): ReadonlyMap<number, ChromaSampling> {
  return new Map<number, ChromaSampling>([
    [ffmpeg.AV_PIX_FMT_YUVJ420P, '4:2:0'],
    [ffmpeg.AV_PIX_FMT_YUVJ422P, '4:2:2'],
    [ffmpeg.AV_PIX_FMT_YUVJ444P, '4:4:4'],
    [ffmpeg.AV_PIX_FMT_YUVJ440P, '4:4:0'],
    [ffmpeg.AV_PIX_FMT_YUVJ411P, '4:1:1'],
    [ffmpeg.AV_PIX_FMT_GRAY8, 'gray'],
  ]);
}

/** Copies rows; all at once where both sides have them the same way. */
function copyRows(
  src: Uint8Array,
  srcStride: number,
  dst: Uint8Array,
  dstStride: number,
  width: number,
  height: number,
): void {
  if (srcStride === dstStride) {
    dst.set(src.subarray(0, srcStride * height));
    return;
  }
  for (let y = 0; y < height; y++) dst.set(src.subarray(y * srcStride, y * srcStride + width), y * dstStride);
}
