import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../errors.js';
import type { StreamFormat } from './sink.js';
import type { VideoWriter } from './video-writer.js';

const FRAME_HEAD = Buffer.from('FRAME\n');

/**
 * Uncompressed YUV4MPEG2 with 4:2:0 chroma, which needs no library. Every frame has the same length: its times are the
 * rate's. Source of the format: the manual page yuv4mpeg(5) of mjpegtools.
 */
export class Y4mWriter implements VideoWriter {
  readonly #path: string;
  readonly #file: number;

  /** @throws UserError OUTPUT_FAILED. */
  constructor({ layout, rate }: StreamFormat, path: string) {
    this.#path = path;
    this.#file = this.#guard(() => openSync(path, 'w'));
    const head = `YUV4MPEG2 W${layout.width} H${layout.height} F${rate.num}:${rate.den} Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n`;
    this.#write(Buffer.from(head));
  }

  write(data: Uint8Array): void {
    this.#write(FRAME_HEAD);
    this.#write(data);
  }

  close(): void {
    this.#guard(() => closeSync(this.#file));
  }

  abandon(): void {
    closeSync(this.#file);
  }

  /** A full disk takes a part of a write, and refuses the next one. */
  #write(bytes: Uint8Array): void {
    this.#guard(() => {
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#file, bytes, done);
    });
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      throw new UserError(
        'OUTPUT_FAILED',
        `${this.#path} could not be written: ${(cause as Error).message}.`,
        'Check that the folder exists, may be written to, and has room.',
        { cause },
      );
    }
  }
}
