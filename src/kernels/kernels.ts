import type { FrameAt } from '../frame/frame-at.js';
import type { KernelExports, KernelFunction } from './kernel-exports.js';
import { KernelMemory } from './kernel-memory.js';
import type { AffineMatrix, MaskAt, PixelBox, PlaneStatistics } from './kernel-types.js';
import { loadModule } from './load-module.js';

export type { AffineMatrix, MaskAt, PixelBox, PlaneStatistics } from './kernel-types.js';

const PAGE = 65_536;

/**
 * The pixel kernels: one WASM module and its memory, which ONNX tensors share. One instance belongs to one thread.
 * One method a kernel, and nothing else: the file is as long as their list.
 *
 * Addresses are bytes from the start of the memory. Kernels neither check addresses nor allocate: what they are given
 * must be large enough. Rows may have padding (stride > width); it is never written.
 */
export class Kernels extends KernelMemory {
  readonly #run: KernelExports;

  /**
   * Instantiates dist/kernels/kernels.wasm over a memory of its own.
   *
   * @param bytes - size of the memory, rounded up to pages of 64 KiB.
   * @throws UserError LIBRARY_MISSING if the module has not been built.
   */
  static async load(bytes: number): Promise<Kernels> {
    const pages = Math.max(1, Math.ceil(bytes / PAGE));
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = await WebAssembly.instantiate(await loadModule(), { env: { memory } });
    return new Kernels(memory, instance.exports as Readonly<Record<string, KernelFunction>>);
  }

  private constructor(
    memory: { readonly buffer: ArrayBuffer },
    exports: Readonly<Record<string, KernelFunction>>,
    block?: { readonly start: number; readonly end: number },
  ) {
    // The one place where the module's functions get their types: kernel-exports.ts is kept beside the assembly.
    const run = exports as unknown as KernelExports;
    super(memory, exports, block?.start ?? run.heapBase(), block?.end);
    this.#run = run;
  }

  /**
   * The same kernels over the same memory, which allocate within a block of `bytes` bytes alone: what is made and unmade
   * while other memory is in use takes it from there. The block is this arena's, and freed as anything that it allocates.
   *
   * @throws RangeError naming the bytes asked for and the bytes left.
   */
  block(bytes: number): Kernels {
    const start = this.alloc(bytes);
    return new Kernels(this.memory, this.exports, { start, end: start + bytes });
  }

  /** Copies a plane of bytes. The planes must not overlap. */
  copyPlane(src: number, srcStride: number, dst: number, dstStride: number, width: number, height: number): void {
    this.#run.copyPlane(src, srcStride, dst, dstStride, width, height);
  }

  /**
   * YUYV (YUY2) to I420: chroma rows are averaged in pairs, rounded up; columns are kept.
   *
   * @param src - `height` rows of `srcStride` bytes, ceil(width / 2) groups of 4 bytes each.
   */
  yuyvToI420(src: number, srcStride: number, dst: FrameAt): void {
    this.#packedToI420(src, srcStride, 0, dst);
  }

  /** UYVY to I420, as `yuyvToI420`. */
  uyvyToI420(src: number, srcStride: number, dst: FrameAt): void {
    this.#packedToI420(src, srcStride, 1, dst);
  }

  #packedToI420(src: number, srcStride: number, lumaAt: number, { address, layout }: FrameAt): void {
    this.#run.packedToI420(
      src,
      srcStride,
      lumaAt,
      address + layout.offsetY,
      layout.strideY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      layout.width,
      layout.height,
    );
  }

  /** NV12 to I420, losslessly. @param srcUV - interleaved U V pairs, ceil(width / 2) a row, ceil(height / 2) rows. */
  nv12ToI420(srcY: number, srcStrideY: number, srcUV: number, srcStrideUV: number, dst: FrameAt): void {
    const { address, layout } = dst;
    const widthUV = (layout.width + 1) >> 1;
    this.#run.copyPlane(srcY, srcStrideY, address + layout.offsetY, layout.strideY, layout.width, layout.height);
    this.#run.splitPairs(
      srcUV,
      srcStrideUV,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      widthUV,
      layout.heightUV,
    );
  }

  /** I420 to NV12, losslessly: the inverse of `nv12ToI420`. */
  i420ToNv12(src: FrameAt, dstY: number, dstStrideY: number, dstUV: number, dstStrideUV: number): void {
    const { address, layout } = src;
    const widthUV = (layout.width + 1) >> 1;
    this.#run.copyPlane(address + layout.offsetY, layout.strideY, dstY, dstStrideY, layout.width, layout.height);
    this.#run.joinPairs(
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      dstUV,
      dstStrideUV,
      widthUV,
      layout.heightUV,
    );
  }

  /**
   * I420 to YUYV; a chroma row serves two luma rows.
   *
   * @param dst - `height` rows of ceil(width / 2) groups of 4 bytes; the spare luma of an odd row repeats the last pixel.
   */
  i420ToYuyv(src: FrameAt, dst: number, dstStride: number): void {
    const { address, layout } = src;
    this.#run.i420ToYuyv(
      address + layout.offsetY,
      layout.strideY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      dst,
      dstStride,
      layout.width,
      layout.height,
    );
  }

  /**
   * I420 (BT.601, limited range) to packed RGB24, R first, for previews and stills. Each chroma sample serves its 2x2
   * pixels. Within 1 of the exact value. Source: ITU-R BT.601-7.
   */
  i420ToRgb(src: FrameAt, dst: number, dstStride: number): void {
    const { address, layout } = src;
    this.#run.i420ToRgb(
      address + layout.offsetY,
      layout.strideY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      dst,
      dstStride,
      layout.width,
      layout.height,
    );
  }

  /**
   * Packed RGB24 to I420 (BT.601, limited range). Chroma is that of the mean of its 2x2 pixels. Source: ITU-R BT.601-7.
   */
  rgbToI420(src: number, srcStride: number, dst: FrameAt): void {
    const { address, layout } = dst;
    this.#run.rgbToI420(
      src,
      srcStride,
      address + layout.offsetY,
      layout.strideY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideUV,
      layout.width,
      layout.height,
    );
  }

  /** Flips a frame left to right. `dst` has the size of `src` and may be `src`. */
  mirrorI420(src: FrameAt, dst: FrameAt): void {
    const from = src.layout;
    const to = dst.layout;
    const a = src.address;
    const b = dst.address;
    const widthUV = (from.width + 1) >> 1;
    const flip = this.#run.mirrorPlane;
    flip(a + from.offsetY, from.strideY, b + to.offsetY, to.strideY, from.width, from.height);
    flip(a + from.offsetU, from.strideUV, b + to.offsetU, to.strideUV, widthUV, from.heightUV);
    flip(a + from.offsetV, from.strideUV, b + to.offsetV, to.strideUV, widthUV, from.heightUV);
  }

  /**
   * Samples an affine view of a frame (a turned square, a letterbox, ...) into a planar float tensor, the input of a
   * network. Luma and chroma are sampled bilinearly, chroma at half size with its samples in the middle of their 2x2
   * pixels; the picture is black (RGB 0) outside.
   *
   * @param matrix - from the tensor to the frame: tensor pixel centre (x + ½, y + ½) looks at M·(x + ½, y + ½, 1).
   * @param scale - the value is rgb · scale + bias, with rgb in 0..255 and not rounded.
   * @param out - address of [3, height, width] floats (R, G, B planes).
   */
  cropToTensor(
    frame: FrameAt,
    matrix: AffineMatrix,
    width: number,
    height: number,
    scale: number,
    bias: number,
    out: number,
  ): void {
    const { address, layout } = frame;
    const [a, b, c, d, e, f] = matrix;
    this.#run.cropToTensor(
      address + layout.offsetY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideY,
      layout.strideUV,
      layout.width,
      layout.height,
      a,
      b,
      c,
      d,
      e,
      f,
      width,
      height,
      scale,
      bias,
      out,
    );
  }

  /**
   * Blends a patch into a frame through an affine map, the inverse of `cropToTensor`: frame = frame · (1 − α) + rgb · α,
   * with rgb · α and α sampled bilinearly (the colour of transparent pixels never shows; beyond the patch α is 0). Within
   * 1 of exact arithmetic. Where α is 0 the frame keeps its bits. Needs working memory of 12 bytes a patch pixel.
   *
   * @param patch - address of [3, patchHeight, patchWidth] floats; rgb = value · scale + bias, clipped to 0..255.
   * @param alpha - address of [patchHeight, patchWidth] floats, clipped to 0..1.
   * @param matrix - from the frame to the patch: pixel centre (X + ½, Y + ½) looks at M·(X + ½, Y + ½, 1).
   * @param box - the pixels of the frame to look at; a chroma sample that serves one of them belongs to it.
   * @throws RangeError for a patch narrower than 4 pixels or beyond 8000, or if working memory runs out.
   */
  warpBlend(
    patch: number,
    alpha: number,
    patchWidth: number,
    patchHeight: number,
    scale: number,
    bias: number,
    matrix: AffineMatrix,
    frame: FrameAt,
    box: PixelBox,
  ): void {
    if (patchWidth < 4 || patchHeight < 1 || patchWidth > 8000 || patchHeight > 8000) {
      throw new RangeError(`a patch of ${patchWidth}x${patchHeight}: expected 4x1 to 8000x8000 pixels`);
    }
    const { address, layout } = frame;
    const left = Math.max(0, box.x);
    const top = Math.max(0, box.y);
    const right = Math.min(layout.width, box.x + box.width);
    const bottom = Math.min(layout.height, box.y + box.height);
    if (left >= right || top >= bottom) return;
    const [a, b, c, d, e, f] = matrix;
    this.#run.warpBlend(
      patch,
      alpha,
      patchWidth,
      patchHeight,
      scale,
      bias,
      a,
      b,
      c,
      d,
      e,
      f,
      address + layout.offsetY,
      address + layout.offsetU,
      address + layout.offsetV,
      layout.strideY,
      layout.strideUV,
      left,
      top,
      right,
      bottom,
      this.scratch(this.#run.warpScratchBytes(patchWidth, patchHeight)),
    );
  }

  /**
   * Alpha-over of bytes in place: dst = (src·alpha + dst·(255 − alpha) + 127) / 255, rounded down. Where alpha is 0, `dst`
   * keeps its bits. Source: Porter & Duff 1984, "over" with an opaque ground.
   */
  blendPlane(
    src: number,
    srcStride: number,
    alpha: number,
    alphaStride: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
  ): void {
    this.#run.blendPlane(src, srcStride, alpha, alphaStride, dst, dstStride, width, height);
  }

  /**
   * Mean of bytes over squares of 2·radius + 1 pixels, cut to the plane and divided by their true number of pixels;
   * rounded. Cost does not depend on the radius.
   *
   * @param dst - must not overlap `src`.
   * @throws RangeError if working memory (some rows) runs out.
   */
  boxFilterU8(
    src: number,
    srcStride: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
    radius: number,
  ): void {
    const scratch = this.scratch(this.#run.boxFilterU8Scratch(width, radius));
    this.#run.boxFilterU8(src, srcStride, dst, dstStride, width, height, radius, scratch);
  }

  /** As `boxFilterU8`, of floats; strides are in bytes. Summed in double precision. */
  boxFilterF32(
    src: number,
    srcStride: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
    radius: number,
  ): void {
    const scratch = this.scratch(this.#run.boxFilterF32Scratch(width));
    this.#run.boxFilterF32(src, srcStride, dst, dstStride, width, height, radius, scratch);
  }

  /**
   * The guided filter of a plane guided by itself: smooths where the window varies by less than `epsilon`, keeps edges
   * that vary by more. With `subsample` above 1 the models are fitted on cells of that many pixels a side (means) and
   * laid linearly between their centres: about as good, and several times faster.
   * Source: He, Sun, Tang, "Guided Image Filtering", PAMI 2013; He, Sun, "Fast Guided Filter", 2015.
   *
   * @param dst - may be `src`.
   * @param radius - in pixels: the window has 2·radius + 1 a side.
   * @param epsilon - variance in squared levels, more than 0.
   * @param subsample - 1 to 16.
   * @throws RangeError for other values, a radius of more than 90 cells, or if working memory (4 bytes a cell, 13 with
   * subsampling, and some rows) runs out.
   */
  guidedFilter(
    src: number,
    srcStride: number,
    dst: number,
    dstStride: number,
    width: number,
    height: number,
    radius: number,
    epsilon: number,
    subsample = 1,
  ): void {
    const cells = Math.max(1, Math.round(radius / subsample));
    if (!(epsilon > 0) || !(cells <= 90) || !Number.isInteger(subsample) || subsample < 1 || subsample > 16) {
      throw new RangeError(
        `guided filter: radius ${radius}, epsilon ${epsilon}, subsample ${subsample}; ` +
          'expected an epsilon above 0, a subsample of 1 to 16 and a radius of at most 90 times that',
      );
    }
    const scratch = this.scratch(this.#run.guidedFilterScratch(width, height, cells, subsample));
    this.#run.guidedFilter(src, srcStride, dst, dstStride, width, height, cells, epsilon, subsample, scratch);
  }

  /**
   * Mean, variance and extremes of a plane of bytes.
   *
   * @param mask - weights of 0 to 255; null counts every pixel as 255.
   * @throws RangeError if working memory (48 bytes) runs out.
   */
  statistics(src: number, srcStride: number, width: number, height: number, mask: MaskAt | null): PlaneStatistics {
    const out = this.scratch(48);
    this.#run.planeStatistics(src, srcStride, mask?.address ?? 0, mask?.stride ?? 0, width, height, out);
    const [weight, mean, variance, min, max, pixels] = new Float64Array(this.memory.buffer, out, 6);
    return { weight: weight!, pixels: pixels!, mean: mean!, variance: variance!, min: min!, max: max! };
  }

  /**
   * Counts the values of a plane of bytes.
   *
   * @param mask - weights; pixels of 128 or more count. Null counts every pixel.
   * @param out - address of 256 32-bit integers.
   * @throws RangeError if working memory (4 KiB) runs out.
   */
  histogram(src: number, srcStride: number, width: number, height: number, mask: MaskAt | null, out: number): void {
    const scratch = this.scratch(4096);
    this.#run.histogram(src, srcStride, mask?.address ?? 0, mask?.stride ?? 0, width, height, out, scratch);
  }
}
