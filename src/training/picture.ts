/** A picture in plain memory: RGBA, four bytes a pixel, rows without padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A black, transparent picture. */
export function createPicture(width: number, height: number): Picture {
  return { width, height, rgba: new Uint8Array(4 * width * height) };
}

/**
 * Samples a picture bilinearly; beyond its border its last pixel goes on.
 *
 * @param x - in pixels, centres at halves. @param into - takes four values of 0 to 255, not rounded.
 */
export function samplePicture({ width, height, rgba }: Picture, x: number, y: number, into: Float64Array): void {
  const u = Math.min(Math.max(x - 0.5, 0), width - 1);
  const v = Math.min(Math.max(y - 0.5, 0), height - 1);
  const left = Math.min(Math.floor(u), Math.max(width - 2, 0));
  const top = Math.min(Math.floor(v), Math.max(height - 2, 0));
  const fu = u - left;
  const fv = v - top;
  const right = width > 1 ? 4 : 0;
  const down = height > 1 ? 4 * width : 0;
  const at = 4 * (top * width + left);
  for (let k = 0; k < 4; k++) {
    const upper = rgba[at + k]! * (1 - fu) + rgba[at + right + k]! * fu;
    const lower = rgba[at + down + k]! * (1 - fu) + rgba[at + down + right + k]! * fu;
    into[k] = upper * (1 - fv) + lower * fv;
  }
}

/**
 * Gives every pixel that is not known the colour of the known ones about it, smoothly: means of ever larger squares,
 * handed back down. Known pixels keep their colour; the whole picture becomes opaque.
 * Source: Gortler et al., "The Lumigraph", SIGGRAPH 1996 (pull-push).
 *
 * @param known - a byte a pixel; not 0 where the colour is known.
 */
export function fillUnknown(picture: Picture, known: Uint8Array): void {
  const { width, height, rgba } = picture;
  const values = new Float32Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    if (known[i] === 0) continue;
    for (let k = 0; k < 3; k++) values[4 * i + k] = rgba[4 * i + k]!;
    values[4 * i + 3] = 1;
  }
  pullPush(values, width, height);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) if (known[i] === 0) rgba[4 * i + k] = values[4 * i + k]! + 0.5;
    rgba[4 * i + 3] = 255;
  }
}

/** Fills `values`: (three colours times their weight, weight from 0 to 1) a pixel. Afterwards every weight is 1. */
function pullPush(values: Float32Array, width: number, height: number): void {
  if (width === 1 && height === 1) {
    const weight = Math.max(values[3]!, 1e-6);
    for (let k = 0; k < 3; k++) values[k]! /= weight;
    values[3] = 1;
    return;
  }
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const half = new Float32Array(4 * halfWidth * halfHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 4 * ((y >> 1) * halfWidth + (x >> 1));
      for (let k = 0; k < 4; k++) half[to + k]! += values[4 * (y * width + x) + k]!;
    }
  }
  for (let i = 0; i < half.length; i += 4) {
    const over = Math.max(half[i + 3]!, 1);
    for (let k = 0; k < 4; k++) half[i + k]! /= over;
  }
  pullPush(half, halfWidth, halfHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const missing = 1 - values[at + 3]!;
      if (missing <= 0) continue;
      // Between the four nearest squares, so that none of them shows.
      const sx = Math.min(Math.max(x / 2 - 0.25, 0), halfWidth - 1);
      const sy = Math.min(Math.max(y / 2 - 0.25, 0), halfHeight - 1);
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      const right = Math.min(left + 1, halfWidth - 1);
      const bottom = Math.min(top + 1, halfHeight - 1);
      for (let k = 0; k < 3; k++) {
        const cell = (column: number, row: number): number => half[4 * (row * halfWidth + column) + k]!;
        const upper = cell(left, top) + (cell(right, top) - cell(left, top)) * (sx - left);
        const lower = cell(left, bottom) + (cell(right, bottom) - cell(left, bottom)) * (sx - left);
        values[at + k]! += missing * (upper + (lower - upper) * (sy - top));
      }
      values[at + 3] = 1;
    }
  }
}

/** Whether a point lies within a closed outline. @param outline - x, y of each corner. */
export function isInside(outline: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const yi = outline[i + 1]!;
    const yj = outline[j + 1]!;
    if (yi > y !== yj > y && x < outline[i]! + ((outline[j]! - outline[i]!) * (y - yi)) / (yj - yi)) inside = !inside;
  }
  return inside;
}
