import { closeSync, constants, openSync } from 'node:fs';
import koffi, { type TypeObject } from 'koffi';
import { lastError, libc, systemCallError } from '../libc.js';
import { CAP, Capability, cString, VIDIOC } from './structs.js';

/** What VIDIOC_QUERYCAP tells of a node. */
export interface DeviceIdentity {
  /** `/dev/video0` */
  readonly path: string;
  /** `uvcvideo`, `vivid`, `v4l2 loopback` */
  readonly driver: string;
  /** For people: "Integrated Camera". A loopback's label. */
  readonly card: string;
  readonly bus: string;
  /** CAP_* bits of this very node. */
  readonly caps: number;
}

/** EINTR is no failure; a signal may come at any time. */
const INTERRUPTED = 'EINTR';

/** An open V4L2 node: the one place that calls ioctl. Not blocking: `O_NONBLOCK`; wait with `poll`. */
export class V4l2Device {
  readonly path: string;
  readonly fd: number;
  readonly #scratch = new Map<TypeObject, Buffer>();
  #isClosed = false;

  /** @throws SystemCallError: ENOENT, EACCES, EBUSY, ENODEV, ENXIO. */
  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    } catch (thrown) {
      throw systemCallError(`opening ${path}`, thrown);
    }
  }

  /**
   * One ioctl with a structure: `fields` are encoded (all others zero), and what the driver made of them is returned.
   *
   * @param name - for the error's message.
   * @throws SystemCallError
   */
  call<T extends object>(request: keyof typeof VIDIOC, type: TypeObject, fields: object): T {
    const bytes = this.#bytesFor(type).fill(0);
    koffi.encode(bytes, type, fields);
    this.ioctl(request, bytes);
    return koffi.decode(bytes, type) as T;
  }

  /** One ioctl with the bytes of its argument, changed in place. @throws SystemCallError. */
  ioctl(request: keyof typeof VIDIOC, argument: Uint8Array): void {
    for (;;) {
      if (libc().ioctl(this.fd, VIDIOC[request], argument) >= 0) return;
      const error = lastError(`VIDIOC_${request} on ${this.path}`);
      if (error.code !== INTERRUPTED) throw error;
    }
  }

  identify(): DeviceIdentity {
    const found = this.call<{
      driver: Uint8Array;
      card: Uint8Array;
      bus_info: Uint8Array;
      capabilities: number;
      device_caps: number;
    }>('QUERYCAP', Capability, {});
    const caps = found.capabilities & CAP.DEVICE_CAPS ? found.device_caps : found.capabilities;
    return {
      path: this.path,
      driver: cString(found.driver),
      card: cString(found.card),
      bus: cString(found.bus_info),
      caps,
    };
  }

  #bytesFor(type: TypeObject): Buffer {
    let bytes = this.#scratch.get(type);
    if (!bytes) {
      bytes = Buffer.alloc(koffi.sizeof(type));
      this.#scratch.set(type, bytes);
    }
    return bytes;
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.fd);
  }
}
