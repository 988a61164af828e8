import { setTimeout as sleep } from 'node:timers/promises';
import { nowMicros } from '../frame/clock.js';
import type { Frame, FrameStamp } from '../frame/frame.js';
import type { FrameSink, StreamFormat } from './sink.js';

/** Takes frames and keeps none: for tests and benchmarks. Throws if a frame comes twice or out of order. */
export class CountingSink implements FrameSink {
  readonly name = 'counting';
  readonly #delayMs: number;
  #format: StreamFormat | null = null;
  #count = 0;
  #last: FrameStamp | null = null;
  #lastLatencyMs = Number.NaN;
  #isClosed = false;

  /** @param delayMs - how long each write takes: a slow sink. */
  constructor({ delayMs = 0 }: { readonly delayMs?: number } = {}) {
    this.#delayMs = delayMs;
  }

  get format(): StreamFormat | null {
    return this.#format;
  }

  /** Frames written. */
  get count(): number {
    return this.#count;
  }

  /** Stamp of the last frame. */
  get last(): FrameStamp | null {
    return this.#last;
  }

  /** From capture of the last frame to its write, in milliseconds. */
  get lastLatencyMs(): number {
    return this.#lastLatencyMs;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async open(format: StreamFormat): Promise<void> {
    this.#format = format;
    this.#isClosed = false;
  }

  write({ sequence, capturedAt, pts, data, layout }: Frame): void | Promise<void> {
    if (this.#format === null) throw new Error('the sink is not open');
    if (data.byteLength < layout.byteLength) {
      throw new RangeError(`frame ${sequence} has ${data.byteLength} bytes, not ${layout.byteLength}`);
    }
    if (this.#last && sequence <= this.#last.sequence) {
      throw new RangeError(`frame ${sequence} came after frame ${this.#last.sequence}`);
    }
    this.#last = { sequence, capturedAt, pts };
    this.#lastLatencyMs = (nowMicros() - capturedAt) / 1000;
    this.#count++;
    return this.#delayMs > 0 ? sleep(this.#delayMs) : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
