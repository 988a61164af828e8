import koffi from 'koffi';
import type { Micros } from '../../frame/clock.js';
import type { Size } from '../../frame/picture-fit.js';
import { describeHolders, deviceHolders } from '../../system/device-holders.js';
import {
  lastError,
  libc,
  MAP_SHARED,
  nullOn,
  POLLERR,
  POLLHUP,
  POLLIN,
  PROT_READ,
  PROT_WRITE,
  SystemCallError,
} from '../../system/libc.js';
import { V4l2Device } from '../../system/v4l2/device.js';
import { listVideoDevices, resolveNode } from '../../system/v4l2/list-devices.js';
import {
  BUF_TYPE,
  COLORSPACE,
  FIELD_NONE,
  Format,
  type Fraction,
  fourcc,
  fourccName,
  MEMORY_MMAP,
  type PixFields,
  QUANTIZATION,
  RequestBuffers,
  StreamParm,
  VideoBuffer,
  YCBCR_ENC,
} from '../../system/v4l2/structs.js';
import { rateFromFps } from '../frame-rate.js';
import type { CameraHost, CaptureDevice, CaptureFormat, FilledBuffer } from './capture-device.js';
import type { ChosenMode } from './choose-mode.js';
import { type CameraControl, listControls, setControl } from './controls.js';
import { type CameraMode, isReadable, listModes } from './modes.js';

/** Enough that the driver always has one to fill while one is read, and few enough that none is old. */
const BUFFER_COUNT = 4;

// V4L2_BUF_FLAG_*
const FLAG_ERROR = 0x40;
const FLAG_TIMESTAMP_MASK = 0xe000;
const FLAG_TIMESTAMP_MONOTONIC = 0x2000;

/** Members of `struct v4l2_buffer` that are read every frame. */
const AT = {
  index: koffi.offsetof(VideoBuffer, 'index'),
  bytesUsed: koffi.offsetof(VideoBuffer, 'bytesused'),
  flags: koffi.offsetof(VideoBuffer, 'flags'),
  seconds: koffi.offsetof(VideoBuffer, 'timestamp_sec'),
  micros: koffi.offsetof(VideoBuffer, 'timestamp_usec'),
  sequence: koffi.offsetof(VideoBuffer, 'sequence'),
};

/** The cameras that the kernel knows. */
export const kernelCameras: CameraHost = {
  list: () => listVideoDevices(),
  resolve: resolveNode,
  open: (path) => new KernelCamera(path),
  holders: (path) => describeHolders(deviceHolders(path)),
};

/** A camera behind a V4L2 node, streaming through buffers that the driver shares with this process. */
export class KernelCamera implements CaptureDevice {
  readonly path: string;
  readonly #device: V4l2Device;
  /** One argument each for DQBUF and QBUF, kept, so that a frame allocates nothing. */
  readonly #taken = bufferArgument();
  readonly #given = bufferArgument();
  readonly #pollfd = Buffer.alloc(8);
  readonly #filled: FilledBuffer = { index: 0, bytesUsed: 0, isDamaged: false, sequence: 0, capturedAt: null };
  #mapped: Uint8Array[] = [];
  #buffers: Uint8Array[] = [];
  #frameBytes = 0;

  /** @throws SystemCallError: ENOENT, EACCES, EBUSY, ENODEV. */
  constructor(path: string) {
    this.path = path;
    this.#device = new V4l2Device(path);
    this.#pollfd.writeInt32LE(this.#device.fd, 0);
    this.#pollfd.writeInt16LE(POLLIN, 4);
  }

  get buffers(): readonly Uint8Array[] {
    return this.#buffers;
  }

  listModes(also: readonly Size[] = [], isWanted?: (pixels: string) => boolean): CameraMode[] {
    return listModes(this.#device, also, isWanted);
  }

  listControls(): CameraControl[] {
    return listControls(this.#device);
  }

  setControl(id: number, value: number): void {
    setControl(this.#device, id, value);
  }

  configure(mode: ChosenMode): CaptureFormat {
    const { pix } = this.#device.call<{ pix: PixFields }>('S_FMT', Format, {
      type: BUF_TYPE.VIDEO_CAPTURE,
      pix: { width: mode.width, height: mode.height, pixelformat: fourcc(mode.pixels), field: FIELD_NONE },
    });
    const pixels = fourccName(pix.pixelformat);
    // A driver may answer with a format of its own choice; one that cannot be decoded is as good as a refusal.
    if (!isReadable(pixels))
      throw new SystemCallError(`VIDIOC_S_FMT on ${this.path}: ${pixels} for ${mode.pixels}`, 'EINVAL', 22);
    this.#frameBytes = pix.sizeimage;
    return {
      pixels,
      width: pix.width,
      height: pix.height,
      strideBytes: pix.bytesperline,
      byteLength: pix.sizeimage,
      isFullRange: isFullRange(pix),
      isBt709: isBt709(pix),
      fps: this.#setRate(mode.fps),
    };
  }

  /** Asks always: some drivers run at their slowest until they are asked. */
  #setRate(fps: number): number {
    const { num, den } = rateFromFps(fps);
    // Drivers of a fixed rate do not know the question.
    const settled = nullOn(['EINVAL', 'ENOTTY'], () =>
      this.#device.call<{ timeperframe: Fraction }>('S_PARM', StreamParm, {
        type: BUF_TYPE.VIDEO_CAPTURE,
        timeperframe: { numerator: den, denominator: num },
      }),
    );
    if (!settled) return fps;
    const { numerator, denominator } = settled.timeperframe;
    return numerator > 0 && denominator > 0 ? denominator / numerator : fps;
  }

  start(): void {
    const { count } = this.#device.call<{ count: number }>('REQBUFS', RequestBuffers, {
      count: BUFFER_COUNT,
      type: BUF_TYPE.VIDEO_CAPTURE,
      memory: MEMORY_MMAP,
    });
    for (let index = 0; index < count; index++) {
      const { length, offset } = this.#device.call<{ length: number; offset: number }>('QUERYBUF', VideoBuffer, {
        index,
        type: BUF_TYPE.VIDEO_CAPTURE,
        memory: MEMORY_MMAP,
      });
      const mapped = libc().mmap(length, PROT_READ | PROT_WRITE, MAP_SHARED, this.#device.fd, offset);
      this.#mapped.push(mapped);
      this.#buffers.push(mapped.subarray(0, Math.min(length, this.#frameBytes)));
    }
    for (let index = 0; index < count; index++) this.queue(index);
    this.#switch('STREAMON');
  }

  wait(timeoutMs: number): boolean {
    this.#pollfd.writeInt16LE(0, 6);
    const ready = libc().poll(this.#pollfd, 1, timeoutMs);
    if (ready < 0) {
      const error = lastError(`poll of ${this.path}`);
      if (error.code === 'EINTR') return false;
      throw error;
    }
    if (ready === 0) return false;
    const events = this.#pollfd.readInt16LE(6);
    if (events & POLLIN) return true;
    if (events & (POLLERR | POLLHUP)) {
      this.#device.identify(); // throws ENODEV if the camera was unplugged
      throw new SystemCallError(`waiting for a frame of ${this.path}`, 'EIO', 5);
    }
    return false;
  }

  dequeue(): FilledBuffer | null {
    this.#taken.writeUInt32LE(0, AT.flags);
    try {
      this.#device.ioctl('DQBUF', this.#taken);
    } catch (error) {
      if (error instanceof SystemCallError && error.code === 'EAGAIN') return null;
      throw error;
    }
    const flags = this.#taken.readUInt32LE(AT.flags);
    const filled = this.#filled;
    filled.index = this.#taken.readUInt32LE(AT.index);
    filled.bytesUsed = this.#taken.readUInt32LE(AT.bytesUsed);
    filled.isDamaged = (flags & FLAG_ERROR) !== 0;
    filled.sequence = this.#taken.readUInt32LE(AT.sequence);
    filled.capturedAt = (flags & FLAG_TIMESTAMP_MASK) === FLAG_TIMESTAMP_MONOTONIC ? this.#stamp() : null;
    return filled;
  }

  /** The stamp of the buffer just taken. Seconds since boot fit in the low 32 bits for 136 years. */
  #stamp(): Micros {
    return (this.#taken.readUInt32LE(AT.seconds) * 1e6 + this.#taken.readUInt32LE(AT.micros)) as Micros;
  }

  queue(index: number): void {
    this.#given.writeUInt32LE(index, AT.index);
    this.#given.writeUInt32LE(0, AT.flags);
    this.#device.ioctl('QBUF', this.#given);
  }

  stop(): void {
    if (this.#mapped.length === 0) return;
    const mapped = this.#mapped;
    this.#mapped = [];
    this.#buffers = [];
    try {
      this.#switch('STREAMOFF');
    } catch (error) {
      // ENODEV: unplugged, which is the most thorough way to stop.
      if (!(error instanceof SystemCallError)) throw error;
    }
    for (const memory of mapped) libc().munmap(memory);
  }

  close(): void {
    this.stop();
    this.#device.close();
  }

  #switch(request: 'STREAMON' | 'STREAMOFF'): void {
    const type = Buffer.alloc(4);
    type.writeInt32LE(BUF_TYPE.VIDEO_CAPTURE);
    this.#device.ioctl(request, type);
  }
}

/** Source: V4L2_MAP_QUANTIZATION_DEFAULT of linux/videodev2.h, for luma and chroma. */
function isFullRange({ quantization, colorspace }: PixFields): boolean {
  if (quantization === QUANTIZATION.DEFAULT) return colorspace === COLORSPACE.JPEG;
  return quantization === QUANTIZATION.FULL_RANGE;
}

/** Source: V4L2_MAP_YCBCR_ENC_DEFAULT of linux/videodev2.h. */
function isBt709({ ycbcr_enc, colorspace }: PixFields): boolean {
  if (ycbcr_enc === YCBCR_ENC.DEFAULT) return colorspace === COLORSPACE.REC709;
  return ycbcr_enc === YCBCR_ENC.BT709;
}

/** `struct v4l2_buffer` as DQBUF and QBUF want it. */
function bufferArgument(): Buffer {
  const bytes = Buffer.alloc(koffi.sizeof(VideoBuffer));
  koffi.encode(bytes, VideoBuffer, { type: BUF_TYPE.VIDEO_CAPTURE, memory: MEMORY_MMAP });
  return bytes;
}
