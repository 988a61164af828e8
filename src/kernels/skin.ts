import type { Kernels } from './kernels.js';

/**
 * The kernels of the touch-up, as assembly/{grid,polygon,moments,skin}.ts define them: raw calls, all numbers are byte
 * addresses, counts or values. Grids are row-major f32 without padding, columns a multiple of 8 (fine) or 4 (coarse).
 * "Quads" are four f32 a cell. Nothing is checked and nothing is allocated.
 */
export interface SkinKernels {
  gridDownsampleScratch(cols: number, step: number, reach: number): number;
  gridDownsample(
    src: number,
    srcStride: number,
    srcWidth: number,
    srcHeight: number,
    originX: number,
    originY: number,
    step: number,
    reach: number,
    dst: number,
    cols: number,
    rows: number,
    scratch: number,
  ): void;
  gridHalve(src: number, cols: number, rows: number, mean: number, variance: number): void;
  gridApplyScratch(width: number): number;
  gridApply(
    plane: number,
    stride: number,
    width: number,
    height: number,
    originX: number,
    originY: number,
    step: number,
    fields: number,
    cols: number,
    rows: number,
    center: number,
    scratch: number,
  ): void;
  polygonAdd(points: number, count: number, acc: number, cols: number, rows: number): void;
  polygonCoverage(acc: number, cols: number, rows: number): void;
  boxBlur4(src: number, dst: number, cols: number, rows: number, radius: number, scratch: number): void;
  skinLikelihood(
    luma: number,
    u: number,
    v: number,
    variance: number,
    oval: number,
    features: number,
    count: number,
    ratioU: number,
    ratioV: number,
    scaleU: number,
    scaleV: number,
    darkest: number,
    dark: number,
    out: number,
  ): void;
  skinWeights(
    sharp: number,
    soft: number,
    luma: number,
    cols: number,
    rows: number,
    median: number,
    calm: number,
    fadeX: number,
    fadeY: number,
    fade0: number,
    fade: number,
    mask: number,
    weights: number,
    out: number,
  ): void;
  guidedModel(
    moments: number,
    weights: number,
    z: number,
    count: number,
    epsilon: number,
    norm: number,
    mean: number,
    out: number,
  ): void;
  guidedBase(
    model: number,
    norm: number,
    input: number,
    median: number,
    count: number,
    a: number,
    b: number,
    base: number,
    mean: number,
  ): void;
  toneMoments(
    weights: number,
    base: number,
    luma: number,
    u: number,
    v: number,
    count: number,
    ratioV: number,
    out: number,
  ): void;
  lumaPlan(
    mask: number,
    a: number,
    b: number,
    base: number,
    tone: number,
    count: number,
    median: number,
    broad: number,
    out: number,
  ): void;
  lumaFields(
    plan: number,
    luma: number,
    cols: number,
    rows: number,
    fine: number,
    middle: number,
    limit: number,
    out: number,
    scratch: number,
  ): void;
  chromaFields(
    mask: number,
    luma: number,
    chroma: number,
    ratios: number,
    lift: number,
    count: number,
    ratio: number,
    fine: number,
    even: number,
    pull: number,
    out: number,
  ): void;
  liftFields(wide: number, luma: number, count: number, amount: number, gain: number, out: number): void;
}

/** The touch-up's kernels of a module. @throws TypeError if the module was built without them. */
export function bindSkinKernels(kernels: Kernels): SkinKernels {
  return kernels.bind<SkinKernels>([
    'gridDownsampleScratch',
    'gridDownsample',
    'gridHalve',
    'gridApplyScratch',
    'gridApply',
    'polygonAdd',
    'polygonCoverage',
    'boxBlur4',
    'skinLikelihood',
    'skinWeights',
    'guidedModel',
    'guidedBase',
    'toneMoments',
    'lumaPlan',
    'lumaFields',
    'chromaFields',
    'liftFields',
  ]);
}
