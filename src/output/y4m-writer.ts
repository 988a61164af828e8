import { closeSync, openSync, writeSync } from 'node:fs';
import type { RecordingWriter } from './recording-writer.js';
import type { StreamFormat } from './sink.js';

const FRAME_LINE = Buffer.from('FRAME\n');

/** How many frames a gap may be filled with: past that, the machine was asleep and the recording goes on. */
const GAP_FRAMES_MAX = 300;

/**
 * Writes y4m: uncompressed, lossless, and without FFmpeg. The format has no time stamps, only a rate.
 *
 * Source: yuv4mpeg(5) of mjpegtools
 */
export class Y4mWriter implements RecordingWriter {
  readonly #fillsGaps: boolean;
  readonly #fps: number;
  readonly #byteLength: number;
  #fd: number | null;
  #written = 0;

  /**
   * @param fillsGaps - repeats a frame that comes late, so that a live recording with drops keeps its time.
   * @throws the error of the system call; as do `write` and `close`. The sink tells the user of it.
   */
  constructor({ layout, rate }: StreamFormat, path: string, fillsGaps = false) {
    this.#fillsGaps = fillsGaps;
    this.#fps = rate.num / rate.den;
    this.#byteLength = layout.byteLength;
    this.#fd = openSync(path, 'w');
    const { width, height } = layout;
    try {
      this.#writeAll(
        Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate.num}:${rate.den} Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED\n`),
      );
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  write(data: Uint8Array, seconds = 0): void {
    const frame = data.subarray(0, this.#byteLength);
    for (let copies = this.#copiesOf(seconds); copies > 0; copies--) {
      this.#writeAll(FRAME_LINE);
      this.#writeAll(frame);
      this.#written++;
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) closeSync(fd);
  }

  abandon(): void {
    this.close();
  }

  #copiesOf(seconds: number): number {
    if (!this.#fillsGaps) return 1;
    const missing = Math.round(seconds * this.#fps) - this.#written;
    return missing > GAP_FRAMES_MAX ? 1 : Math.max(1, missing + 1);
  }

  #writeAll(bytes: Uint8Array): void {
    if (this.#fd === null) throw new Error('the writer is not open');
    // A full disk takes a part of a write, and refuses the next one.
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done);
  }
}
