/** A function of kernels.wasm. Addresses are byte offsets into kernel memory; all arguments are numbers. */
export type KernelFunction = (...args: number[]) => number | undefined;

type Plane = [address: number, stride: number];
type Planes = [y: number, strideY: number, u: number, v: number, strideUV: number];
type Size = [width: number, height: number];

/** The functions of kernels.wasm that `Kernels` wraps. Their meaning is told in src/kernels/assembly. */
export interface KernelExports {
  heapBase(): number;
  copyPlane(...args: [...src: Plane, ...dst: Plane, ...size: Size]): void;
  splitPairs(...args: [...src: Plane, first: number, second: number, dstStride: number, ...size: Size]): void;
  joinPairs(...args: [first: number, second: number, srcStride: number, ...dst: Plane, ...size: Size]): void;
  mirrorPlane(...args: [...src: Plane, ...dst: Plane, ...size: Size]): void;
  blendPlane(...args: [...src: Plane, ...alpha: Plane, ...dst: Plane, ...size: Size]): void;
  packedToI420(...args: [...src: Plane, lumaAt: number, ...dst: Planes, ...size: Size]): void;
  i420ToYuyv(...args: [...src: Planes, ...dst: Plane, ...size: Size]): void;
  i420ToRgb(...args: [...src: Planes, ...dst: Plane, ...size: Size]): void;
  rgbToI420(...args: [...src: Plane, ...dst: Planes, ...size: Size]): void;
  boxFilterU8Scratch(width: number, radius: number): number;
  boxFilterU8(...args: [...src: Plane, ...dst: Plane, ...size: Size, radius: number, scratch: number]): void;
  boxFilterF32Scratch(width: number): number;
  boxFilterF32(...args: [...src: Plane, ...dst: Plane, ...size: Size, radius: number, scratch: number]): void;
  guidedFilterScratch(...args: [...size: Size, radius: number, subsample: number]): number;
  guidedFilter(
    ...args: [
      ...src: Plane,
      ...dst: Plane,
      ...size: Size,
      radius: number,
      epsilon: number,
      subsample: number,
      scratch: number,
    ]
  ): void;
  planeStatistics(...args: [...src: Plane, ...mask: Plane, ...size: Size, out: number]): void;
  histogram(...args: [...src: Plane, ...mask: Plane, ...size: Size, out: number, scratch: number]): void;
  warpScratchBytes(patchWidth: number, patchHeight: number): number;
  warpBlend(
    ...args: [
      patch: number,
      alpha: number,
      patchWidth: number,
      patchHeight: number,
      scale: number,
      bias: number,
      a: number,
      b: number,
      c: number,
      d: number,
      e: number,
      f: number,
      y: number,
      u: number,
      v: number,
      strideY: number,
      strideUV: number,
      left: number,
      top: number,
      right: number,
      bottom: number,
      scratch: number,
    ]
  ): void;
  cropToTensor(
    ...args: [
      y: number,
      u: number,
      v: number,
      strideY: number,
      strideUV: number,
      frameWidth: number,
      frameHeight: number,
      a: number,
      b: number,
      c: number,
      d: number,
      e: number,
      f: number,
      ...size: Size,
      scale: number,
      bias: number,
      out: number,
    ]
  ): void;
}
