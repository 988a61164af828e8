import { UserError } from '../errors.js';

/** `letterbox` shows the whole picture between black bars; `crop` fills the frame and cuts what hangs over. */
export type Fit = 'letterbox' | 'crop';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Sides that a source may be asked for, in pixels. Above it a single frame takes more than 100 MB. */
export const SIDE_MIN = 2;
export const SIDE_MAX = 8192;

/** Where a scaled picture goes. Offsets are even, so that luma and chroma move together. */
export interface Placement {
  /** The whole picture, scaled. */
  readonly scaled: Size;
  /** The part of the scaled picture that is shown, and where it lies in the frame. */
  readonly shown: Size;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/**
 * Places a picture in a frame of another shape, centred, its proportions kept.
 *
 * @param picture - as it is meant to be seen: upright, with square pixels.
 * @throws UserError CONFIG_INVALID if cropping would enlarge an extremely long picture beyond memory.
 */
export function placePicture(picture: Size, frame: Size, fit: Fit): Placement {
  const ratioX = frame.width / picture.width;
  const ratioY = frame.height / picture.height;
  const ratio = fit === 'letterbox' ? Math.min(ratioX, ratioY) : Math.max(ratioX, ratioY);
  const scaled = {
    width: scaledSide(picture.width * ratio, frame.width),
    height: scaledSide(picture.height * ratio, frame.height),
  };
  if (Math.max(scaled.width, scaled.height) > 2 * SIDE_MAX) {
    throw new UserError(
      'CONFIG_INVALID',
      `A picture of ${picture.width}x${picture.height} is too long to be cropped to ${frame.width}x${frame.height}.`,
      'Show all of it with letterbox in place of crop.',
    );
  }
  const fromX = evenHalf(scaled.width - frame.width);
  const fromY = evenHalf(scaled.height - frame.height);
  return {
    scaled,
    shown: { width: Math.min(scaled.width, frame.width), height: Math.min(scaled.height, frame.height) },
    fromX,
    fromY,
    toX: evenHalf(frame.width - scaled.width),
    toY: evenHalf(frame.height - scaled.height),
  };
}

/** A side that misses the frame by less than a pixel fills it; else it is even, so that no chroma sample meets a bar. */
function scaledSide(exact: number, frameSide: number): number {
  if (Math.abs(exact - frameSide) < 1) return frameSide;
  return Math.max(2, 2 * Math.round(exact / 2));
}

function evenHalf(difference: number): number {
  return Math.max(0, 2 * Math.floor(difference / 4));
}

/**
 * The size that a source delivers: what was asked for, the missing side in proportion, or the picture's own size.
 *
 * @throws UserError CONFIG_INVALID (what was asked for) or INPUT_INVALID (the picture) outside of the limits.
 */
export function chooseFrameSize(
  picture: Size,
  asked: { width?: number | undefined; height?: number | undefined },
): Size {
  const { width, height } = asked;
  if (width !== undefined) requireSide('width', width);
  if (height !== undefined) requireSide('height', height);
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: clampSide((width * picture.height) / picture.width) };
  if (height !== undefined) return { width: clampSide((height * picture.width) / picture.height), height };
  if (!isSide(picture.width) || !isSide(picture.height)) {
    throw new UserError(
      'INPUT_INVALID',
      `The picture is ${picture.width}x${picture.height} pixels; each side must be ${SIDE_MIN} to ${SIDE_MAX}.`,
      'Ask for a size that is in the limits, for example --size 1280x720.',
    );
  }
  return picture;
}

/** Odd sides cut by a pixel: chroma comes in pairs, and few programs agree on what is left of half a pair. */
export function evenSize({ width, height }: Size): Size {
  return { width: Math.max(2, width & ~1), height: Math.max(2, height & ~1) };
}

function requireSide(name: string, side: number): void {
  if (isSide(side)) return;
  throw new UserError(
    'CONFIG_INVALID',
    `A ${name} of ${side} pixels was asked for; it must be a whole number from ${SIDE_MIN} to ${SIDE_MAX}.`,
    'Give a size like --size 1280x720.',
  );
}

function isSide(side: number): boolean {
  return Number.isInteger(side) && side >= SIDE_MIN && side <= SIDE_MAX;
}

function clampSide(side: number): number {
  return Math.min(SIDE_MAX, Math.max(SIDE_MIN, 2 * Math.round(side / 2)));
}
