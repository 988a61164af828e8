import type { Rate } from '../frame/frame.js';
import type { VideoReader } from './video-reader.js';

/**
 * The order in which a clip's frames are shown: over and over if it loops, and at a fixed rate if one was asked for, by
 * repeating frames and leaving frames out.
 */
export class ClipTimeline {
  readonly #reader: VideoReader;
  readonly #fps: number | null;
  readonly #loop: boolean;
  /** Start of this round through the clip: in seconds, or in output frames where a rate was asked for. */
  #roundStart = 0;
  /** Output frame within this round; only where a rate was asked for. */
  #slot = -1;

  /** @param rate - the fixed rate to resample to, or null to keep the clip's own frames and times. */
  constructor(reader: VideoReader, rate: Rate | null, loop: boolean) {
    this.#reader = reader;
    this.#fps = rate && rate.num / rate.den;
    this.#loop = loop;
  }

  /** Goes on to the next frame to show, and returns its time in seconds from the first one; null at the end. */
  next(): number | null {
    return this.#fps === null ? this.#nextOwn() : this.#nextAtRate(this.#fps);
  }

  #nextOwn(): number | null {
    const reader = this.#reader;
    if (reader.nextPts === null) {
      if (!this.#loop) return null;
      this.#roundStart += reader.currentEnd;
      reader.rewind();
    }
    const pts = reader.nextPts;
    if (pts === null) return null;
    reader.advance();
    return this.#roundStart + pts;
  }

  /**
   * Each source frame belongs to the output frame nearest to its time, so that jitter of the times does no harm. A clip
   * has as many output frames as its length has room for, rounded: a last frame that would only come after them is left
   * out.
   */
  #nextAtRate(fps: number): number | null {
    const reader = this.#reader;
    this.#slot++;
    this.#advanceTo(this.#slot, fps);
    if (reader.nextPts === null && this.#slot >= Math.max(1, Math.round(reader.currentEnd * fps))) {
      if (!this.#loop) return null;
      this.#roundStart += this.#slot;
      this.#slot = 0;
      reader.rewind();
      this.#advanceTo(0, fps);
    }
    return (this.#roundStart + this.#slot) / fps;
  }

  /** Goes on to the last frame that is to be shown in this slot or before. */
  #advanceTo(slot: number, fps: number): void {
    for (;;) {
      const pts = this.#reader.nextPts;
      if (pts === null || Math.round(pts * fps) > slot) return;
      this.#reader.advance();
    }
  }
}
