import type { ChannelReader } from '../frame/channel.js';
import { nowMicros, nowMs } from '../frame/clock.js';
import type { Frame } from '../frame/frame.js';
import { OutputCadence } from './output-cadence.js';
import { OutputGone, type StreamFormat, type VirtualCamera } from './sink.js';

/** How often a device or daemon that went away is tried again. */
const RETRY_MS = 500;
/** How often the number of watchers is asked for. */
const WATCHERS_MS = 100;

/** What a steady camera tells of itself. */
export interface SteadyCameraEvents {
  /** How many programs watch, whenever that changes; null where it cannot be told. */
  onWatchers(count: number | null): void;
  /** The output went away (why) or is back (null). */
  onGone(reason: string | null): void;
}

/**
 * Keeps a virtual camera alive: it gets a picture at the stream's rate from its opening to its end, whatever becomes of the
 * source, the engine, or the device itself. Frames pass through at once; what stands in for missing ones is for
 * `OutputCadence` to say. A device that goes away is opened again as soon as it is back.
 */
export class SteadyCamera {
  readonly #camera: VirtualCamera;
  readonly #format: StreamFormat;
  readonly #events: SteadyCameraEvents;
  readonly #cadence: OutputCadence;
  #card: Uint8Array | null = null;
  /** What the camera holds for `repeat`. A new card must be sent once before it can be repeated. */
  #holds: 'nothing' | 'frame' | 'card' = 'nothing';
  #sequence = -1;
  #isGone = false;
  #retryAtMs = 0;
  #watchers: number | null | undefined;
  #watchersAskedAtMs = Number.NEGATIVE_INFINITY;

  /** @param camera - open already, in this format. */
  constructor(camera: VirtualCamera, format: StreamFormat, events: SteadyCameraEvents) {
    this.#camera = camera;
    this.#format = format;
    this.#events = events;
    this.#cadence = new OutputCadence(format.rate);
  }

  /** Sets what is shown when no frames come: I420 of the stream's layout. @throws RangeError for another size. */
  setCard(card: Uint8Array): void {
    const { byteLength } = this.#format.layout;
    if (card.byteLength !== byteLength) {
      throw new RangeError(`the card has ${card.byteLength} bytes, a frame ${byteLength}`);
    }
    this.#card = card;
    if (this.#holds === 'card') this.#holds = 'nothing';
  }

  /** Sends until the frames end. @returns the number of frames sent, stand-ins left out. */
  async run(reader: ChannelReader): Promise<number> {
    let sent = 0;
    for (;;) {
      const taken = await reader.takeUntil(this.#isGone ? this.#retryAtMs : this.#cadence.dueMs);
      if (taken === null) return sent;
      if (taken !== 'late') {
        try {
          if (this.#sendFrame(taken)) sent++;
        } finally {
          reader.release();
        }
      } else if (this.#isGone) await this.#reopen();
      else this.#sendStandIn();
      this.#tellWatchers();
    }
  }

  #sendFrame(frame: Frame): boolean {
    if (this.#isGone) return false;
    this.#sequence = Math.max(frame.sequence, this.#sequence + 1);
    const isSent = this.#send(() => this.#camera.write(frame));
    if (isSent) this.#holds = 'frame';
    this.#cadence.frameSent(nowMs());
    return isSent;
  }

  #sendStandIn(): void {
    const now = nowMs();
    const what = this.#cadence.standIn(now);
    if (what === 'last' || this.#holds === 'card') this.#send(() => this.#camera.repeat());
    else if (this.#card && this.#send(() => this.#camera.write(this.#cardFrame(this.#card!)))) this.#holds = 'card';
    this.#cadence.standInSent(now);
  }

  #cardFrame(data: Uint8Array): Frame {
    const capturedAt = nowMicros();
    return { layout: this.#format.layout, data, sequence: ++this.#sequence, capturedAt, pts: capturedAt / 1e6 };
  }

  /** @returns whether it was sent. A failure of any kind is taken for the device's: it is opened anew. */
  #send(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#isGone = true;
      this.#holds = 'nothing';
      this.#retryAtMs = nowMs() + RETRY_MS;
      const { message } = error as Error;
      this.#events.onGone(error instanceof OutputGone ? message : `it failed: ${message}`);
      return false;
    }
  }

  async #reopen(): Promise<void> {
    try {
      await this.#camera.close();
      await this.#camera.open(this.#format);
      this.#isGone = false;
      this.#events.onGone(null);
    } catch {
      // Still away. Why was told when it went; it is tried until it is back.
      this.#retryAtMs = nowMs() + RETRY_MS;
    }
  }

  #tellWatchers(): void {
    const now = nowMs();
    if (now - this.#watchersAskedAtMs < WATCHERS_MS) return;
    this.#watchersAskedAtMs = now;
    const count = this.#isGone ? 0 : this.#camera.watchers();
    if (count === this.#watchers) return;
    this.#watchers = count;
    this.#events.onWatchers(count);
  }
}
