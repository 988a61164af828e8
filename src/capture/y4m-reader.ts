import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors.js';
import type { Rate } from '../frame/frame.js';
import { type I420Layout, i420Layout } from '../frame/i420.js';
import type { Size } from '../frame/picture-fit.js';
import { requireReadableFile } from '../system/media-file.js';
import { frameInterval } from './frame-rate.js';
import type { VideoInfo, VideoReader } from './video-reader.js';
import { parseY4mHeader, type Y4mHeader } from './y4m-header.js';

/** A header line is some 60 bytes; encoders add comments. */
const HEADER_BYTES_MAX = 4096;
const FRAME_LINE = Buffer.from('FRAME');
const FRAME_LINE_MAX = 128;

/** Reads a y4m file whose frames are the working picture already. Needs no FFmpeg. */
export class Y4mReader implements VideoReader {
  readonly info: VideoInfo;
  readonly frameSize: Size;
  readonly #fd: number;
  readonly #fileBytes: number;
  readonly #layout: I420Layout;
  readonly #rate: Rate;
  readonly #firstFrameAt: number;
  readonly #line = Buffer.alloc(FRAME_LINE_MAX);
  /** Byte offsets of the pixels of the current frame, and of the one after it. */
  #current = -1;
  #following: number | null;
  #currentIndex = -1;
  #isClosed = false;

  /**
   * Opens the file, if its frames can be handed on as they are.
   *
   * @returns null if it is not a y4m file, or one that has to be converted.
   * @throws UserError INPUT_MISSING or INPUT_INVALID.
   */
  static tryOpen(path: string): Y4mReader | null {
    const fileBytes = requireReadableFile(path);
    const fd = openSync(path, 'r');
    let reader: Y4mReader | null = null;
    try {
      const start = Buffer.alloc(HEADER_BYTES_MAX);
      const header = parseY4mHeader(start.subarray(0, readSync(fd, start, 0, start.length, 0)));
      if (header?.isWorkingPicture) reader = new Y4mReader(fd, fileBytes, header, path);
      return reader;
    } finally {
      if (reader === null) closeSync(fd);
    }
  }

  private constructor(fd: number, fileBytes: number, header: Y4mHeader, path: string) {
    this.#fd = fd;
    this.#fileBytes = fileBytes;
    this.#rate = header.rate;
    this.#layout = i420Layout(header.width, header.height);
    this.#firstFrameAt = header.byteLength;
    this.#following = this.#findFrame(this.#firstFrameAt);
    if (this.#following === null) {
      throw new UserError(
        'INPUT_INVALID',
        `${path} ends before its first picture is complete.`,
        'Copy or record the file again.',
      );
    }
    this.frameSize = { width: header.width, height: header.height };
    const frameBytes = FRAME_LINE.length + 1 + this.#layout.byteLength;
    this.info = {
      picture: this.frameSize,
      rate: header.rate,
      frameCount: Math.floor((fileBytes - header.byteLength) / frameBytes),
    };
  }

  get nextPts(): number | null {
    return this.#following === null ? null : (this.#currentIndex + 1) * frameInterval(this.#rate);
  }

  get currentEnd(): number {
    return (this.#currentIndex + 1) * frameInterval(this.#rate);
  }

  advance(): void {
    if (this.#following === null) throw new RangeError('there is no further frame');
    this.#current = this.#following;
    this.#currentIndex++;
    this.#following = this.#findFrame(this.#current + this.#layout.byteLength);
  }

  convert(into: Uint8Array): void {
    const bytes = readSync(this.#fd, into, 0, this.#layout.byteLength, this.#current);
    if (bytes < this.#layout.byteLength) throw new Error('the file has become shorter since it was opened');
  }

  rewind(): void {
    this.#currentIndex = -1;
    this.#following = this.#findFrame(this.#firstFrameAt);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  /** Where the pixels start of the frame whose line starts at `offset`; null if no complete frame is there. */
  #findFrame(offset: number): number | null {
    const bytes = readSync(this.#fd, this.#line, 0, FRAME_LINE_MAX, offset);
    if (bytes < FRAME_LINE.length || this.#line.compare(FRAME_LINE, 0, FRAME_LINE.length, 0, FRAME_LINE.length) !== 0) {
      return null;
    }
    const end = this.#line.subarray(0, bytes).indexOf(0x0a);
    const start = offset + end + 1;
    return end >= 0 && start + this.#layout.byteLength <= this.#fileBytes ? start : null;
  }
}
