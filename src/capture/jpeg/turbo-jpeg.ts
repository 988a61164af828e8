import koffi from 'koffi';
import type { FrameAt } from '../../frame/frame-at.js';
import type { Size } from '../../frame/picture-fit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { RangeKernels } from '../../kernels/range.js';
import type { JpegDecoder } from './jpeg-decoder.js';
import { JpegHeader } from './jpeg-header.js';
import { JpegPlanes } from './jpeg-planes.js';

/** TJFLAG_LIMITSCANS: a damaged progressive picture cannot keep the decoder busy for seconds. */
const LIMIT_SCANS = 32_768;
/** TJERR_WARNING. */
const WARNING = 0;

type Handle = object;

/** Functions of turbojpeg.h, version 2 of its API, which version 3 keeps. */
interface TurboJpegLibrary {
  tjInitDecompress(): Handle | null;
  tjDecompressToYUVPlanes(
    handle: Handle,
    jpeg: Uint8Array,
    length: number,
    planes: readonly Uint8Array[],
    width: number,
    strides: Int32Array,
    height: number,
    flags: number,
  ): number;
  tjGetErrorCode(handle: Handle): number;
  tjGetErrorStr2(handle: Handle): string;
  tjDestroy(handle: Handle): number;
}

let loaded: TurboJpegLibrary | null | undefined;

/** libturbojpeg.so.0, loaded on first use; null where it is not installed. */
export function loadTurboJpeg(): TurboJpegLibrary | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): TurboJpegLibrary | null {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libturbojpeg.so.0');
  } catch {
    return null; // Not installed: another decoder may be.
  }
  return {
    tjInitDecompress: library.func('void *tjInitDecompress()'),
    tjDecompressToYUVPlanes: library.func(
      'int tjDecompressToYUVPlanes(void *handle, const void *jpeg, unsigned long length, void **planes, int width, ' +
        'void *strides, int height, int flags)',
    ),
    tjGetErrorCode: library.func('int tjGetErrorCode(void *handle)'),
    tjGetErrorStr2: library.func('const char *tjGetErrorStr2(void *handle)'),
    tjDestroy: library.func('int tjDestroy(void *handle)'),
  };
}

/** Decodes with libjpeg-turbo, which writes its planes straight into kernel memory. */
export class TurboJpegDecoder implements JpegDecoder {
  readonly library = 'libjpeg-turbo';
  readonly #turbo: TurboJpegLibrary;
  readonly #frame: Size;
  readonly #planes: JpegPlanes;
  readonly #range: RangeKernels;
  readonly #header = new JpegHeader();
  readonly #strides = new Int32Array(3);
  #handle: Handle | null;
  #hasTables = false;

  /** @throws RangeError if kernel memory runs out (see `jpegDecoderBytes`). */
  constructor(turbo: TurboJpegLibrary, kernels: Kernels, frame: Size) {
    this.#turbo = turbo;
    this.#frame = frame;
    this.#planes = new JpegPlanes(kernels, frame);
    this.#range = new RangeKernels(kernels);
    this.#handle = turbo.tjInitDecompress();
  }

  decode(jpeg: Uint8Array, into: FrameAt): boolean {
    const header = this.#header;
    const { width, height } = this.#frame;
    if (!header.read(jpeg) || header.width !== width || header.height !== height) return false;
    if (header.hasHuffmanTables !== this.#hasTables) this.#forgetTables(header.hasHuffmanTables);
    const handle = this.#handle;
    if (!handle) return false;

    const picture = this.#planes.as(header.sampling);
    this.#strides[0] = picture.strideY;
    this.#strides[1] = this.#strides[2] = picture.strideUV;
    const { views } = this.#planes;
    const failed = this.#turbo.tjDecompressToYUVPlanes(
      handle,
      jpeg,
      header.byteLength,
      views,
      width,
      this.#strides,
      height,
      LIMIT_SCANS,
    );
    if (failed !== 0 && !this.#isHarmless(handle)) return false;
    this.#range.planarToI420(picture, header.sampling, into);
    return true;
  }

  /** Tables stay from one picture to the next: those of a damaged picture must not serve pictures that have none. */
  #forgetTables(hasTables: boolean): void {
    if (!this.#handle) return;
    this.close();
    this.#handle = this.#turbo.tjInitDecompress();
    this.#hasTables = hasTables;
  }

  /**
   * Some webcams put a few bytes too many before markers, in every picture; nothing is missing then. The library tells of
   * the first warning only, but of what is cut short the end marker is missing too, and the header has found it.
   */
  #isHarmless(handle: Handle): boolean {
    const { tjGetErrorCode, tjGetErrorStr2 } = this.#turbo;
    return tjGetErrorCode(handle) === WARNING && tjGetErrorStr2(handle).includes('extraneous bytes before marker');
  }

  close(): void {
    if (this.#handle) this.#turbo.tjDestroy(this.#handle);
    this.#handle = null;
  }
}
