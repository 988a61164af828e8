import { UserError } from '../../errors.js';
import type { Size } from '../../frame/picture-fit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { loadFfmpeg } from '../../system/ffmpeg.js';
import { FfmpegJpegDecoder } from './ffmpeg-jpeg.js';
import type { JpegDecoder } from './jpeg-decoder.js';
import { loadTurboJpeg, TurboJpegDecoder } from './turbo-jpeg.js';

/**
 * Opens the fastest JPEG decoder that is installed: libjpeg-turbo, else FFmpeg (benchmarks/jpeg.bench.mjs shows both).
 *
 * It allocates `jpegDecoderBytes(frame)` bytes of kernel memory, which stay until the caller releases its mark.
 *
 * @param frame - the size of the camera's pictures.
 * @throws UserError LIBRARY_MISSING if neither is there; RangeError if kernel memory runs out.
 */
export async function openJpegDecoder(kernels: Kernels, frame: Size): Promise<JpegDecoder> {
  const turbo = loadTurboJpeg();
  if (turbo) return new TurboJpegDecoder(turbo, kernels, frame);
  try {
    return new FfmpegJpegDecoder(await loadFfmpeg(), kernels, frame);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(
      'LIBRARY_MISSING',
      'The camera sends JPEG pictures, and nothing that decodes them was found: neither libturbojpeg.so.0 nor the package node-av.',
      'Install libjpeg-turbo with: sudo apt install libturbojpeg0 (Ubuntu: libturbojpeg, Fedora: turbojpeg, Arch: libjpeg-turbo).',
      { cause },
    );
  }
}
