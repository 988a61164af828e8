import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.js';
import { nowMs } from '../../frame/clock.js';
import type { Frame } from '../../frame/frame.js';
import { PicturePacker } from '../picture-packer.js';
import { OutputGone, type StreamFormat, type VirtualCamera } from '../sink.js';
import { daemonMissing } from './availability.js';
import { CameraLock } from './camera-lock.js';
import { nv12Format } from './camera-params.js';
import { CameraStream } from './camera-stream.js';

/** What has become of the pictures since the start. `dropped`: somebody watched, but no buffer came back in time. */
export interface CameraStats {
  readonly sent: number;
  readonly dropped: number;
}

/** How the camera is called. */
export interface PipewireCameraOptions {
  /** `node.name`, which browsers remember a camera by. Default "mien". */
  readonly nodeName?: string | undefined;
  /** What people choose it by. Default "mien". */
  readonly description?: string | undefined;
}

/** The daemon answers within some milliseconds, or, on a machine that is swapping, some seconds. */
const CONNECT_MS = 5000;
const POLL_MS = 5;

/** A camera of the PipeWire daemon, for programs that find cameras there: browsers through the portal, OBS, GNOME. */
export class PipewireCamera implements VirtualCamera {
  readonly name: string;
  readonly label: string;
  readonly warning = null;
  readonly #nodeName: string;
  #lock: CameraLock | null = null;
  #stream: CameraStream | null = null;
  /** Outlives the stream: a camera that was opened again shows what it showed. */
  #packer: PicturePacker | null = null;
  #hasPicture = false;
  #sent = 0;
  #dropped = 0;

  constructor({ nodeName = 'mien', description = 'mien' }: PipewireCameraOptions = {}) {
    this.#nodeName = nodeName;
    this.label = description;
    this.name = `PipeWire camera "${description}"`;
  }

  get stats(): CameraStats {
    return { sent: this.#sent, dropped: this.#dropped };
  }

  /**
   * @throws UserError LIBRARY_MISSING, DEVICE_BUSY if another mien is this camera, OUTPUT_FAILED without a daemon.
   */
  async open(format: StreamFormat): Promise<void> {
    await this.close();
    try {
      this.#lock = new CameraLock(this.#nodeName);
      if (!isSameSize(this.#packer, format)) {
        this.#packer = await PicturePacker.create(format.layout, nv12Format(format.layout));
        this.#hasPicture = false;
      }
      this.#stream = connect(this.#nodeName, this.label, format);
      await this.#connected(this.#stream);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  write(frame: Frame): void {
    this.#packed.pack(frame.data);
    this.#hasPicture = true;
    this.#send(BigInt(Math.round(frame.capturedAt * 1000)));
  }

  repeat(): void {
    if (this.#hasPicture) this.#send(process.hrtime.bigint());
    else this.#connection();
  }

  /** PipeWire tells only whether somebody watches: 0 or 1. */
  watchers(): number {
    return this.#stream?.state === 'streaming' ? 1 : 0;
  }

  async close(): Promise<void> {
    this.#stream?.close();
    this.#lock?.release();
    this.#stream = null;
    this.#lock = null;
  }

  #send(pts: bigint): void {
    switch (this.#connection().send(this.#packed.picture, pts)) {
      case 'sent':
        this.#sent++;
        break;
      case 'no-buffer':
        this.#dropped++;
        break;
      case 'idle':
        break;
    }
  }

  get #packed(): PicturePacker {
    if (!this.#packer) throw new Error('the camera is not open');
    return this.#packer;
  }

  #connection(): CameraStream {
    if (!this.#stream) throw new Error('the camera is not open');
    if (this.#stream.state === 'gone') throw new OutputGone('the PipeWire daemon went away');
    return this.#stream;
  }

  async #connected(stream: CameraStream): Promise<void> {
    const until = nowMs() + CONNECT_MS;
    while (stream.state === 'connecting' && nowMs() < until) await sleep(POLL_MS);
    if (stream.state === 'connecting' || stream.state === 'gone') throw daemonMissing();
  }
}

function isSameSize(packer: PicturePacker | null, { layout }: StreamFormat): boolean {
  return packer?.layout.width === layout.width && packer.layout.height === layout.height;
}

function connect(nodeName: string, description: string, format: StreamFormat): CameraStream {
  try {
    return new CameraStream({ nodeName, description }, format);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw daemonMissing(error);
  }
}
