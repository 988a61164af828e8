import { constants } from 'node:os';
import type { PackedFormat } from '../../../src/output/picture-packer.js';
import type { LoopbackNode, WantedFormat } from '../../../src/output/v4l2loopback/loopback-node.js';
import type { LoopbackSystem } from '../../../src/output/v4l2loopback/loopback-system.js';
import { SystemCallError } from '../../../src/system/libc.js';
import type { DeviceIdentity } from '../../../src/system/v4l2/device.js';
import { CAP } from '../../../src/system/v4l2/structs.js';

/** A failed call of the device layer. */
export function failure(code: keyof typeof constants.errno, call = 'a call'): SystemCallError {
  return new SystemCallError(call, code, constants.errno[code]);
}

/**
 * The twin of a v4l2loopback device: a driver in memory that can be told to behave as each version does. With
 * exclusive_caps, as long as `isShared` is false.
 */
export class MemoryLoopback implements LoopbackSystem {
  moduleVersion: string | null = '0.15.0';
  driver = 'v4l2 loopback';
  isShared = false;
  isLocked = false;
  isFedByOthers = false;
  holder: string | null = null;
  locker: string | null = null;
  /** What opening fails with. */
  openFailure: SystemCallError | null = null;
  formatFailure: SystemCallError | null = null;
  /** The format that a reader, or keep_format, holds the device to. */
  held: PackedFormat | null = null;
  /** Whether another format is refused (0.13) in place of answered with the one that holds. */
  refusesOthers = false;
  /** 0.12: a writer went without a stream begun; neither input nor output is announced. */
  isLeftBehind = false;
  /** The next writes: a number of bytes taken, or a failure; all bytes when it is empty. */
  readonly writes: (number | SystemCallError)[] = [];
  readonly pictures: Uint8Array[] = [];
  readonly asked: WantedFormat[] = [];
  rates: unknown[] = [];
  openings = 0;
  streams = 0;

  get isOpen(): boolean {
    return this.openings > 0;
  }

  open(path: string): LoopbackNode {
    if (this.openFailure) throw this.openFailure;
    this.openings++;
    return new MemoryNode(path, this);
  }

  holders(): string | null {
    return this.holder;
  }

  lockHolder(): string | null {
    return this.locker;
  }

  version(): string | null {
    return this.moduleVersion;
  }

  async isFed(): Promise<boolean> {
    return this.isFedByOthers;
  }

  countWatchers(): { count: () => number; close: () => void } {
    return { count: () => 3, close: () => {} };
  }
}

class MemoryNode implements LoopbackNode {
  readonly path: string;
  readonly device = null;
  readonly #loopback: MemoryLoopback;
  #isClosed = false;
  #isStreaming = false;

  constructor(path: string, loopback: MemoryLoopback) {
    this.path = path;
    this.#loopback = loopback;
  }

  identify(): DeviceIdentity {
    const { driver, isShared, isLeftBehind, pictures } = this.#loopback;
    let caps: number = pictures.length > 0 ? CAP.VIDEO_CAPTURE : CAP.VIDEO_OUTPUT;
    if (isShared) caps = CAP.VIDEO_CAPTURE | CAP.VIDEO_OUTPUT;
    if (isLeftBehind) caps = 0;
    return { path: this.path, driver, card: 'mien', bus: 'platform:v4l2loopback-010', caps: caps | CAP.READWRITE };
  }

  lock(): boolean {
    return !this.#loopback.isLocked;
  }

  format(): PackedFormat {
    if (this.#loopback.formatFailure) throw this.#loopback.formatFailure;
    return this.#loopback.held ?? { width: 640, height: 480, pixels: 'YUYV', strideBytes: 1280 };
  }

  setFormat(wanted: WantedFormat): PackedFormat {
    const { held, refusesOthers, asked } = this.#loopback;
    const { width, height, pixels } = wanted;
    asked.push({ width, height, pixels });
    const isOther = held && (held.width !== width || held.height !== height || held.pixels !== pixels);
    if (isOther && refusesOthers) throw failure('EBUSY');
    return held ?? { width, height, pixels, strideBytes: pixels === 'YUYV' ? 2 * width : width };
  }

  setRate(rate: unknown): void {
    this.#loopback.rates.push(rate);
  }

  streamOn(): void {
    this.#isStreaming = true;
    this.#loopback.streams++;
    if (this.#loopback.isLeftBehind) throw failure('EINVAL');
  }

  write(picture: Uint8Array): number {
    const next = this.#loopback.writes.shift() ?? picture.byteLength;
    if (typeof next !== 'number') throw next;
    this.#loopback.pictures.push(picture.slice(0, next));
    return next;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#loopback.openings--;
    if (this.#isStreaming) this.#loopback.isLeftBehind = false;
  }
}
