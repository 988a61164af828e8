/** [a, b, c, d, e, f]: x' = a·x + b·y + c, y' = d·x + e·y + f. Pixel centres lie at halves. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Whole pixels of a frame. What lies beyond the frame counts as not there. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a plane of bytes holds, every pixel weighed by its mask (255 is 1). All 0 if no pixel has any weight. */
export interface PlaneStatistics {
  /** Sum of the weights, and pixels whose weight is not 0. */
  readonly weight: number;
  readonly pixels: number;
  readonly mean: number;
  readonly variance: number;
  /** Over pixels whose weight is not 0. */
  readonly min: number;
  readonly max: number;
}

/** A plane of weights in kernel memory, of the size of the plane that it weighs. */
export interface MaskAt {
  readonly address: number;
  readonly stride: number;
}
