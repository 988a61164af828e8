import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { type Micros, nowMs } from './clock.js';
import type { Frame, FrameStamp } from './frame.js';
import type { I420Layout } from './i420.js';

/**
 * Frames from one thread to one other, over shared memory: no copy but the writer's own, no message a frame, no
 * allocation. Two policies:
 *
 * - `newest`: for live work. Three slots: one being written, one waiting, one being read. A newer frame replaces the
 *   waiting one, and the drop is counted; the writer never waits and latency never grows.
 * - `every`: for recordings and offline work. A short queue; a full one makes the writer wait, or drop, as it chooses.
 *
 * One writer and one reader a channel. Waiting does not keep a thread alive by itself: its message port does. Source of the three-slot exchange: the classic triple buffer.
 */
export type ChannelPolicy = 'newest' | 'every';

/** What both ends are made from; crosses threads by structured clone, the memory being shared. */
export interface ChannelHandle {
  readonly policy: ChannelPolicy;
  readonly layout: I420Layout;
  /** Pictures in one slot: 1, or 2 where the picture before the effects travels along. */
  readonly pictures: 1 | 2;
  readonly slots: number;
  readonly memory: SharedArrayBuffer;
}

/** Slots of an `every` channel: one being written, one being read, two waiting. 4 frames at 1080p are 12 MB. */
const QUEUE_SLOTS = 4;

/** The longest that `takeBlocking` keeps its thread from its messages: a key press is answered sooner than it is seen. */
const BLOCK_MS = 20;

// Words of the control block (Int32). WAITING is the `newest` policy's exchange word: slot index, plus FRESH.
const PUBLISHED = 0; // frames published; the reader sleeps on it
const CONSUMED = 1; // frames taken by an `every` reader; the writer sleeps on it
const DROPPED = 2;
const ENDED = 3;
const WAITING = 4;
const READER_LEFT = 5; // 1 once the reader takes no more
const CONTROL_WORDS = 8;

const FRESH = 4;

// Values of ENDED.
const FINISHED = 1;
const BROKEN_OFF = 2;

// Words of a slot's header (Float64).
const SEQUENCE = 0;
const CAPTURED_AT = 1;
const PTS = 2;
const HAS_SECOND = 3;
const HEADER_WORDS = 4;

/** Makes a channel for frames of this layout. */
export function createChannel(policy: ChannelPolicy, layout: I420Layout, pictures: 1 | 2 = 1): ChannelHandle {
  const slots = policy === 'newest' ? 3 : QUEUE_SLOTS;
  const memory = new SharedArrayBuffer(
    CONTROL_WORDS * 4 + slots * (HEADER_WORDS * 8 + pictures * pad8(layout.byteLength)),
  );
  const handle: ChannelHandle = { policy, layout, pictures, slots, memory };
  // The writer starts with slot 0, the reader with slot 2, and slot 1 waits in between, stale.
  new Int32Array(memory, 0, CONTROL_WORDS)[WAITING] = 1;
  return handle;
}

/** A slot as its present holder sees it. `second` holds the second picture of the slot, where there is one. */
export interface ChannelFrame extends Frame {
  readonly second: Uint8Array | null;
}

class Slot implements ChannelFrame {
  readonly layout: I420Layout;
  readonly data: Uint8Array;
  readonly secondData: Uint8Array | null;
  readonly #header: Float64Array;

  constructor(handle: ChannelHandle, index: number) {
    const { layout, pictures, memory } = handle;
    const header = CONTROL_WORDS * 4 + index * (HEADER_WORDS * 8 + pictures * pad8(layout.byteLength));
    const pixels = header + HEADER_WORDS * 8;
    this.layout = layout;
    this.#header = new Float64Array(memory, header, HEADER_WORDS);
    this.data = new Uint8Array(memory, pixels, layout.byteLength);
    this.secondData =
      pictures === 2 ? new Uint8Array(memory, pixels + pad8(layout.byteLength), layout.byteLength) : null;
  }

  get sequence(): number {
    return this.#header[SEQUENCE]!;
  }

  get capturedAt(): Micros {
    return this.#header[CAPTURED_AT]! as Micros;
  }

  get pts(): number {
    return this.#header[PTS]!;
  }

  get second(): Uint8Array | null {
    return this.#header[HAS_SECOND] === 1 ? this.secondData : null;
  }

  stamp(stamp: FrameStamp, hasSecond: boolean): void {
    this.#header[SEQUENCE] = stamp.sequence;
    this.#header[CAPTURED_AT] = stamp.capturedAt;
    this.#header[PTS] = stamp.pts;
    this.#header[HAS_SECOND] = hasSecond ? 1 : 0;
  }
}

/** The writing end. Fill `slot()`, then `publish`. */
export class ChannelWriter {
  readonly #control: Int32Array;
  readonly #slots: readonly Slot[];
  readonly #policy: ChannelPolicy;
  #index = 0;
  #published = 0;

  constructor(handle: ChannelHandle) {
    this.#policy = handle.policy;
    this.#control = new Int32Array(handle.memory, 0, CONTROL_WORDS);
    this.#slots = makeSlots(handle);
  }

  /** The slot to fill, or null while an `every` queue is full. */
  slot(): { readonly data: Uint8Array; readonly secondData: Uint8Array | null } | null {
    if (this.#policy === 'every') {
      if (this.#published - Atomics.load(this.#control, CONSUMED) >= this.#slots.length) return null;
      return this.#slots[this.#published % this.#slots.length]!;
    }
    return this.#slots[this.#index]!;
  }

  /** Resolves to true once `slot()` gives a slot, at once for `newest`; to false if the reader leaves before. */
  async space(): Promise<boolean> {
    for (;;) {
      const consumed = Atomics.load(this.#control, CONSUMED);
      if (this.slot() !== null) return true;
      if (Atomics.load(this.#control, READER_LEFT)) return false;
      // Leaving does not change CONSUMED, so a sleep that starts after its notify would last for ever: hence the limit.
      const wait = Atomics.waitAsync(this.#control, CONSUMED, consumed, 100);
      if (wait.async) await wait.value;
    }
  }

  /** Hands the filled slot on. `hasSecond`: its second picture was filled too. */
  publish(stamp: FrameStamp, hasSecond = false): void {
    if (this.#policy === 'every') {
      this.#slots[this.#published % this.#slots.length]!.stamp(stamp, hasSecond);
    } else {
      this.#slots[this.#index]!.stamp(stamp, hasSecond);
      const before = Atomics.exchange(this.#control, WAITING, this.#index | FRESH);
      if (before & FRESH) Atomics.add(this.#control, DROPPED, 1);
      this.#index = before & ~FRESH;
    }
    this.#published++;
    Atomics.store(this.#control, PUBLISHED, this.#published);
    Atomics.notify(this.#control, PUBLISHED);
  }

  /** Counts a frame that an `every` writer chose not to wait for. */
  countDrop(): void {
    Atomics.add(this.#control, DROPPED, 1);
  }

  /** Tells the reader that nothing more comes. What was published is still read. */
  end(): void {
    this.#end(FINISHED);
  }

  /** As `end`, and tells that more should have come: what was made of the frames is not whole. */
  breakOff(): void {
    this.#end(BROKEN_OFF);
  }

  #end(how: number): void {
    // The first word counts: `breakOff` before a general `end` stays one.
    Atomics.compareExchange(this.#control, ENDED, 0, how);
    Atomics.notify(this.#control, PUBLISHED);
  }

  get published(): number {
    return this.#published;
  }

  get dropped(): number {
    return Atomics.load(this.#control, DROPPED);
  }
}

/** The reading end. `take` a frame, use it, `release` it. */
export class ChannelReader {
  readonly #control: Int32Array;
  readonly #slots: readonly Slot[];
  readonly #policy: ChannelPolicy;
  #index = 2;
  #consumed = 0;
  #isHolding = false;

  constructor(handle: ChannelHandle) {
    this.#policy = handle.policy;
    this.#control = new Int32Array(handle.memory, 0, CONTROL_WORDS);
    this.#slots = makeSlots(handle);
  }

  /** Resolves to the next frame, or to null when the writer has ended and all is read. Frees the event loop meanwhile. */
  async take(): Promise<ChannelFrame | null> {
    for (;;) {
      const published = Atomics.load(this.#control, PUBLISHED);
      const ended = Atomics.load(this.#control, ENDED);
      const frame = this.tryTake();
      if (frame) return frame;
      if (ended) return null;
      // `end` does not change PUBLISHED, so a sleep that starts after its notify would last for ever: hence the limit.
      const wait = Atomics.waitAsync(this.#control, PUBLISHED, published, 100);
      if (wait.async) await wait.value;
    }
  }

  /**
   * As `take`, but the thread itself sleeps, and its messages and timers get their turn between frames and every
   * BLOCK_MS. Wakes sooner than `take` does: for the thread whose latency counts.
   */
  takeBlocking(): Promise<ChannelFrame | null> {
    return this.takeUntil(Number.POSITIVE_INFINITY) as Promise<ChannelFrame | null>; // never late
  }

  /** As `takeBlocking`, but resolves to `late` when no frame has come by `dueMs` (of `nowMs`). */
  async takeUntil(dueMs: number): Promise<ChannelFrame | 'late' | null> {
    for (;;) {
      await eventLoopTurn();
      const published = Atomics.load(this.#control, PUBLISHED);
      const ended = Atomics.load(this.#control, ENDED);
      const frame = this.tryTake();
      if (frame) return frame;
      if (ended) return null;
      const leftMs = dueMs - nowMs();
      if (leftMs <= 0) return 'late';
      Atomics.wait(this.#control, PUBLISHED, published, Math.min(leftMs, BLOCK_MS));
    }
  }

  /** The next frame if one waits. @throws Error if the frame before it was not released. */
  tryTake(): ChannelFrame | null {
    if (this.#isHolding) throw new Error('the frame taken before was not released');
    if (this.#policy === 'every') {
      if (this.#consumed >= Atomics.load(this.#control, PUBLISHED)) return null;
      this.#isHolding = true;
      return this.#slots[this.#consumed % this.#slots.length]!;
    }
    if ((Atomics.load(this.#control, WAITING) & FRESH) === 0) return null;
    this.#index = Atomics.exchange(this.#control, WAITING, this.#index) & ~FRESH;
    this.#isHolding = true;
    return this.#slots[this.#index]!;
  }

  /** Takes no more: a writer that waits for space is let go. What a reader does that fails. Safe to call twice. */
  leave(): void {
    Atomics.store(this.#control, READER_LEFT, 1);
    Atomics.notify(this.#control, CONSUMED);
  }

  /** Whether the writer ended before its time. */
  get isBrokenOff(): boolean {
    return Atomics.load(this.#control, ENDED) === BROKEN_OFF;
  }

  /** Gives the taken frame back. @throws Error if none is held: a double release is a bug. */
  release(): void {
    if (!this.#isHolding) throw new Error('no frame is held: released twice?');
    this.#isHolding = false;
    if (this.#policy === 'every') {
      this.#consumed++;
      Atomics.store(this.#control, CONSUMED, this.#consumed);
      Atomics.notify(this.#control, CONSUMED);
    }
  }

  get dropped(): number {
    return Atomics.load(this.#control, DROPPED);
  }
}

function makeSlots(handle: ChannelHandle): readonly Slot[] {
  return Array.from({ length: handle.slots }, (_, index) => new Slot(handle, index));
}

/** Float64 headers of later slots must start at a multiple of 8 bytes. */
function pad8(bytes: number): number {
  return (bytes + 7) & ~7;
}
