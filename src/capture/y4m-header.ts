import type { Rate } from '../frame/frame.js';

/** The first line of a y4m file, as far as it matters here. */
export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  /** Whether frames are plain 8-bit 4:2:0 in limited range with square pixels: the working picture, byte for byte. */
  readonly isWorkingPicture: boolean;
  /** Bytes up to and with the line's end. */
  readonly byteLength: number;
}

const MAGIC = 'YUV4MPEG2 ';
const FALLBACK_RATE: Rate = { num: 25, den: 1 };

/**
 * Reads the header of a y4m file; null if these bytes are not one.
 *
 * Source: yuv4mpeg(5) of mjpegtools; XCOLORRANGE is FFmpeg's addition.
 */
export function parseY4mHeader(bytes: Uint8Array): Y4mHeader | null {
  const end = bytes.indexOf(0x0a);
  if (end < 0) return null;
  const line = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  if (!line.startsWith(MAGIC)) return null;

  const fields = line.slice(MAGIC.length).split(' ');
  const field = (tag: string): string | undefined => fields.find((text) => text.startsWith(tag))?.slice(tag.length);
  const width = Number(field('W'));
  const height = Number(field('H'));
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) return null;

  const [num = 0, den = 0] = (field('F') ?? '').split(':').map(Number);
  const isPlain420 = /^420(jpeg|mpeg2|paldv)?$/.test(field('C') ?? '420');
  const hasSquarePixels = ['0:0', '1:1'].includes(field('A') ?? '0:0');
  return {
    width,
    height,
    rate: num > 0 && den > 0 ? { num, den } : FALLBACK_RATE,
    isWorkingPicture: isPlain420 && hasSquarePixels && field('XCOLORRANGE=') !== 'FULL',
    byteLength: end + 1,
  };
}
