import { blur } from './gaussian.js';
import { boundsOf, crop, type Plane } from './picture.js';

/** How far inside and outside of the edge the picture is looked at for comparison, in pixels. */
const APART = 10;
/** A seam is looked for so far to each side of the mask's edge: masks are feathered. */
const REACH = 3;
/** Noise of single pixels is no seam. */
const PICTURE_SIGMA = 1;
/** The mask's direction is taken from a smoother copy. */
const MASK_SIGMA = 2;

/** Mean steepness of a picture across the edge of a mask, in luma steps a pixel. */
export interface Seam {
  /** The steepest of the lines that run along the edge at most 3 px from it. */
  readonly edge: number;
  /** 10 px inside and outside of the edge. */
  readonly inside: number;
  readonly outside: number;
  /** `edge` over the mean of `inside` and `outside`: 1 without a seam. */
  readonly ratio: number;
}

/** Where the picture's steepness is measured, in pixels along the mask's normal; the first and last are for comparison. */
const OFFSETS = [-APART, ...Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH), APART];
/** Edges nearer to the border of the picture than this are left out. */
const MARGIN = APART + 2;

/**
 * Looks for a seam where masks end (at one half): the steepness of the pictures across the edge, against that of lines
 * alongside. Texture evens out over the frames of a clip, a seam does not.
 */
export class SeamMeter {
  readonly #sums = OFFSETS.map(() => 0);
  #points = 0;

  /** Adds a picture, and the mask that its face was blended through: 0 to 1, of the same size. */
  add(luma: Plane, mask: Plane): void {
    const box = boundsOf(mask, 2 * MARGIN);
    const picture = blur(crop(luma, box), PICTURE_SIGMA);
    const { data: part, width, height } = crop(mask, box);
    const { data } = blur({ data: part, width, height }, MASK_SIGMA);
    for (let y = MARGIN; y < height - MARGIN; y++) {
      for (let x = MARGIN; x < width - MARGIN; x++) {
        const at = y * width + x;
        const normalX = data[at + 1]! - data[at - 1]!;
        const normalY = data[at + width]! - data[at - width]!;
        const length = Math.hypot(normalX, normalY);
        if (length === 0) continue;
        const toRight = crossing(part[at]!, part[at + 1]!);
        const toBelow = crossing(part[at]!, part[at + width]!);
        if (toRight !== null) this.#addPoint(picture, x + toRight, y, normalX / length, normalY / length);
        if (toBelow !== null) this.#addPoint(picture, x, y + toBelow, normalX / length, normalY / length);
      }
    }
  }

  /** Null while no mask had an edge that could be looked at. */
  get seam(): Seam | null {
    if (this.#points === 0) return null;
    const means = this.#sums.map((sum) => sum / this.#points);
    const outside = means[0]!;
    const inside = means.at(-1)!;
    const edge = Math.max(...means.slice(1, -1));
    return { edge, inside, outside, ratio: (2 * edge) / (inside + outside) };
  }

  #addPoint(picture: Plane, x: number, y: number, nx: number, ny: number): void {
    this.#points++;
    for (const [index, offset] of OFFSETS.entries()) this.#sums[index]! += steepness(picture, x, y, nx, ny, offset);
  }
}

/** How far between two neighbours a mask is one half, or null. */
function crossing(here: number, there: number): number | null {
  return here < 0.5 === there < 0.5 ? null : (here - 0.5) / (here - there);
}

/** |Change| over one pixel along the normal, `offset` pixels from a point; the normal points into the mask. */
function steepness(picture: Plane, x: number, y: number, nx: number, ny: number, offset: number): number {
  const before = bilinear(picture, x + nx * (offset - 0.5), y + ny * (offset - 0.5));
  return Math.abs(bilinear(picture, x + nx * (offset + 0.5), y + ny * (offset + 0.5)) - before);
}

/** The value between pixels whose centres lie at whole numbers; the point must lie within the picture. */
function bilinear({ width, data }: Plane, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const s = x - left;
  const t = y - top;
  const at = top * width + left;
  const upper = data[at]! * (1 - s) + data[at + 1]! * s;
  return upper * (1 - t) + (data[at + width]! * (1 - s) + data[at + width + 1]! * s) * t;
}
