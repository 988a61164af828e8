import type { FaceGrid } from '../blending/face-grid.js';
import { MAX_CELLS, MAX_STEP } from '../blending/face-grid.js';
import { FaceMask } from '../blending/face-mask.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import { bindSkinKernels, type SkinKernels } from '../kernels/skin.js';
import type { CoarsePlanes, SkinTone } from './skin-tone.js';
import type { TouchUpAmounts } from './touch-up-amounts.js';
import { allocatePlanes, BLUR_SCRATCH, type TouchUpPlanes } from './touch-up-planes.js';

/** Radii in coarse cells (1/96 of the face): of the feather, of wrinkles and spots, of broad blotches, of the lift's edge. */
const FEATHER = 3;
const MIDDLE = 5;
const BROAD = 13;
const LIFT_FEATHER = 9;
/** Fine cells to each side that a cell of luma is averaged over: what is finer than that (1/50 of the face) is kept. */
const LUMA_REACH = 2.25;
/** Edges stronger than these shares of skin luma stay: relative, so that light and dark skin are smoothed alike. */
const MIDDLE_EDGE = 0.1;
const BROAD_EDGE = 0.14;
/** Details stronger than this share of skin luma are held back from: glasses, moles, deep folds. */
const HELD_BACK = 0.12;
/** Luma is corrected about black, so that a lift scales light; chroma about no colour. */
const BLACK = 16;
const NEUTRAL = 128;
/** The largest lift: black plus 1.55 times the light. */
const LIFT_GAIN = 0.55;
/** Of the fine band, on top of the rest, where a lift would bring up the noise of a dark picture. */
const LIFT_DENOISE = 0.2;
/** Radians that the head is turned: the far cheek starts to fade, is gone. */
const FAR_FADE = [0.3, 0.9] as const;

/** The share of the way from the first to the second number, 0 to 1. */
export function ramp(x: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max((x - low) / (high - low), 0), 1);
}

/**
 * The pixel work of the touch-up, step by step: sample the face down to its grid, find the skin, split luma into bands,
 * plan what is to change as smooth fields of gains and offsets, apply them to the frame. Each step reads what the one
 * before left in the planes. Source: guided filter, He, Sun, Tang 2010, here with weights; frequency separation.
 */
export class SkinLayers {
  readonly #run: SkinKernels;
  readonly #frame: FrameAt;
  readonly #planes: TouchUpPlanes;
  readonly #faceMask: FaceMask;
  readonly #oval: Float32Array;
  readonly #features: Float32Array;
  /** Views for the largest grid; a frame's cells are the first of each. */
  readonly frameLuma: Uint8Array;
  readonly fineLuma: Float32Array;
  readonly coarse: CoarsePlanes;
  readonly mask: Float32Array;
  #hasLift = false;

  /** Allocates about 8 MiB of kernel memory, enough for any face on this frame. @throws RangeError if it is not there. */
  constructor(kernels: Kernels, frame: FrameAt) {
    this.#run = bindSkinKernels(kernels);
    this.#frame = frame;
    const scratchBytes = Math.max(
      BLUR_SCRATCH,
      this.#run.gridDownsampleScratch(MAX_CELLS, MAX_STEP, LUMA_REACH),
      this.#run.gridApplyScratch(frame.layout.width),
    );
    const planes = allocatePlanes(kernels, scratchBytes);
    this.#planes = planes;
    this.#faceMask = new FaceMask(kernels, this.#run);
    const cells = MAX_CELLS * MAX_CELLS;
    const coarse = (address: number): Float32Array => kernels.f32(address, cells / 4);
    this.#oval = coarse(planes.oval);
    this.#features = coarse(planes.features);
    this.mask = coarse(planes.mask);
    this.fineLuma = kernels.f32(planes.fineLuma, cells);
    this.coarse = {
      luma: coarse(planes.luma),
      u: coarse(planes.u),
      v: coarse(planes.v),
      variance: coarse(planes.variance),
    };
    const { layout, address } = frame;
    this.frameLuma = kernels.u8(address + layout.offsetY, layout.strideY * layout.height);
  }

  /** Samples the frame down to the grid: fine luma, coarse everything. */
  sampleDown({ originX, originY, step, cols, rows }: FaceGrid): void {
    const run = this.#run;
    const planes = this.#planes;
    const { layout, address } = this.#frame;
    run.gridDownsample(
      address + layout.offsetY,
      layout.strideY,
      layout.width,
      layout.height,
      originX,
      originY,
      step,
      LUMA_REACH,
      planes.fineLuma,
      cols,
      rows,
      planes.scratch,
    );
    run.gridHalve(planes.fineLuma, cols, rows, planes.luma, planes.variance);
    const chroma = (offset: number, dst: number): void =>
      run.gridDownsample(
        address + offset,
        layout.strideUV,
        layout.strideUV,
        layout.heightUV,
        originX / 2,
        originY / 2,
        step,
        1,
        dst,
        cols / 2,
        rows / 2,
        planes.scratch,
      );
    chroma(layout.offsetU, planes.u);
    chroma(layout.offsetV, planes.v);
  }

  /** The soft mask, and the weights that keep everything but skin out of the filters. */
  findSkin(grid: FaceGrid, tone: SkinTone, points: Float32Array): void {
    const run = this.#run;
    const planes = this.#planes;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    const count = cols * rows;
    this.#oval.fill(0, 0, count);
    this.#features.fill(0, 0, count);
    this.#faceMask.drawOval(grid, planes.oval);
    this.#faceMask.drawFeatures(grid, points, planes.features);
    // Shaded skin is skin: the shades of this very face say how dark that may be.
    const skinLight = tone.luma - BLACK;
    const shade = Math.max(Math.min(0.75 * skinLight, tone.shade - BLACK), 1);
    run.skinLikelihood(
      planes.luma,
      planes.u,
      planes.v,
      planes.variance,
      planes.oval,
      planes.features,
      count,
      tone.ratioU,
      tone.ratioV,
      1 / tone.spreadU,
      1 / tone.spreadV,
      BLACK + 0.45 * shade,
      BLACK + 0.8 * shade + 0.5,
      planes.quads,
    );
    run.boxBlur4(planes.quads, planes.sharpQuads, cols, rows, 1, planes.scratch);
    run.boxBlur4(planes.quads, planes.quads, cols, rows, FEATHER, planes.scratch);
    run.boxBlur4(planes.quads, planes.quads, cols, rows, FEATHER, planes.scratch);
    run.skinWeights(
      planes.sharpQuads,
      planes.quads,
      planes.luma,
      cols,
      rows,
      tone.luma,
      1 / tone.texture,
      grid.fadeX,
      grid.fadeY,
      grid.fade0,
      ramp(grid.turn, FAR_FADE),
      planes.mask,
      planes.weights,
      planes.models,
    );
  }

  /** Two guided filters, one on top of the other: wrinkles leave the first base, blotches the second. */
  separate(grid: FaceGrid, { luma }: SkinTone): void {
    const run = this.#run;
    const planes = this.#planes;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    const count = cols * rows;
    const skinLight = Math.max(luma - BLACK, 1);
    const { scratch, quads, models, weights, norm } = planes;
    const middle = (MIDDLE_EDGE * skinLight) ** 2;
    run.boxBlur4(models, quads, cols, rows, MIDDLE, scratch);
    run.guidedModel(quads, weights, planes.spare, count, middle, norm, planes.tone, models);
    run.boxBlur4(models, quads, cols, rows, MIDDLE, scratch);
    run.guidedBase(quads, norm, planes.luma, luma, count, planes.slope, planes.shift, planes.base, planes.spare);
    run.toneMoments(weights, planes.base, planes.luma, planes.u, planes.v, count, planes.ratioV, models);
    const broad = (BROAD_EDGE * skinLight) ** 2;
    run.boxBlur4(models, quads, cols, rows, BROAD, scratch);
    run.guidedModel(quads, weights, planes.ratioV, count, broad, norm, planes.ratioU, models);
    run.boxBlur4(models, quads, cols, rows, BROAD, scratch);
    run.guidedBase(quads, norm, planes.base, 0, count, planes.spare, planes.features, planes.tone, planes.ratioV);
  }

  /** From bands to the fields that `apply` takes. `darkness`: of the room, 0 to 1. */
  plan(grid: FaceGrid, tone: SkinTone, amounts: TouchUpAmounts, darkness: number): void {
    const run = this.#run;
    const planes = this.#planes;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    const count = cols * rows;
    const { mask, luma, scratch } = planes;
    run.lumaPlan(
      mask,
      planes.slope,
      planes.shift,
      planes.base,
      planes.tone,
      count,
      tone.luma,
      amounts.broad,
      planes.quads,
    );
    const fine = amounts.fine + LIFT_DENOISE * darkness * (1 - amounts.fine);
    const limit = HELD_BACK * Math.max(tone.luma - BLACK, 1);
    run.lumaFields(planes.quads, planes.fineLuma, cols, rows, fine, amounts.middle, limit, planes.lumaFields, scratch);
    this.#hasLift = darkness > 0;
    if (this.#hasLift) {
      // The sharp quads still hold the oval: blurred wide, so that the lift ends nowhere in particular.
      run.boxBlur4(planes.sharpQuads, planes.quads, cols, rows, LIFT_FEATHER, scratch);
      run.boxBlur4(planes.quads, planes.quads, cols, rows, LIFT_FEATHER, scratch);
      const gain = LIFT_GAIN * darkness * amounts.lift;
      run.liftFields(planes.quads, luma, count, gain, planes.lift, planes.liftFields);
    }
    const lift = this.#hasLift ? planes.lift : 0;
    const { even, pull } = amounts;
    const { ratioU, ratioV } = tone;
    run.chromaFields(mask, luma, planes.u, planes.ratioU, lift, count, ratioU, fine, even, pull, planes.uFields);
    run.chromaFields(mask, luma, planes.v, planes.ratioV, lift, count, ratioV, fine, even, pull, planes.vFields);
  }

  /** Writes what was planned into the frame. */
  apply({ originX, originY, step, cols, rows }: FaceGrid): void {
    const run = this.#run;
    const planes = this.#planes;
    const frame = this.#frame;
    const { layout } = frame;
    const luma = frame.address + layout.offsetY;
    const chroma = (offset: number, fields: number): void =>
      run.gridApply(
        frame.address + offset,
        layout.strideUV,
        layout.strideUV,
        layout.heightUV,
        originX / 2,
        originY / 2,
        step,
        fields,
        cols / 2,
        rows / 2,
        NEUTRAL,
        planes.scratch,
      );
    const lumaBy = (cell: number, fields: number, across: number, down: number): void =>
      run.gridApply(
        luma,
        layout.strideY,
        layout.width,
        layout.height,
        originX,
        originY,
        cell,
        fields,
        across,
        down,
        BLACK,
        planes.scratch,
      );
    lumaBy(step, planes.lumaFields, cols, rows);
    if (this.#hasLift) lumaBy(2 * step, planes.liftFields, cols / 2, rows / 2);
    chroma(layout.offsetU, planes.uFields);
    chroma(layout.offsetV, planes.vFields);
  }
}
