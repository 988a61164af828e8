import type { Kernels } from './kernels.js';

/**
 * The kernels that lay an avatar's picture into a frame, as assembly/{wear,warp,polygon,moments}.ts define them: raw
 * calls, all numbers are byte addresses, counts or values. Planes are row-major f32 without padding. Nothing is checked
 * and nothing is allocated.
 */
export interface WearKernels {
  meanCells(src: number, weights: number, side: number, dst: number): void;
  lightToYuvScratch(side: number): number;
  lightToYuv(rgb: number, side: number, fields: number, luma: number, u: number, v: number, scratch: number): void;
  widenScratch(side: number): number;
  widen(src: number, side: number, factor: number, dst: number, scratch: number): void;
  packedLumaBytes(side: number): number;
  packedChromaBytes(side: number): number;
  packLuma(
    luma: number,
    alpha: number,
    detail: number,
    fine: number,
    noise: number,
    noiseX: number,
    noiseY: number,
    grain: number,
    side: number,
    factor: number,
    left: number,
    top: number,
    width: number,
    height: number,
    out: number,
  ): void;
  packChroma(
    u: number,
    v: number,
    alpha: number,
    side: number,
    left: number,
    top: number,
    width: number,
    height: number,
    out: number,
  ): void;
  blendLuma(
    packed: number,
    width: number,
    height: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    y: number,
    strideY: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): void;
  blendChroma(
    packed: number,
    width: number,
    height: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    u: number,
    v: number,
    strideUV: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): void;
  meanSquaresScratch(side: number, radius: number): number;
  meanSquares(src: number, dst: number, side: number, radius: number, scratch: number): void;
  settleMask(
    learned: number,
    oval: number,
    low: number,
    high: number,
    calm: number,
    settled: number,
    count: number,
  ): void;
  settlePicture(seen: number, calm: number, slope: number, settled: number, count: number): void;
  smoothRamp(plane: number, low: number, high: number, count: number): void;
  polygonAdd(points: number, count: number, acc: number, cols: number, rows: number): void;
  polygonCoverage(acc: number, cols: number, rows: number): void;
  boxBlur4(src: number, dst: number, cols: number, rows: number, radius: number, scratch: number): void;
}

/** These kernels of a module. @throws TypeError if the module was built without them. */
export function bindWearKernels(kernels: Kernels): WearKernels {
  return kernels.bind<WearKernels>([
    'meanCells',
    'lightToYuvScratch',
    'lightToYuv',
    'widenScratch',
    'widen',
    'packedLumaBytes',
    'packedChromaBytes',
    'packLuma',
    'packChroma',
    'blendLuma',
    'blendChroma',
    'meanSquaresScratch',
    'meanSquares',
    'settleMask',
    'settlePicture',
    'smoothRamp',
    'polygonAdd',
    'polygonCoverage',
    'boxBlur4',
  ]);
}
