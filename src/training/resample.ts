/** A turn, a scale and a shift about the centre of a picture: where in the source a pixel of the result comes from. */
export interface Placement {
  /** Radians. */
  readonly turn: number;
  /** Source pixels a result pixel. */
  readonly scale: number;
  /** Pixels of the source. */
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Packed pixels, a square of them. */
export interface PackedPicture {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly side: number;
  readonly channels: number;
}

/**
 * Takes a square of `size` out of a picture, bilinearly, into planes of floats. Beyond the picture its edge goes on.
 *
 * @param curves - 256 floats a channel: what each byte becomes. @param planes - channels × size × size, overwritten.
 */
export function resample(
  picture: PackedPicture,
  placement: Placement,
  curves: Float32Array,
  planes: Float32Array,
  size: number,
): void {
  const { bytes, offset, side, channels } = picture;
  const cosine = Math.cos(placement.turn) * placement.scale;
  const sine = Math.sin(placement.turn) * placement.scale;
  const centre = (side - 1) / 2;
  const half = (size - 1) / 2;
  const last = side - 1.001;
  const row = side * channels;
  const area = size * size;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = x - half;
      const v = y - half;
      const px = Math.min(Math.max(u * cosine - v * sine + placement.shiftX + centre, 0), last);
      const py = Math.min(Math.max(u * sine + v * cosine + placement.shiftY + centre, 0), last);
      const left = px | 0;
      const top = py | 0;
      const fx = px - left;
      const fy = py - top;
      const d = fx * fy;
      const c = fy - d;
      const b = fx - d;
      const a = 1 - fx - c;
      let at = offset + top * row + left * channels;
      let to = y * size + x;
      for (let curve = 0; curve < channels * 256; curve += 256) {
        planes[to] =
          curves[curve + bytes[at]!]! * a +
          curves[curve + bytes[at + channels]!]! * b +
          curves[curve + bytes[at + row]!]! * c +
          curves[curve + bytes[at + row + channels]!]! * d;
        at++;
        to += area;
      }
    }
  }
}
