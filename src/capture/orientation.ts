/**
 * How a stored picture is turned to be upright: a point (x, y) of the stored picture, seen from its centre, is shown at
 * (a·x + c·y, b·x + d·y). Each entry is -1, 0 or 1: quarter turns, mirrored or not.
 */
export interface Orientation {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const UPRIGHT: Orientation = { a: 1, b: 0, c: 0, d: 1 };

/**
 * Reads FFmpeg's display matrix: nine native-endian int32, `a b u c d v x y w`, of which a to d turn the picture.
 * Anything but quarter turns is taken as upright.
 *
 * Source: libavutil/display.h
 */
export function parseDisplayMatrix(bytes: Uint8Array | null): Orientation {
  if (!bytes || bytes.byteLength < 36) return UPRIGHT;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = (index: number): number => Math.sign(Math.round(view.getInt32(4 * index, true) / 65536));
  const [a, b, c, d] = [entry(0), entry(1), entry(3), entry(4)];
  const isQuarterTurn = Math.abs(a * d - b * c) === 1 && Math.abs(a) + Math.abs(b) === 1;
  return isQuarterTurn ? { a, b, c, d } : UPRIGHT;
}

/** Whether width and height change places. */
export function isSideways(orientation: Orientation): boolean {
  return orientation.b !== 0;
}

/** One plane of 8-bit samples; `width` and `height` are those of the upright picture. */
export interface Plane {
  readonly data: Uint8Array;
  readonly stride: number;
}

/**
 * Copies a rectangle of a plane, turning it upright.
 *
 * @param source - the stored plane; `sourceWidth` × `sourceHeight` are its sides as stored.
 * @param fromX - left of the rectangle in the upright plane; `fromY`: its top.
 * @param offset - index in `target` of the rectangle's first sample; `strideBytes`: from one of its rows to the next.
 */
export function copyUpright(
  source: Plane,
  sourceWidth: number,
  sourceHeight: number,
  orientation: Orientation,
  fromX: number,
  fromY: number,
  target: Uint8Array,
  offset: number,
  strideBytes: number,
  width: number,
  height: number,
): void {
  const { a, b, c, d } = orientation;
  const { data, stride } = source;
  // The matrix is orthogonal, so its inverse is its transpose: stored x = a·X + b·Y, stored y = c·X + d·Y.
  const originX = a + b < 0 ? sourceWidth - 1 : 0;
  const originY = c + d < 0 ? sourceHeight - 1 : 0;
  const stepX = a + c * stride;
  const stepY = b + d * stride;
  let from = originX + originY * stride + fromX * stepX + fromY * stepY;
  let to = offset;
  for (let y = 0; y < height; y++) {
    if (stepX === 1) target.set(data.subarray(from, from + width), to);
    else for (let x = 0, at = from; x < width; x++, at += stepX) target[to + x] = data[at]!;
    from += stepY;
    to += strideBytes;
  }
}
