import type { FrameAt } from '../../frame/frame-at.js';
import { type I420Layout, i420Layout } from '../../frame/i420.js';
import { type Fit, type Placement, placePicture } from '../../frame/picture-fit.js';
import { FrameScaler, frameScalerBytes } from '../../kernels/frame-scaler.js';
import type { Kernels } from '../../kernels/kernels.js';
import { MatrixKernels } from '../../kernels/matrix.js';
import { RangeKernels } from '../../kernels/range.js';
import type { JpegDecoder } from '../jpeg/jpeg-decoder.js';
import { jpegDecoderBytes } from '../jpeg/jpeg-planes.js';
import { openJpegDecoder } from '../jpeg/open-jpeg-decoder.js';
import type { CaptureFormat } from './capture-device.js';

/** What the kernels may take beside the frames: alignment, working memory. */
const SPARE_BYTES = 4 << 20;

/** How the bytes of one frame become the working picture, in the camera's own size. */
type Convert = (data: Uint8Array, bytesUsed: number) => boolean;

/** Kernel memory that a decoder needs. */
export function decoderBytes(format: CaptureFormat, layout: I420Layout, fit: Fit): number {
  const own = pictureLayout(format);
  const place = placementOf(own, layout, fit);
  const input = isJpeg(format) ? jpegDecoderBytes(format) : rawBytes(format);
  const scaling = place ? layout.byteLength + frameScalerBytes(own, layout, place) : 0;
  return input + own.byteLength + scaling + SPARE_BYTES;
}

/**
 * Turns the bytes of a camera's frames into the working picture in the size of the stream: I420, BT.601, limited range;
 * scaled and placed if the camera's picture has another size. JPEG is BT.601 by its definition.
 */
export class FrameDecoder {
  readonly #convert: Convert;
  readonly #picture: FrameAt;
  readonly #frame: FrameAt;
  readonly #scaler: FrameScaler | null;
  readonly #result: Uint8Array;
  readonly #jpeg: JpegDecoder | null;

  /**
   * Allocates all that decoding needs: `decoderBytes`.
   *
   * @param layout - of the stream's frames.
   * @throws UserError LIBRARY_MISSING without a JPEG decoder, CONFIG_INVALID for a picture too long to be cropped.
   * @throws RangeError if kernel memory is too small.
   */
  static async open(kernels: Kernels, format: CaptureFormat, layout: I420Layout, fit: Fit): Promise<FrameDecoder> {
    const { width, height } = format;
    const jpeg = isJpeg(format) ? await openJpegDecoder(kernels, { width, height }) : null;
    return new FrameDecoder(kernels, format, layout, fit, jpeg);
  }

  private constructor(kernels: Kernels, format: CaptureFormat, layout: I420Layout, fit: Fit, jpeg: JpegDecoder | null) {
    const own = pictureLayout(format);
    const place = placementOf(own, layout, fit);
    this.#jpeg = jpeg;
    this.#picture = { layout: own, address: kernels.alloc(own.byteLength) };
    this.#frame = place ? { layout, address: kernels.alloc(layout.byteLength) } : this.#picture;
    this.#scaler = place ? new FrameScaler(kernels, own, layout, place) : null;
    this.#result = kernels.u8(this.#frame.address, layout.byteLength);
    const picture = this.#picture;
    this.#convert = jpeg
      ? (data, bytesUsed) => jpeg.decode(data.subarray(0, bytesUsed), picture)
      : rawConverter(kernels, format, picture);
  }

  /**
   * Decodes one frame.
   *
   * @param data - the camera's buffer; only read. @param bytesUsed - how much of it the frame takes.
   * @param into - `layout.byteLength` bytes, maybe shared memory.
   * @returns false for a frame that is cut off or damaged; `into` is then left as it was.
   */
  decode(data: Uint8Array, bytesUsed: number, into: Uint8Array): boolean {
    if (!this.#convert(data, bytesUsed)) return false;
    this.#scaler?.scale(this.#picture, this.#frame);
    into.set(this.#result);
    return true;
  }

  /** Safe to call twice. Kernel memory is released by whoever gave it. */
  close(): void {
    this.#jpeg?.close();
  }
}

/** One copy into kernel memory, one conversion there. */
function rawConverter(kernels: Kernels, format: CaptureFormat, picture: FrameAt): Convert {
  const bytes = rawBytes(format);
  const address = kernels.alloc(bytes);
  const raw = kernels.u8(address, bytes);
  const toI420 = conversionOf(kernels, format, address, picture);
  const range = format.isFullRange ? new RangeKernels(kernels) : null;
  const matrix = format.isBt709 ? new MatrixKernels(kernels) : null;
  return (data, bytesUsed) => {
    if (bytesUsed < bytes || data.length < bytes) return false;
    // The driver's buffer may be a little longer than the picture: then, and only then, a view is made.
    raw.set(data.length === bytes ? data : data.subarray(0, bytes));
    toI420();
    range?.limitFrame(picture);
    matrix?.bt709ToBt601(picture);
    return true;
  };
}

function conversionOf(kernels: Kernels, format: CaptureFormat, from: number, picture: FrameAt): () => void {
  const stride = strideOf(format);
  const chroma = from + stride * format.height;
  switch (format.pixels) {
    case 'YUYV':
      return () => kernels.yuyvToI420(from, stride, picture);
    case 'UYVY':
      return () => kernels.uyvyToI420(from, stride, picture);
    case 'NV12':
      return () => kernels.nv12ToI420(from, stride, chroma, stride, picture);
    case 'YU12': {
      const strideUV = stride >> 1;
      const chromaV = chroma + strideUV * picture.layout.heightUV;
      return () => copyPlanes(kernels, [from, chroma, chromaV], [stride, strideUV], picture);
    }
    case 'MJPG':
    case 'JPEG':
      throw new Error(`${format.pixels} is decoded by the JPEG decoder`);
  }
}

function copyPlanes(
  kernels: Kernels,
  [y, u, v]: readonly [number, number, number],
  [strideY, strideUV]: readonly [number, number],
  { address, layout }: FrameAt,
): void {
  const widthUV = (layout.width + 1) >> 1;
  kernels.copyPlane(y, strideY, address + layout.offsetY, layout.strideY, layout.width, layout.height);
  kernels.copyPlane(u, strideUV, address + layout.offsetU, layout.strideUV, widthUV, layout.heightUV);
  kernels.copyPlane(v, strideUV, address + layout.offsetV, layout.strideUV, widthUV, layout.heightUV);
}

/** The picture in the camera's frames: without the last row where the driver leaves out its chroma. */
function pictureLayout(format: CaptureFormat): I420Layout {
  const { width, height } = format;
  const isCutShort = (height & 1) === 1 && !isJpeg(format) && format.byteLength < bytesOfRows(format, height);
  return i420Layout(width, isCutShort ? height - 1 : height);
}

/** Bytes that a raw frame must have: of its rows with their padding, whatever the driver adds behind them. */
function rawBytes(format: CaptureFormat): number {
  return bytesOfRows(format, pictureLayout(format).height);
}

/** @param rows - of the picture; planes lie as far apart as the driver's height says. */
function bytesOfRows(format: CaptureFormat, rows: number): number {
  const stride = strideOf(format);
  const rowsUV = (rows + 1) >> 1;
  switch (format.pixels) {
    case 'NV12':
      return stride * format.height + stride * rowsUV;
    case 'YU12':
      return stride * format.height + 2 * (stride >> 1) * rowsUV;
    default:
      return stride * rows;
  }
}

/** What the driver says; the tightest for drivers that say nothing. */
function strideOf({ pixels, width, strideBytes }: CaptureFormat): number {
  const evenWidth = width + (width & 1);
  const tightest = pixels === 'YUYV' || pixels === 'UYVY' ? 2 * evenWidth : evenWidth;
  return strideBytes || tightest;
}

function placementOf(picture: I420Layout, frame: I420Layout, fit: Fit): Placement | null {
  const isSame = picture.width === frame.width && picture.height === frame.height;
  return isSame ? null : placePicture(picture, frame, fit);
}

function isJpeg({ pixels }: CaptureFormat): boolean {
  return pixels === 'MJPG' || pixels === 'JPEG';
}
