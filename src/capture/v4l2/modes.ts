import type { Size } from '../../frame/picture-fit.js';
import { nullOn } from '../../system/libc.js';
import type { V4l2Device } from '../../system/v4l2/device.js';
import {
  BUF_TYPE,
  FmtDesc,
  Format,
  type Fraction,
  FrmIvalEnum,
  FrmSizeEnum,
  fourccName,
  type PixFields,
  StreamParm,
} from '../../system/v4l2/structs.js';

/** The pixel formats that mien reads, the cheapest to decode first. `YU12` is the kernel's name for I420. */
export const READABLE_PIXELS = ['YU12', 'NV12', 'YUYV', 'UYVY', 'MJPG', 'JPEG'] as const;
export type ReadablePixels = (typeof READABLE_PIXELS)[number];

/** One format and size that a camera offers. */
export interface CameraMode {
  /** The four characters that the kernel names the format by: "YUYV", "MJPG", "H264". */
  readonly pixels: string;
  /** Whether mien can decode it. */
  readonly isReadable: boolean;
  readonly width: number;
  readonly height: number;
  /** Frames a second, the fastest first; empty where the driver does not tell. */
  readonly rates: readonly number[];
}

/** What mode listing needs of an open device. */
export type DeviceQueries = Pick<V4l2Device, 'call'>;

/** Sizes and rates listed for a driver that takes any within a range. */
const COMMON_SIZES: readonly Size[] = [
  { width: 320, height: 180 },
  { width: 320, height: 240 },
  { width: 640, height: 360 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
const COMMON_RATES = [60, 50, 30, 25, 24, 20, 15, 10, 5];

/** Drivers end a list with EINVAL; more entries than this are a driver that never ends it. */
const ENTRIES_MAX = 256;

/** The driver has no answer, or does not know the question. */
const REFUSALS = ['EINVAL', 'ENOTTY', 'ENODATA'];

/** enum v4l2_frmsizetypes and v4l2_frmivaltypes: 1 is a single value, 2 and 3 are ranges. */
const DISCRETE = 1;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** @param pixels - a name as the kernel gives it. */
export function isReadable(pixels: string): pixels is ReadablePixels {
  return (READABLE_PIXELS as readonly string[]).includes(pixels);
}

/**
 * All modes of a capture device, in the driver's order, those included that mien cannot decode. A driver that takes any
 * size within a range is listed with common sizes and with `also`. One that lists no sizes or no rates (v4l2loopback,
 * some capture cards) is listed with what it is set to at present.
 *
 * @param also - sizes that somebody wants, listed if a range of the driver holds them.
 * @param isWanted - leaves other formats out: asking for the sizes and rates of one takes hundreds of calls.
 * @throws SystemCallError if the device went away.
 */
export function listModes(
  device: DeviceQueries,
  also: readonly Size[] = [],
  isWanted: (pixels: string) => boolean = () => true,
): CameraMode[] {
  const present = presentMode(device);
  const formats = enumerate((index) =>
    device.call<{ pixelformat: number }>('ENUM_FMT', FmtDesc, { index, type: BUF_TYPE.VIDEO_CAPTURE }),
  ).map((found) => found.pixelformat);
  if (formats.length === 0 && present) formats.push(present.code);

  return formats.flatMap((code) => {
    const pixels = fourccName(code);
    if (!isWanted(pixels)) return [];
    const listed = listSizes(device, code, also);
    const sizes = listed.length === 0 && present ? [present.size] : listed;
    return sizes.map(({ width, height }) => {
      const rates = listRates(device, code, width, height);
      const shown = rates.length === 0 && present?.rate ? [present.rate] : rates;
      return { pixels, isReadable: isReadable(pixels), width, height, rates: shown };
    });
  });
}

function listSizes(device: DeviceQueries, code: number, also: readonly Size[]): Size[] {
  const found = enumerate((index) =>
    device.call<{
      type: number;
      min_width: number;
      max_width: number;
      step_width: number;
      min_height: number;
      max_height: number;
      step_height: number;
    }>('ENUM_FRAMESIZES', FrmSizeEnum, { index, pixel_format: code }),
  );
  return found.flatMap((entry) => {
    if (entry.type === DISCRETE) return [{ width: entry.min_width, height: entry.max_width }];
    const widths = { min: entry.min_width, max: entry.max_width, step: entry.step_width };
    const heights = { min: entry.min_height, max: entry.max_height, step: entry.step_height };
    return distinct([...COMMON_SIZES, ...also]).filter(
      (size) => holds(widths, size.width) && holds(heights, size.height),
    );
  });
}

function listRates(device: DeviceQueries, code: number, width: number, height: number): number[] {
  const found = enumerate((index) =>
    device.call<{ type: number; min: Fraction; max: Fraction }>('ENUM_FRAMEINTERVALS', FrmIvalEnum, {
      index,
      pixel_format: code,
      width,
      height,
    }),
  );
  const rates = found.flatMap((entry) => {
    const fastest = rateOf(entry.min);
    if (entry.type === DISCRETE) return [fastest];
    const slowest = rateOf(entry.max);
    return [fastest, ...COMMON_RATES.filter((rate) => rate < fastest && rate > slowest), slowest];
  });
  return [...new Set(rates.filter((rate) => rate > 0))].sort((a, b) => b - a);
}

/** What the device is set to, or null where it does not tell. */
function presentMode(device: DeviceQueries): { code: number; size: Size; rate: number | null } | null {
  const format = nullOn(REFUSALS, () =>
    device.call<{ pix: PixFields }>('G_FMT', Format, { type: BUF_TYPE.VIDEO_CAPTURE }),
  );
  if (!format || format.pix.width === 0 || format.pix.height === 0) return null;
  const parm = nullOn(REFUSALS, () =>
    device.call<{ timeperframe: Fraction }>('G_PARM', StreamParm, { type: BUF_TYPE.VIDEO_CAPTURE }),
  );
  const { width, height, pixelformat } = format.pix;
  return { code: pixelformat, size: { width, height }, rate: (parm && rateOf(parm.timeperframe)) || null };
}

/** The entries 0, 1, 2… of a list that the driver ends by refusing. */
function enumerate<T>(entry: (index: number) => T): T[] {
  const entries: T[] = [];
  for (let index = 0; index < ENTRIES_MAX; index++) {
    const found = nullOn(REFUSALS, () => entry(index));
    if (found === null) break;
    entries.push(found);
  }
  return entries;
}

/** Frames a second of an interval, to 0.01; 0 for one that makes no sense. */
function rateOf({ numerator, denominator }: Fraction): number {
  return numerator > 0 ? Math.round((100 * denominator) / numerator) / 100 : 0;
}

function holds({ min, max, step }: Range, side: number): boolean {
  return side >= min && side <= max && (side - min) % Math.max(1, step) === 0;
}

function distinct(sizes: readonly Size[]): Size[] {
  const isFirst = (size: Size, at: number) =>
    sizes.findIndex(({ width, height }) => width === size.width && height === size.height) === at;
  return sizes.filter(isFirst);
}
