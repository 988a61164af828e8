import { UserError } from '../errors.js';
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
  /** The output went away, or another reason keeps it away (why), or pictures reach it again (null). */
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
  /** What it holds is a frame that must not be repeated. */
  #isForgotten = false;
  #sequence = -1;
  #isGone = false;
  /** Why it went, as told; null once a picture was sent again. One that fails over and over is told of once. */
  #toldReason: string | null = null;
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

  /** The frame sent last is not to be shown again: until the next one comes, the card stands in for it at once. */
  forgetFrame(): void {
    this.#isForgotten = true;
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
    if (isSent) {
      this.#holds = 'frame';
      this.#isForgotten = false;
    }
    this.#cadence.frameSent(nowMs());
    return isSent;
  }

  #sendStandIn(): void {
    const isCardDue = this.#cadence.standIn === 'card' || this.#isForgotten;
    const card = isCardDue && this.#holds !== 'card' ? this.#card : null;
    const isShowable = this.#holds !== 'frame' || !this.#isForgotten;
    if (card === null) this.#send(() => isShowable && this.#camera.repeat());
    else if (this.#send(() => this.#camera.write(this.#cardFrame(card)))) this.#holds = 'card';
    this.#cadence.standInSent(nowMs()); // after it is sent: this process may have been stopped meanwhile
  }

  #cardFrame(data: Uint8Array): Frame {
    const capturedAt = nowMicros();
    return { layout: this.#format.layout, data, sequence: ++this.#sequence, capturedAt, pts: capturedAt / 1e6 };
  }

  /** @returns whether it was sent. A failure of any kind is taken for the device's: it is opened anew. */
  #send(act: () => void): boolean {
    try {
      act();
    } catch (error) {
      this.#isGone = true;
      this.#holds = 'nothing';
      this.#retryAtMs = nowMs() + RETRY_MS;
      const { message } = error as Error;
      this.#tell(error instanceof OutputGone ? message : `it failed: ${message}`);
      return false;
    }
    this.#tell(null);
    return true;
  }

  #tell(reason: string | null): void {
    if (reason === this.#toldReason) return;
    this.#toldReason = reason;
    this.#events.onGone(reason);
  }

  async #reopen(): Promise<void> {
    try {
      await this.#camera.close();
      await this.#camera.open(this.#format);
      this.#isGone = false;
    } catch (error) {
      // Still away, which was told when it went. That another program has taken it meanwhile is news.
      if (error instanceof UserError && error.code === 'DEVICE_BUSY') this.#tell(error.message);
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
