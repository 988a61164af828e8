import koffi, { type TypeObject } from 'koffi';

// The kernel's structures of V4L2, as linux/videodev2.h declares them for 64-bit machines. A test compiles the header and
// compares every size and offset; an ioctl's number holds its structure's size, so a wrong one is refused with ENOTTY.

const u8s = (length: number) => koffi.array('uint8_t', length);
const u32s = (length: number) => koffi.array('uint32_t', length);

const FractionType = koffi.struct({ numerator: 'uint32_t', denominator: 'uint32_t' });
/** `struct v4l2_fract`, decoded: seconds of a frame interval. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/** `struct v4l2_capability` */
export const Capability = koffi.struct({
  driver: u8s(16),
  card: u8s(32),
  bus_info: u8s(32),
  version: 'uint32_t',
  capabilities: 'uint32_t',
  device_caps: 'uint32_t',
  reserved: u32s(3),
});

/** `struct v4l2_pix_format` */
export const PixFormat = koffi.struct({
  width: 'uint32_t',
  height: 'uint32_t',
  pixelformat: 'uint32_t',
  field: 'uint32_t',
  bytesperline: 'uint32_t',
  sizeimage: 'uint32_t',
  colorspace: 'uint32_t',
  priv: 'uint32_t',
  flags: 'uint32_t',
  ycbcr_enc: 'uint32_t',
  quantization: 'uint32_t',
  xfer_func: 'uint32_t',
});
/** `struct v4l2_pix_format`, decoded: the members that somebody reads. */
export interface PixFields {
  readonly width: number;
  readonly height: number;
  readonly pixelformat: number;
  readonly bytesperline: number;
  readonly sizeimage: number;
  readonly colorspace: number;
  readonly quantization: number;
  readonly ycbcr_enc: number;
}

/** `struct v4l2_format` with the single-planar member of its union; the union is 200 bytes, aligned to a pointer. */
export const Format = koffi.struct({
  type: 'uint32_t',
  _align: 'uint32_t',
  pix: PixFormat,
  _rest: u8s(200 - 48),
});

/** `struct v4l2_fmtdesc` */
export const FmtDesc = koffi.struct({
  index: 'uint32_t',
  type: 'uint32_t',
  flags: 'uint32_t',
  description: u8s(32),
  pixelformat: 'uint32_t',
  mbus_code: 'uint32_t',
  reserved: u32s(3),
});

/** `struct v4l2_frmsizeenum`; its union holds a discrete size (first two members) or a stepwise range (all six). */
export const FrmSizeEnum = koffi.struct({
  index: 'uint32_t',
  pixel_format: 'uint32_t',
  type: 'uint32_t',
  min_width: 'uint32_t', // width of a discrete size
  max_width: 'uint32_t', // height of a discrete size
  step_width: 'uint32_t',
  min_height: 'uint32_t',
  max_height: 'uint32_t',
  step_height: 'uint32_t',
  reserved: u32s(2),
});

/** `struct v4l2_frmivalenum`; its union holds a discrete interval (`min`) or a stepwise range. */
export const FrmIvalEnum = koffi.struct({
  index: 'uint32_t',
  pixel_format: 'uint32_t',
  width: 'uint32_t',
  height: 'uint32_t',
  type: 'uint32_t',
  min: FractionType, // a discrete interval
  max: FractionType,
  step: FractionType,
  reserved: u32s(2),
});

/** `struct v4l2_streamparm`; capture and output parameters have the same members at the same places. */
export const StreamParm = koffi.struct({
  type: 'uint32_t',
  capability: 'uint32_t',
  mode: 'uint32_t',
  timeperframe: FractionType,
  extendedmode: 'uint32_t',
  buffers: 'uint32_t',
  reserved: u32s(4),
  _rest: u8s(200 - 40),
});

/** `struct v4l2_requestbuffers` */
export const RequestBuffers = koffi.struct({
  count: 'uint32_t',
  type: 'uint32_t',
  memory: 'uint32_t',
  capabilities: 'uint32_t',
  flags: 'uint8_t',
  reserved: u8s(3),
});

/** `struct v4l2_buffer` */
export const VideoBuffer = koffi.struct({
  index: 'uint32_t',
  type: 'uint32_t',
  bytesused: 'uint32_t',
  flags: 'uint32_t',
  field: 'uint32_t',
  timestamp_sec: 'int64_t',
  timestamp_usec: 'int64_t',
  timecode: u32s(4),
  sequence: 'uint32_t',
  memory: 'uint32_t',
  offset: 'uint32_t', // of the union `m`; 8 bytes
  _offset_high: 'uint32_t',
  length: 'uint32_t',
  reserved2: 'uint32_t',
  request_fd: 'int32_t',
});

/** `struct v4l2_queryctrl` */
export const QueryCtrl = koffi.struct({
  id: 'uint32_t',
  type: 'uint32_t',
  name: u8s(32),
  minimum: 'int32_t',
  maximum: 'int32_t',
  step: 'int32_t',
  default_value: 'int32_t',
  flags: 'uint32_t',
  reserved: u32s(2),
});

/** `struct v4l2_querymenu`, which is packed; the union is a name of 32 bytes, or a 64-bit value in its first 8. */
export const QueryMenu = koffi.pack({
  id: 'uint32_t',
  index: 'uint32_t',
  name: u8s(32),
  reserved: 'uint32_t',
});

/** `struct v4l2_control` */
export const Control = koffi.struct({ id: 'uint32_t', value: 'int32_t' });

/** `struct v4l2_event_subscription` */
export const EventSubscription = koffi.struct({
  type: 'uint32_t',
  id: 'uint32_t',
  flags: 'uint32_t',
  reserved: u32s(5),
});

/** `struct v4l2_event`; `u` is a union of 64 bytes, aligned to 8. */
export const VideoEvent = koffi.struct({
  type: 'uint32_t',
  _align: 'uint32_t',
  u: u8s(64),
  pending: 'uint32_t',
  sequence: 'uint32_t',
  timestamp_sec: 'int64_t',
  timestamp_nsec: 'int64_t',
  id: 'uint32_t',
  reserved: u32s(8),
});

/** Each structure by the name that the kernel's header gives it, for the test of their sizes. */
export const STRUCTS = {
  v4l2_capability: Capability,
  v4l2_pix_format: PixFormat,
  v4l2_format: Format,
  v4l2_fmtdesc: FmtDesc,
  v4l2_frmsizeenum: FrmSizeEnum,
  v4l2_frmivalenum: FrmIvalEnum,
  v4l2_streamparm: StreamParm,
  v4l2_requestbuffers: RequestBuffers,
  v4l2_buffer: VideoBuffer,
  v4l2_queryctrl: QueryCtrl,
  v4l2_querymenu: QueryMenu,
  v4l2_control: Control,
  v4l2_event_subscription: EventSubscription,
  v4l2_event: VideoEvent,
} as const;

// _IOC of asm-generic/ioctl.h: direction, size of the argument, group 'V', number.
const WRITE = 1;
const READ = 2;
const request = (direction: number, number: number, bytes: number) =>
  direction * 2 ** 30 + bytes * 2 ** 16 + 0x56 * 2 ** 8 + number;
const io = (direction: number, number: number, type: TypeObject) => request(direction, number, koffi.sizeof(type));
const INT_BYTES = 4;

/** The requests, by the names that linux/videodev2.h gives them. */
export const VIDIOC = {
  QUERYCAP: io(READ, 0, Capability),
  ENUM_FMT: io(READ | WRITE, 2, FmtDesc),
  G_FMT: io(READ | WRITE, 4, Format),
  S_FMT: io(READ | WRITE, 5, Format),
  TRY_FMT: io(READ | WRITE, 64, Format),
  REQBUFS: io(READ | WRITE, 8, RequestBuffers),
  QUERYBUF: io(READ | WRITE, 9, VideoBuffer),
  QBUF: io(READ | WRITE, 15, VideoBuffer),
  DQBUF: io(READ | WRITE, 17, VideoBuffer),
  STREAMON: request(WRITE, 18, INT_BYTES),
  STREAMOFF: request(WRITE, 19, INT_BYTES),
  G_PARM: io(READ | WRITE, 21, StreamParm),
  S_PARM: io(READ | WRITE, 22, StreamParm),
  G_CTRL: io(READ | WRITE, 27, Control),
  S_CTRL: io(READ | WRITE, 28, Control),
  QUERYCTRL: io(READ | WRITE, 36, QueryCtrl),
  QUERYMENU: io(READ | WRITE, 37, QueryMenu),
  ENUM_FRAMESIZES: io(READ | WRITE, 74, FrmSizeEnum),
  ENUM_FRAMEINTERVALS: io(READ | WRITE, 75, FrmIvalEnum),
  DQEVENT: io(READ, 89, VideoEvent),
  SUBSCRIBE_EVENT: io(WRITE, 90, EventSubscription),
} as const;

/** enum v4l2_buf_type */
export const BUF_TYPE = { VIDEO_CAPTURE: 1, VIDEO_OUTPUT: 2 } as const;
/** enum v4l2_memory */
export const MEMORY_MMAP = 1;
/** enum v4l2_field */
export const FIELD_NONE = 1;
/** enum v4l2_colorspace */
export const COLORSPACE = { SMPTE170M: 1, REC709: 3, JPEG: 7, SRGB: 8 } as const;
/** enum v4l2_ycbcr_encoding */
export const YCBCR_ENC = { DEFAULT: 0, BT601: 1, BT709: 2 } as const;
/** enum v4l2_quantization */
export const QUANTIZATION = { DEFAULT: 0, FULL_RANGE: 1, LIM_RANGE: 2 } as const;

/** V4L2_CAP_* */
export const CAP = {
  VIDEO_CAPTURE: 0x1,
  VIDEO_OUTPUT: 0x2,
  READWRITE: 0x0100_0000,
  STREAMING: 0x0400_0000,
  META_CAPTURE: 0x0080_0000,
  DEVICE_CAPS: 0x8000_0000,
} as const;

/** Pixel formats, by the four characters that name them. */
export function fourcc(name: string): number {
  return Buffer.from(name.padEnd(4), 'latin1').readUInt32LE(0);
}

/** `fourcc` backwards: "YUYV", "MJPG". */
export function fourccName(code: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(code >>> 0, 0);
  return bytes.toString('latin1').trimEnd();
}

/** A C string in a fixed field: up to its first zero byte. */
export function cString(bytes: Uint8Array | readonly number[]): string {
  const buffer = Buffer.from(bytes as Uint8Array);
  const end = buffer.indexOf(0);
  return buffer.toString('utf8', 0, end < 0 ? buffer.length : end);
}
