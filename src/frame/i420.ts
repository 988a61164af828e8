/**
 * The working picture of mien: I420 (planar Y, U, V; chroma at half size, rounded up), 8 bit, BT.601, limited range
 * (Y 16–235, U and V 16–240), rows without padding. Sources convert to it, sinks convert from it; nothing between does.
 */
export interface I420Layout {
  /** Pixels. May be odd. */
  readonly width: number;
  readonly height: number;
  /** Bytes from one luma row to the next. */
  readonly strideY: number;
  /** Bytes from one chroma row to the next, U and V alike. */
  readonly strideUV: number;
  /** Rows of a chroma plane. */
  readonly heightUV: number;
  /** Byte offsets of the planes from the start of the frame. */
  readonly offsetY: number;
  readonly offsetU: number;
  readonly offsetV: number;
  readonly byteLength: number;
}

/** Lays out a frame without row padding. @throws RangeError if a side is not a whole number of at least 1. */
export function i420Layout(width: number, height: number): I420Layout {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`an I420 frame needs whole sides of at least 1 pixel, not ${width}x${height}`);
  }
  const strideUV = (width + 1) >> 1;
  const heightUV = (height + 1) >> 1;
  const offsetU = width * height;
  const offsetV = offsetU + strideUV * heightUV;
  return {
    width,
    height,
    strideY: width,
    strideUV,
    heightUV,
    offsetY: 0,
    offsetU,
    offsetV,
    byteLength: offsetV + strideUV * heightUV,
  };
}

/** Black in limited range. */
export const BLACK = { y: 16, uv: 128 } as const;

/** Makes a whole frame black. @param pixels - `layout.byteLength` bytes. */
export function fillBlack(pixels: Uint8Array, { offsetU, byteLength }: I420Layout): void {
  pixels.fill(BLACK.y, 0, offsetU);
  pixels.fill(BLACK.uv, offsetU, byteLength);
}
