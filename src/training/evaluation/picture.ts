import type { I420Layout } from '../../frame/i420.js';
import type { AffineMatrix } from '../../kernels/kernels.js';

/** An RGB picture: width × height × 3 bytes, row-major, sRGB. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One value a pixel: width × height, row-major. Luma is 0 to 255, a mask 0 to 1. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Luma of an RGB picture, 0 to 255. Source: ITU-R BT.601-7. */
export function lumaOf({ width, height, data }: RgbPicture): Plane {
  const luma = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  }
  return { width, height, data: luma };
}

/** A working picture (I420, BT.601, limited range) as RGB; chroma is not interpolated. Source: ITU-R BT.601-7. */
export function pictureOf(pixels: Uint8Array, layout: I420Layout): RgbPicture {
  const { width, height, strideY, strideUV, offsetU, offsetV } = layout;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = (y >> 1) * strideUV + (x >> 1);
      const luma = (255 / 219) * (pixels[y * strideY + x]! - 16);
      const blue = (255 / 224) * (pixels[offsetU + chroma]! - 128);
      const red = (255 / 224) * (pixels[offsetV + chroma]! - 128);
      const at = 3 * (y * width + x);
      data[at] = toByte(luma + 1.402 * red);
      data[at + 1] = toByte(luma - 0.344136 * blue - 0.714136 * red);
      data[at + 2] = toByte(luma + 1.772 * blue);
    }
  }
  return { width, height, data };
}

/**
 * Looks at a picture through a matrix that takes pixels of the result to pixels of the picture (pixel centres at .5).
 * Where the result is coarser than the picture, each of its pixels is the mean of samples at the picture's own pitch.
 * Outside of the picture its edge is repeated.
 */
export function resamplePicture(picture: RgbPicture, matrix: AffineMatrix, width: number, height: number): RgbPicture {
  const values = sample(picture, 3, matrix, width, height);
  const data = new Uint8Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = toByte(values[i]!);
  return { width, height, data };
}

/** The same for a plane. */
export function resamplePlane(plane: Plane, matrix: AffineMatrix, width: number, height: number): Plane {
  return { width, height, data: sample(plane, 1, matrix, width, height) };
}

/** A rectangle of whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangle in which a mask is not 0, with `margin` more pixels about it where the picture has them. */
export function boundsOf({ width, height, data }: Plane, margin: number): Box {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (bottom < 0) return { left: 0, top: 0, width: 0, height: 0 };
  left = Math.max(0, left - margin);
  top = Math.max(0, top - margin);
  return {
    left,
    top,
    width: Math.min(width, right + 1 + margin) - left,
    height: Math.min(height, bottom + 1 + margin) - top,
  };
}

/** The part of a plane within a box. */
export function crop(plane: Plane, { left, top, width, height }: Box): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * plane.width + left;
    data.set(plane.data.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

interface Samples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Float32Array;
}

function sample(from: Samples, channels: number, matrix: AffineMatrix, width: number, height: number): Float32Array {
  const [a, b, c, d, e, f] = matrix;
  const across = Math.max(1, Math.ceil(Math.hypot(a, d) - 0.01));
  const down = Math.max(1, Math.ceil(Math.hypot(b, e) - 0.01));
  const out = new Float32Array(channels * width * height);
  const weight = 1 / (across * down);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = channels * (y * width + x);
      for (let j = 0; j < down; j++) {
        for (let i = 0; i < across; i++) {
          const u = x + (i + 0.5) / across;
          const v = y + (j + 0.5) / down;
          addBilinear(from, channels, a * u + b * v + c - 0.5, d * u + e * v + f - 0.5, weight, out, at);
        }
      }
    }
  }
  return out;
}

/** Adds the weighted value at (u, v), pixel centres at whole numbers, to `channels` numbers of `out`. */
function addBilinear(
  { width, height, data }: Samples,
  channels: number,
  u: number,
  v: number,
  weight: number,
  out: Float32Array,
  at: number,
): void {
  const x = Math.min(width - 1, Math.max(0, u));
  const y = Math.min(height - 1, Math.max(0, v));
  const left = Math.min(Math.floor(x), Math.max(0, width - 2));
  const top = Math.min(Math.floor(y), Math.max(0, height - 2));
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const s = x - left;
  const t = y - top;
  for (let k = 0; k < channels; k++) {
    const value = (column: number, row: number): number => data[channels * (row * width + column) + k]!;
    const upper = value(left, top) * (1 - s) + value(right, top) * s;
    const lower = value(left, bottom) * (1 - s) + value(right, bottom) * s;
    out[at + k]! += weight * (upper * (1 - t) + lower * t);
  }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
