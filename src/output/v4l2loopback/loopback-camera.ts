import { UserError } from '../../errors.js';
import type { Frame } from '../../frame/frame.js';
import { SystemCallError } from '../../system/libc.js';
import { CAP } from '../../system/v4l2/structs.js';
import { PACKED_FORMATS, type PackedFormat, PicturePacker } from '../picture-packer.js';
import { OutputGone, type StreamFormat, type VirtualCamera } from '../sink.js';
import { requireLoopback, unopenable } from './find-loopback.js';
import type { LoopbackNode, WantedFormat } from './loopback-node.js';
import { type LoopbackSystem, machine } from './loopback-system.js';
import { isBefore013 } from './module-version.js';
import { isRefusal, type LoopbackPixels, negotiateFormat, wantedFormat } from './negotiate-format.js';
import type { WatcherCount } from './watcher-count.js';

/** Which device to be, and how pictures are packed unless a reader holds the device to another format. */
export interface LoopbackOptions {
  readonly path: string;
  readonly pixels: LoopbackPixels;
}

/** What is there while the device is open. */
interface OpenCamera {
  readonly node: LoopbackNode;
  readonly format: PackedFormat;
  readonly packer: PicturePacker;
  readonly watchers: WatcherCount;
  hasPicture: boolean;
}

/** The driver never answers with these, but a write is not worth more tries. */
const TRIES = 3;

/**
 * A v4l2loopback device as a virtual camera. It owns the node for as long as it has it open: a second writer is told
 * who has it. Other programs may come and go, stall and die; the driver waits for none of them.
 */
export class LoopbackCamera implements VirtualCamera {
  readonly #path: string;
  readonly #pixels: LoopbackPixels;
  readonly #system: LoopbackSystem;
  #label: string;
  #warning: string | null = null;
  #open: OpenCamera | null = null;

  constructor({ path, pixels }: LoopbackOptions, system: LoopbackSystem = machine) {
    this.#path = path;
    this.#pixels = pixels;
    this.#system = system;
    this.#label = path;
  }

  get name(): string {
    return `virtual camera ${this.#label}`;
  }

  /** `Virtual Camera (/dev/video10)`; only the path until it was open. */
  get label(): string {
    return this.#label;
  }

  get warning(): string | null {
    return this.#warning;
  }

  /** What the device takes while it is open; it may differ from what was asked for if a reader holds it. */
  get format(): PackedFormat | null {
    return this.#open?.format ?? null;
  }

  /**
   * Takes the device, agrees on a format with it, and sends one black picture: from then on other programs see a camera.
   *
   * @throws UserError DEVICE_MISSING, DEVICE_BUSY (who has it) or OUTPUT_FAILED.
   */
  async open(format: StreamFormat): Promise<void> {
    await this.close();
    const node = this.#openNode();
    try {
      const granted = await this.#take(node, format);
      const packer = await PicturePacker.create(format.layout, granted);
      packer.packBlack();
      this.#begin(node, packer);
      this.#warning = this.#warningOf(node.identify().caps, wantedFormat(format.layout, this.#pixels), granted);
      const watchers = this.#system.countWatchers(node);
      this.#open = { node, format: granted, packer, watchers, hasPicture: false };
    } catch (error) {
      node.close();
      throw error instanceof SystemCallError ? unopenable(this.#path, error.code) : error;
    }
  }

  write({ data }: Frame): void {
    const open = this.#opened();
    open.packer.pack(data);
    open.hasPicture = true;
    send(open);
  }

  repeat(): void {
    const open = this.#opened();
    if (open.hasPicture) send(open);
  }

  /**
   * With 0.13 and later: programs that stream from it, 0 or 1. With 0.12: openings by others that last longer than it takes
   * to list a camera.
   */
  watchers(): number | null {
    return this.#open?.watchers.count() ?? null;
  }

  async close(): Promise<void> {
    this.#open?.watchers.close();
    this.#open?.node.close();
    this.#open = null;
  }

  #opened(): OpenCamera {
    if (!this.#open) throw new OutputGone(`${this.#path} is not open`);
    return this.#open;
  }

  #openNode(): LoopbackNode {
    let node: LoopbackNode | null = null;
    try {
      node = this.#system.open(this.#path);
      const identity = node.identify();
      requireLoopback(identity);
      this.#label = `${identity.card} (${this.#path})`;
      if (identity.caps & (CAP.VIDEO_CAPTURE | CAP.VIDEO_OUTPUT)) return node;
      // Left behind by a writer, with 0.12: the driver takes it back once a stream is begun and closed.
      beginAndClose(node);
      return this.#system.open(this.#path);
    } catch (error) {
      node?.close();
      if (!(error instanceof SystemCallError)) throw error;
      throw unopenable(this.#path, error.code, this.#system.holders(this.#path));
    }
  }

  /** @returns the format that holds. */
  async #take(node: LoopbackNode, { layout, rate }: StreamFormat): Promise<PackedFormat> {
    node.identify(); // 0.12 and 0.13 bring what they announce up to date only when they are asked for it
    if (!node.lock()) throw this.#busy(this.#system.lockHolder(this.#path));
    const isOld = isBefore013(this.#system.version());
    if (isOld && (await this.#system.isFed(this.#path))) throw this.#busy();
    const wanted = wantedFormat(layout, this.#pixels);
    const granted = this.#refusedIfBusy(() => negotiateFormat(node, wanted));
    if (!PACKED_FORMATS.includes(granted.pixels)) throw this.#locked(granted);
    node.setRate(rate);
    if (isOld) node.streamOn();
    return granted;
  }

  /** The first picture: 0.13 tells only now that somebody else writes. */
  #begin(node: LoopbackNode, packer: PicturePacker): void {
    this.#refusedIfBusy(() => node.write(packer.picture));
  }

  #refusedIfBusy<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw isRefusal(error) ? this.#busy() : error;
    }
  }

  /** @param writer - who sends to it, if that is known; else all that have it open are named. */
  #busy(writer: string | null = null): UserError {
    const holders = writer ? null : this.#system.holders(this.#path);
    return new UserError(
      'DEVICE_BUSY',
      `${writer ?? 'Another program'} sends pictures to ${this.#label}${holders ? `; it is open in ${holders}` : ''}.`,
      'Quit that program, or choose another device with --output.',
    );
  }

  /** @param caps - of the node while it is written to: it should no longer announce output then. */
  #warningOf(caps: number, wanted: WantedFormat, granted: PackedFormat): string | null {
    if (caps & CAP.VIDEO_OUTPUT) {
      return (
        'The v4l2loopback module was loaded without exclusive_caps=1: Chromium, Zoom and others may not list the camera. ' +
        'Mend it with: sudo modprobe -r v4l2loopback && sudo modprobe v4l2loopback exclusive_caps=1 card_label=mien'
      );
    }
    if (granted.width === wanted.width && granted.height === wanted.height) return null;
    return (
      `${this.#label} is held to ${granted.width}x${granted.height}${this.#byWhom()}: pictures of ` +
      `${wanted.width}x${wanted.height} are scaled to it until that ends and mien is started again.`
    );
  }

  #byWhom(): string {
    return ` by ${this.#system.holders(this.#path) ?? 'its control keep_format'}`;
  }

  #locked({ width, height, pixels }: PackedFormat): UserError {
    return new UserError(
      'DEVICE_BUSY',
      `${this.#label} is held to ${width}x${height} ${pixels}${this.#byWhom()}; mien sends ${PACKED_FORMATS.join(', ')}.`,
      this.#system.holders(this.#path)
        ? 'Close the camera in that program, and open it again once mien runs.'
        : `Let it go with: v4l2-ctl -d ${this.#path} -c keep_format=0`,
    );
  }
}

function send({ node, packer: { picture } }: OpenCamera): void {
  for (let tries = 1; ; tries++) {
    try {
      const written = node.write(picture);
      if (written === picture.byteLength) return;
      // The driver takes every write for a whole picture: the rest must not follow. Its buffers are not those agreed on.
      throw new OutputGone(`${node.path} took ${written} of ${picture.byteLength} bytes: its format has changed`);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      if (error.code !== 'EINTR' && error.code !== 'EAGAIN') throw new OutputGone(error.message, { cause: error });
      if (tries === TRIES) return; // this picture is lost, the next one is due
    }
  }
}

function beginAndClose(node: LoopbackNode): void {
  try {
    node.streamOn();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error; // refused for want of a format; it has done its work
  } finally {
    node.close();
  }
}
