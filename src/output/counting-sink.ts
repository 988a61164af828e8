import type { Frame } from '../frame/frame.js';
import type { FrameSink, StreamFormat } from './sink.js';

/** Counts frames and keeps none: for benchmarks, and for tests of order. */
export class CountingSink implements FrameSink {
  readonly name = 'count';
  format: StreamFormat | null = null;
  written = 0;
  lastSequence = -1;
  /** Frames that came after a later one: always 0 unless something is broken. */
  outOfOrder = 0;

  async open(format: StreamFormat): Promise<void> {
    this.format = format;
  }

  write(frame: Frame): void {
    if (frame.sequence <= this.lastSequence) this.outOfOrder++;
    this.lastSequence = frame.sequence;
    this.written++;
  }

  async close(): Promise<void> {}
}
