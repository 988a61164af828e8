import koffi from 'koffi';
import sharp from 'sharp';
import { i420Layout } from '../../../src/frame/i420.js';
import type { ChromaSampling } from '../../../src/kernels/range.js';
import { CHROMA_PIXELS } from '../../../src/kernels/range.js';
import { loadFfmpeg } from '../../../src/system/ffmpeg.js';

/** Samplings that FFmpeg's encoder writes. */
export type MadeSampling = '4:2:0' | '4:2:2' | '4:4:4';

/** A picture in full range, as JPEG holds it: luma and chroma of pixel (x, y). */
export type Painter = (x: number, y: number) => readonly [y: number, u: number, v: number];

/** Soft waves of light and colour, the same at any size. */
export function paintWaves(width: number, height: number): Painter {
  return (x, y) => {
    const [s, t] = [x / width, y / height];
    return [
      128 + 100 * Math.sin(9 * s + 4 * t) * Math.cos(7 * t),
      128 + 60 * Math.sin(5 * s - 3 * t),
      128 + 60 * Math.cos(4 * s + 6 * t),
    ];
  };
}

/** What a decoder must make of it: I420 in limited range, from exact arithmetic. */
export function expectedI420(paint: Painter, width: number, height: number, isGray = false): Uint8Array {
  const layout = i420Layout(width, height);
  const bytes = new Uint8Array(layout.byteLength);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes[y * layout.strideY + x] = Math.round(16 + (219 * paint(x, y)[0]) / 255);
  }
  for (let y = 0; y < layout.heightUV; y++) {
    for (let x = 0; x < layout.strideUV; x++) {
      const [, u, v] = isGray ? [0, 128, 128] : paint(2 * x + 0.5, 2 * y + 0.5);
      bytes[layout.offsetU + y * layout.strideUV + x] = Math.round(128 + (224 * (u - 128)) / 255);
      bytes[layout.offsetV + y * layout.strideUV + x] = Math.round(128 + (224 * (v - 128)) / 255);
    }
  }
  return bytes;
}

/** Encodes a picture with FFmpeg's MJPEG encoder: the standard Huffman tables, named in the picture. */
export async function makeJpeg(
  paint: Painter,
  width: number,
  height: number,
  sampling: MadeSampling,
): Promise<Uint8Array> {
  const ffmpeg = await loadFfmpeg();
  const { throwIfError } = ffmpeg.FFmpegError;
  const formats = {
    '4:2:0': ffmpeg.AV_PIX_FMT_YUVJ420P,
    '4:2:2': ffmpeg.AV_PIX_FMT_YUVJ422P,
    '4:4:4': ffmpeg.AV_PIX_FMT_YUVJ444P,
  } as const;
  const encoder = ffmpeg.Codec.findEncoderByName('mjpeg' as Parameters<typeof ffmpeg.Codec.findEncoderByName>[0])!;
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(encoder);
  codec.width = width;
  codec.height = height;
  codec.pixelFormat = formats[sampling];
  codec.colorRange = ffmpeg.AVCOL_RANGE_JPEG;
  codec.threadCount = 1;
  codec.timeBase = new ffmpeg.Rational(1, 30);
  codec.setFlags(ffmpeg.AV_CODEC_FLAG_QSCALE);
  codec.globalQuality = 2 * ffmpeg.FF_QP2LAMBDA;
  codec.setOption('huffman', 'default');
  throwIfError(codec.open2Sync(encoder, null), 'encoder');

  const frame = new ffmpeg.Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = formats[sampling];
  frame.colorRange = ffmpeg.AVCOL_RANGE_JPEG;
  throwIfError(frame.getBuffer(), 'picture');
  frame.quality = 2 * ffmpeg.FF_QP2LAMBDA;
  frame.pts = 0n;
  for (const [plane, { bytes, width: columns, height: rows }] of paintPlanes(
    paint,
    width,
    height,
    sampling,
  ).entries()) {
    for (let y = 0; y < rows; y++) {
      frame.data![plane]!.set(bytes.subarray(y * columns, (y + 1) * columns), y * frame.linesize[plane]!);
    }
  }
  throwIfError(codec.sendFrameSync(frame), 'encoding');
  const packet = new ffmpeg.Packet();
  packet.alloc();
  throwIfError(codec.receivePacketSync(packet), 'encoding');
  const jpeg = new Uint8Array(packet.data!);
  packet.free();
  frame.free();
  codec.freeContext();
  return jpeg;
}

/** The planes of a picture in full range, rows without padding; chroma is taken from the middle of its pixels. */
export function paintPlanes(paint: Painter, width: number, height: number, sampling: Exclude<ChromaSampling, 'gray'>) {
  const [pixelsX, pixelsY] = CHROMA_PIXELS[sampling];
  return [0, 1, 2].map((component) => {
    const [stepX, stepY] = component === 0 ? [1, 1] : [pixelsX, pixelsY];
    const [columns, rows] = [Math.ceil(width / stepX), Math.ceil(height / stepY)];
    const bytes = new Uint8Array(columns * rows);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        bytes[y * columns + x] = Math.round(
          paint(x * stepX + (stepX - 1) / 2, y * stepY + (stepY - 1) / 2)[component]!,
        );
      }
    }
    return { bytes, width: columns, height: rows };
  });
}

/** Encodes a picture with libjpeg-turbo, which writes samplings that FFmpeg does not, and 4:2:2 as webcams do. */
export function makeTurboJpeg(
  paint: Painter,
  width: number,
  height: number,
  sampling: '4:2:2' | '4:4:0' | '4:1:1',
  hasRestarts = false,
): Uint8Array {
  // The library looks here for the rows of blocks between restart markers.
  process.env['TJ_RESTART'] = hasRestarts ? '1' : '0';
  const turbo = koffi.load('libturbojpeg.so.0');
  const open = turbo.func('void *tjInitCompress()');
  const compress = turbo.func(
    'int tjCompressFromYUVPlanes(void *handle, void **planes, int width, void *strides, int height, int sampling, ' +
      'void *jpeg, void *length, int quality, int flags)',
  );
  const close = turbo.func('int tjDestroy(void *handle)');
  const TJSAMP = { '4:2:2': 1, '4:4:0': 4, '4:1:1': 5 };
  const TJFLAG_NOREALLOC = 1024;
  const planes = paintPlanes(paint, width, height, sampling);
  const jpeg = new Uint8Array(100_000);
  const address = BigUint64Array.of(koffi.address(jpeg));
  const length = BigUint64Array.of(BigInt(jpeg.length));
  const strides = Int32Array.from(planes, (plane) => plane.width);
  const handle = open();
  const views = planes.map((plane) => plane.bytes);
  const failed = compress(
    handle,
    views,
    width,
    strides,
    height,
    TJSAMP[sampling],
    address,
    length,
    97,
    TJFLAG_NOREALLOC,
  );
  close(handle);
  if (failed !== 0) throw new Error(`libjpeg-turbo could not encode ${sampling}`);
  return jpeg.slice(0, Number(length[0]));
}

/** Encodes a picture's luma with sharp. */
export async function makeGrayJpeg(paint: Painter, width: number, height: number): Promise<Uint8Array> {
  const luma = paintPlanes(paint, width, height, '4:4:4')[0]!.bytes;
  const raw = { width, height, channels: 1 as const };
  return new Uint8Array(await sharp(luma, { raw }).toColourspace('b-w').jpeg({ quality: 97 }).toBuffer());
}

/** Encodes a picture with sharp, progressively, with Huffman tables of its own. */
export async function makeProgressiveJpeg(paint: Painter, width: number, height: number): Promise<Uint8Array> {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(toRgb(paint(x, y)), 3 * (y * width + x));
  }
  const raw = { width, height, channels: 3 as const };
  const options = { quality: 97, progressive: true, chromaSubsampling: '4:2:0' };
  return new Uint8Array(await sharp(rgb, { raw }).jpeg(options).toBuffer());
}

/** Source: ITU-T T.871, section 7. */
function toRgb([y, u, v]: readonly [number, number, number]): number[] {
  const exact = [y + 1.402 * (v - 128), y - 0.344136 * (u - 128) - 0.714136 * (v - 128), y + 1.772 * (u - 128)];
  return exact.map((value) => Math.max(0, Math.min(255, Math.round(value))));
}

/** Cuts the segments with that marker out of a picture's head. */
export function withoutSegments(jpeg: Uint8Array, marker: number): Uint8Array {
  const kept: number[] = [0xff, 0xd8];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const length = 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!);
    if (jpeg[at + 1] !== marker) kept.push(...jpeg.subarray(at, at + length));
    at += length;
  }
  return Uint8Array.from([...kept, ...jpeg.subarray(at)]);
}

/** Puts two bytes before every restart marker and before the end. */
export function withStrayBytes(jpeg: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const [at, byte] of jpeg.entries()) {
    const next = jpeg[at + 1]!;
    if (byte === 0xff && ((next >= 0xd0 && next <= 0xd7) || next === 0xd9)) bytes.push(0x12, 0x34);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Signal to noise in dB of a picture against another. */
export function psnr(found: Uint8Array, expected: Uint8Array): number {
  let squares = 0;
  for (const [index, value] of expected.entries()) squares += (found[index]! - value) ** 2;
  return 10 * Math.log10((255 ** 2 * expected.length) / squares);
}
