import type { Frame as AvFrame, SoftwareScaleContext } from 'node-av/lib';
import { fillBlack, type I420Layout, i420Layout } from '../frame/i420.js';
import { type Fit, type Placement, placePicture, type Size } from '../frame/picture-fit.js';
import type { Ffmpeg } from '../system/ffmpeg.js';
import { copyUpright, isSideways, type Orientation } from './orientation.js';

/**
 * Turns decoded pictures of any pixel format, size and colour matrix into the working picture: I420, BT.601, limited
 * range, upright, scaled (bicubic) and placed in a frame.
 */
export class PictureScaler {
  readonly #layout: I420Layout;
  readonly #place: Placement;
  readonly #orientation: Orientation;
  readonly #context: SoftwareScaleContext;
  readonly #scaled: AvFrame;
  /** Views of the three planes of `#scaled`, made once. */
  readonly #planes: { readonly data: Uint8Array; readonly stride: number }[];

  /** @param picture - size of the upright picture. @throws UserError CONFIG_INVALID. */
  constructor(ffmpeg: Ffmpeg, picture: Size, orientation: Orientation, frame: Size, fit: Fit) {
    this.#layout = i420Layout(frame.width, frame.height);
    this.#place = placePicture(picture, frame, fit);
    this.#orientation = orientation;

    const { width, height } = this.#place.scaled;
    const scaled = new ffmpeg.Frame();
    scaled.alloc();
    scaled.width = isSideways(orientation) ? height : width;
    scaled.height = isSideways(orientation) ? width : height;
    scaled.format = ffmpeg.AV_PIX_FMT_YUV420P;
    scaled.colorSpace = ffmpeg.AVCOL_SPC_SMPTE170M;
    scaled.colorRange = ffmpeg.AVCOL_RANGE_MPEG;
    ffmpeg.FFmpegError.throwIfError(scaled.getBuffer(), 'allocating the scaled picture');
    this.#scaled = scaled;
    this.#planes = scaled.data!.slice(0, 3).map((data, index) => ({ data, stride: scaled.linesize[index]! }));

    this.#context = new ffmpeg.SoftwareScaleContext();
    this.#context.allocContext();
    // At 720p bicubic costs 0.2 ms more than bilinear, and eyes and hair stay sharp; accurate rounding costs 0.25 ms and
    // keeps flat colours exact.
    this.#context.setOption('sws_flags', ffmpeg.SWS_BICUBIC | ffmpeg.SWS_ACCURATE_RND, ffmpeg.AV_OPT_TYPE_FLAGS);
    // Transparent parts become black, as they do in a player, and not what colour lies hidden under them.
    this.#context.setOption('alphablend', 'uniform_color');
  }

  /** Writes `picture` into `into`, bars included. Throws FFmpegError if the picture cannot be converted. */
  convert(ffmpeg: Ffmpeg, picture: AvFrame, into: Uint8Array): void {
    ffmpeg.FFmpegError.throwIfError(this.#context.scaleFrameSync(this.#scaled, picture), 'scaling a picture');
    const { offsetY, offsetU, offsetV, strideY, strideUV } = this.#layout;
    const { shown } = this.#place;
    if (shown.width < this.#layout.width || shown.height < this.#layout.height) {
      fillBlack(into, this.#layout);
    }
    this.#copyPlane(0, into, offsetY, strideY, 1);
    this.#copyPlane(1, into, offsetU, strideUV, 2);
    this.#copyPlane(2, into, offsetV, strideUV, 2);
  }

  /** @param sampling - picture pixels a sample, on both axes: 1 for luma, 2 for chroma. */
  #copyPlane(index: number, into: Uint8Array, offset: number, strideBytes: number, sampling: 1 | 2): void {
    const { fromX, fromY, toX, toY, shown } = this.#place;
    copyUpright(
      this.#planes[index]!,
      Math.ceil(this.#scaled.width / sampling),
      Math.ceil(this.#scaled.height / sampling),
      this.#orientation,
      fromX / sampling,
      fromY / sampling,
      into,
      offset + toX / sampling + (toY / sampling) * strideBytes,
      strideBytes,
      Math.ceil(shown.width / sampling),
      Math.ceil(shown.height / sampling),
    );
  }

  /** Gives the scaler's memory back. Call once. */
  close(): void {
    this.#context.freeContext();
    this.#scaled.free();
  }
}
