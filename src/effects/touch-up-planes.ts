import { MAX_CELLS } from '../blending/face-grid.js';
import type { Kernels } from '../kernels/kernels.js';

const FINE_CELLS = MAX_CELLS * MAX_CELLS;
const COARSE_CELLS = FINE_CELLS / 4;

/** Addresses of everything the touch-up works on, for the largest grid. Written anew with every frame. */
export interface TouchUpPlanes {
  /** Fine f32. */
  readonly fineLuma: number;
  /** Fine pairs of i16 (gain, offset), as `gridApply` takes them. */
  readonly lumaFields: number;
  /** Coarse f32. */
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly variance: number;
  readonly oval: number;
  readonly features: number;
  readonly mask: number;
  readonly weights: number;
  readonly norm: number;
  readonly slope: number;
  readonly shift: number;
  readonly base: number;
  readonly tone: number;
  readonly ratioU: number;
  readonly ratioV: number;
  readonly lift: number;
  /** A coarse plane whose content nobody needs. */
  readonly spare: number;
  /** Coarse pairs of i16. */
  readonly uFields: number;
  readonly vFields: number;
  readonly liftFields: number;
  /** Coarse quads: four f32 a cell. */
  readonly sharpQuads: number;
  readonly quads: number;
  readonly models: number;
  /** Working memory of one kernel call at a time, `scratchBytes` long. */
  readonly scratch: number;
}

/** Bytes that `boxBlur4` needs for the largest coarse grid: the most of any kernel but those over whole rows of a frame. */
export const BLUR_SCRATCH = 16 * (COARSE_CELLS + MAX_CELLS);

/** Allocates the planes, about 9 MiB. @throws RangeError if the arena cannot hold them. */
export function allocatePlanes(kernels: Kernels, scratchBytes: number): TouchUpPlanes {
  const fine = (): number => kernels.alloc(4 * FINE_CELLS);
  const coarse = (): number => kernels.alloc(4 * COARSE_CELLS);
  const quads = (): number => kernels.alloc(16 * COARSE_CELLS);
  return {
    fineLuma: fine(),
    lumaFields: fine(),
    luma: coarse(),
    u: coarse(),
    v: coarse(),
    variance: coarse(),
    oval: coarse(),
    features: coarse(),
    mask: coarse(),
    weights: coarse(),
    norm: coarse(),
    slope: coarse(),
    shift: coarse(),
    base: coarse(),
    tone: coarse(),
    ratioU: coarse(),
    ratioV: coarse(),
    lift: coarse(),
    spare: coarse(),
    uFields: coarse(),
    vFields: coarse(),
    liftFields: coarse(),
    sharpQuads: quads(),
    quads: quads(),
    models: quads(),
    scratch: kernels.alloc(scratchBytes),
  };
}
