import { writeSync } from 'node:fs';
import type { Rate } from '../../frame/frame.js';
import { tryLock } from '../../system/file-lock.js';
import { systemCallError } from '../../system/libc.js';
import { type DeviceIdentity, V4l2Device } from '../../system/v4l2/device.js';
import {
  BUF_TYPE,
  COLORSPACE,
  FIELD_NONE,
  Format,
  fourcc,
  fourccName,
  type PixFields,
  QUANTIZATION,
  StreamParm,
  YCBCR_ENC,
} from '../../system/v4l2/structs.js';
import type { PackedFormat } from '../picture-packer.js';

/** What a node is asked for. */
export type WantedFormat = Pick<PackedFormat, 'width' | 'height' | 'pixels'>;

/** An open v4l2loopback node, as far as writing to it goes: the driver's, or its twin in tests. */
export interface LoopbackNode {
  readonly path: string;
  /** For `poll` and events. */
  readonly device: V4l2Device | null;
  identify(): DeviceIdentity;
  /** Takes the node for this process, until it is closed or the process dies; false if another one has it. */
  lock(): boolean;
  format(): PackedFormat;
  /** Asks for a size and pixel format. @returns what the driver made of it. */
  setFormat(wanted: WantedFormat): PackedFormat;
  setRate(rate: Rate): void;
  /** Says that this opening writes. Only versions before 0.13 need to be told. */
  streamOn(): void;
  /** Writes one picture: the driver takes each write for a whole one. @returns the bytes taken. */
  write(picture: Uint8Array): number;
  /** Safe to call twice. */
  close(): void;
}

/** Marks the fields of `struct v4l2_pix_format` beyond the oldest ones as set. Source: linux/videodev2.h. */
const PRIV_MAGIC = 0xfeedcafe;

/** Every method throws SystemCallError. */
export class DriverNode implements LoopbackNode {
  readonly path: string;
  readonly device: V4l2Device;
  readonly #streamType = Buffer.alloc(4);

  constructor(path: string) {
    this.path = path;
    this.device = new V4l2Device(path);
    this.#streamType.writeUInt32LE(BUF_TYPE.VIDEO_OUTPUT);
  }

  identify(): DeviceIdentity {
    return this.device.identify();
  }

  lock(): boolean {
    return tryLock(this.device.fd, this.path);
  }

  format(): PackedFormat {
    return toNodeFormat(this.device.call<{ pix: PixFields }>('G_FMT', Format, { type: BUF_TYPE.VIDEO_OUTPUT }).pix);
  }

  setFormat({ width, height, pixels }: WantedFormat): PackedFormat {
    const pix = {
      width,
      height,
      pixelformat: fourcc(pixels),
      field: FIELD_NONE,
      colorspace: COLORSPACE.SMPTE170M,
      ycbcr_enc: YCBCR_ENC.BT601,
      quantization: QUANTIZATION.LIM_RANGE,
      priv: PRIV_MAGIC,
    };
    const fields = { type: BUF_TYPE.VIDEO_OUTPUT, pix };
    return toNodeFormat(this.device.call<{ pix: PixFields }>('S_FMT', Format, fields).pix);
  }

  setRate({ num, den }: Rate): void {
    const timeperframe = { numerator: den, denominator: num };
    this.device.call('S_PARM', StreamParm, { type: BUF_TYPE.VIDEO_OUTPUT, timeperframe });
  }

  streamOn(): void {
    this.device.ioctl('STREAMON', this.#streamType);
  }

  write(picture: Uint8Array): number {
    try {
      return writeSync(this.device.fd, picture);
    } catch (thrown) {
      throw systemCallError(`writing to ${this.path}`, thrown);
    }
  }

  close(): void {
    this.device.close();
  }
}

// Its sizeimage is left out: some versions give the picture's, some that of a whole number of pages.
function toNodeFormat({ width, height, pixelformat, bytesperline }: PixFields): PackedFormat {
  return { width, height, pixels: fourccName(pixelformat), strideBytes: bytesperline };
}
