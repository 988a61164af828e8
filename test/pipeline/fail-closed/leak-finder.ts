import type { I420Layout } from '../../../src/frame/i420.js';
import type { FaceRegion } from '../../../src/inference/face-region.js';

/** The user's own face as the camera saw it at one moment. */
export interface BareFace {
  /** The frame's luma plane, `layout.strideY` bytes a row. */
  readonly luma: Uint8Array;
  readonly region: FaceRegion;
  readonly capturedAt: number;
}

/** Half the side of the square that is compared, in sizes of the region (1.5 faces): eyes, nose and mouth, no outline. */
const CORE = 0.14;
/** Samples along a side: enough for eyes, nose and mouth. */
const SIDE = 48;

/**
 * How much of a face of the camera stands in a picture at its own place: the normalized cross-correlation of the gradients
 * of luma over the face, -1 to 1. Brightness and contrast do not count. 1 is the very face; a touched-up one stays above
 * 0.9; a picture without it gives about 0.
 */
export function likeness(picture: Uint8Array, face: BareFace, layout: I420Layout): number {
  const { centerX, centerY, size } = face.region;
  const step = Math.max(1, (2 * CORE * size) / SIDE);
  const reach = Math.max(1, Math.round(step / 2));
  let both = 0;
  let one = 0;
  let other = 0;
  let count = 0;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const x = Math.round(centerX + (column - (SIDE - 1) / 2) * step);
      const y = Math.round(centerY + (row - (SIDE - 1) / 2) * step);
      if (x < reach || y < reach || x >= layout.width - reach || y >= layout.height - reach) continue;
      const at = layout.offsetY + y * layout.strideY + x;
      const down = reach * layout.strideY;
      const ax = picture[at + reach]! - picture[at - reach]!;
      const ay = picture[at + down]! - picture[at - down]!;
      const bx = face.luma[at + reach]! - face.luma[at - reach]!;
      const by = face.luma[at + down]! - face.luma[at - down]!;
      both += ax * bx + ay * by;
      one += ax * ax + ay * ay;
      other += bx * bx + by * by;
      count++;
    }
  }
  // A face of which next to nothing is in the picture shows nothing.
  if (count < (SIDE * SIDE) / 8) return 0;
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one * other);
}

/** The most that any of these faces stands in the picture. */
export function mostLike(picture: Uint8Array, faces: readonly BareFace[], layout: I420Layout): number {
  return faces.reduce((most, face) => Math.max(most, likeness(picture, face, layout)), 0);
}
