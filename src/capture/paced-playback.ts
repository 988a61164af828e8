import type { Micros } from '../frame/clock.js';
import type { FrameStamp } from '../frame/frame.js';
import type { DueClock } from './due-timer.js';

/** Frames in order: what a pacer plays. */
export interface Playable {
  /** Goes on to the next frame and returns its time in seconds; null at the end. */
  next(): number | null;
  /** Writes the frame that `next` went to. */
  convert(into: Uint8Array): void;
}

/** A source later than this does not decode what was missed: it goes on from where it was. */
const CATCH_UP_S = 1;

/**
 * Plays frames like a camera: a frame at time t is delivered at start + t. The next frame is decoded ahead, so that only
 * a copy is left to do when it is due. Who comes late misses frames, and never gets a burst of old ones.
 */
export class PacedPlayback {
  readonly #frames: Playable;
  readonly #clock: DueClock;
  readonly #intervalS: number;
  readonly #pixels: Uint8Array;
  /** The moment at which time 0 is due. Set by the first `read`. */
  #start: Micros | null = null;
  /** Time of the frame in `#pixels`; `null`: not decoded yet. */
  #ready: number | 'end' | null = null;
  #sequence = 0;
  #failure: Error | null = null;
  #ahead: NodeJS.Immediate | null = null;
  #isClosed = false;

  /** @param byteLength - of a frame. @param intervalS - seconds from one frame to the next. */
  constructor(frames: Playable, byteLength: number, intervalS: number, clock: DueClock) {
    this.#frames = frames;
    this.#clock = clock;
    this.#intervalS = intervalS;
    this.#pixels = new Uint8Array(byteLength);
  }

  /** As `FrameSource.read`. Resolves to null when closed, too. */
  async read(into: Uint8Array): Promise<FrameStamp | null> {
    if (this.#isClosed) return null;
    this.#throwFailure();
    this.#ready ??= this.#decode();
    if (this.#ready === 'end') return null;

    this.#start ??= (this.#clock.now() - this.#ready * 1e6) as Micros;
    const pts = this.#skipMissed(this.#ready, this.#start);
    if (pts === null) return null;
    const due = (this.#start + pts * 1e6) as Micros;
    await this.#clock.waitUntil(due);
    if (this.#isClosed) return null;

    into.set(this.#pixels);
    this.#ready = null;
    this.#ahead = setImmediate(() => this.#decodeAhead());
    return { sequence: this.#sequence++, capturedAt: due, pts };
  }

  /** Ends a `read` that waits. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    if (this.#ahead) clearImmediate(this.#ahead);
    this.#clock.cancel();
  }

  #decode(): number | 'end' {
    const pts = this.#frames.next();
    if (pts === null) return 'end';
    this.#frames.convert(this.#pixels);
    return pts;
  }

  #decodeAhead(): void {
    if (this.#isClosed || this.#ready !== null) return;
    try {
      this.#ready = this.#decode();
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  /**
   * Passes over frames whose successor is due already, so that what is delivered is never older than one frame.
   *
   * @returns the time of the frame that is now in `#pixels`, or null at the end.
   */
  #skipMissed(ready: number, start: Micros): number | null {
    const lateS = (this.#clock.now() - start) / 1e6 - ready;
    if (lateS < this.#intervalS) return ready;
    if (lateS > CATCH_UP_S) return this.#resume(ready, lateS);

    const oldest = ready + lateS - this.#intervalS;
    let pts: number | null = ready;
    while (pts !== null && pts <= oldest) {
      pts = this.#frames.next();
      this.#sequence++;
    }
    if (pts !== null) this.#frames.convert(this.#pixels);
    this.#ready = pts ?? 'end';
    return pts;
  }

  /** After a long halt, or on a machine that cannot keep up: the frames missed are counted, but not decoded. */
  #resume(ready: number, lateS: number): number {
    this.#start = (this.#start! + lateS * 1e6) as Micros;
    this.#sequence += Math.floor(lateS / this.#intervalS);
    return ready;
  }
}
