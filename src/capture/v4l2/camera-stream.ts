import type { Micros } from '../../frame/clock.js';
import type { CaptureDevice, FilledBuffer } from './capture-device.js';

/** A picture older than this is not shown: a process that was stopped must not play what it missed. */
const STALE_AFTER_US = 500_000;
/** A stamp may be this far ahead of our reading of the same clock; more is another clock. */
const AHEAD_US = 10_000;

/** What became of the driver's frames, beside those handed out. */
export interface StreamCounts {
  /** Replaced by a newer one before they were looked at, or lost by the driver. */
  dropped: number;
  /** Marked as damaged by the driver, or empty. */
  damaged: number;
  /** Too old to be shown. */
  stale: number;
}

/** A picture in the driver's memory, until the stream is asked for the next one. */
export interface StreamFrame {
  readonly data: Uint8Array;
  readonly bytesUsed: number;
  /** Counts from 0; a gap is a frame that was dropped. */
  readonly sequence: number;
  readonly capturedAt: Micros;
}

type FilledFrame = { -readonly [Key in keyof StreamFrame]: StreamFrame[Key] };

/**
 * The frames of a device that streams, the newest first and only: whatever waits behind it is given back unseen.
 * Allocates nothing a frame.
 */
export class CameraStream {
  readonly counts: StreamCounts = { dropped: 0, damaged: 0, stale: 0 };
  readonly #device: CaptureDevice;
  readonly #now: () => Micros;
  readonly #frame: FilledFrame = { data: new Uint8Array(), bytesUsed: 0, sequence: -1, capturedAt: 0 as Micros };
  /** The buffer that `#frame` lies in; -1 for none. */
  #held = -1;
  /** Of the frame taken last, counted by us and by the driver. */
  #sequence = -1;
  #driverSequence = -1;
  #staleInRow = 0;

  /** @param device - configured and started. It stays the caller's to close. */
  constructor(device: CaptureDevice, now: () => Micros) {
    this.#device = device;
    this.#now = now;
  }

  /**
   * The newest frame, waiting for it if none is there; null if none came that can be shown. The frame handed out before
   * goes back to the driver.
   *
   * @throws SystemCallError if the stream is over: the device unplugged, or failing.
   */
  next(timeoutMs: number): StreamFrame | null {
    this.#giveBack();
    if (!this.#device.wait(timeoutMs)) return null;
    let stamp: Micros | null = null;
    do {
      const filled = this.#device.dequeue();
      if (!filled) break;
      this.#count(filled.sequence);
      if (filled.isDamaged || filled.bytesUsed === 0) {
        this.counts.damaged++;
        this.#device.queue(filled.index);
        continue;
      }
      if (this.#held >= 0) this.counts.dropped++;
      this.#giveBack();
      this.#hold(filled);
      stamp = filled.capturedAt;
    } while (this.#device.wait(0));
    return this.#held >= 0 && this.#setStamp(stamp) ? this.#frame : null;
  }

  #hold({ index, bytesUsed }: FilledBuffer): void {
    this.#held = index;
    this.#frame.data = this.#device.buffers[index]!;
    this.#frame.bytesUsed = bytesUsed;
    this.#frame.sequence = this.#sequence;
  }

  /**
   * Stamps the frame that is held; false if it is too old. A clock that is not ours, or that makes every frame old (more
   * in a row than there are buffers to have waited in), gives way to the time now.
   */
  #setStamp(stamp: Micros | null): boolean {
    const now = this.#now();
    const isOurs = stamp !== null && stamp > 0 && stamp <= now + AHEAD_US;
    if (isOurs && now - stamp <= STALE_AFTER_US) {
      this.#staleInRow = 0;
      this.#frame.capturedAt = stamp;
      return true;
    }
    if (isOurs && ++this.#staleInRow <= this.#device.buffers.length) {
      this.counts.stale++;
      return false;
    }
    this.#frame.capturedAt = now;
    return true;
  }

  #giveBack(): void {
    if (this.#held < 0) return;
    const index = this.#held;
    this.#held = -1;
    this.#device.queue(index);
  }

  /** Goes on by the driver's own steps. One that does not count, or starts anew, counts as one frame on. */
  #count(driverSequence: number): void {
    const step = this.#driverSequence < 0 ? 1 : (driverSequence - this.#driverSequence) >>> 0;
    const isSane = step > 0 && step < 2 ** 31;
    this.#driverSequence = driverSequence;
    this.#sequence += isSane ? step : 1;
    if (isSane) this.counts.dropped += step - 1;
  }
}
