import { FaceGrid, MAX_CELLS, MAX_STEP } from '../blending/face-grid.js';
import { FaceMask } from '../blending/face-mask.js';
import type { LiveSettings } from '../config/settings.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import { bindSkinKernels, type SkinKernels } from '../kernels/skin.js';
import type { FaceState } from '../tracking/face.js';
import type { Effect, EffectContext } from './effect.js';
import { RoomLight } from './room-light.js';
import { SkinTone } from './skin-tone.js';
import { type TouchUpAmounts, touchUpAmounts } from './touch-up-amounts.js';
import { allocatePlanes, BLUR_SCRATCH, type TouchUpPlanes } from './touch-up-planes.js';

/** Radii in coarse cells (1/96 of the face): of the feather, of wrinkles and spots, of broad blotches, of the lift's edge. */
const FEATHER = 3;
const MIDDLE = 5;
const BROAD = 13;
const LIFT_FEATHER = 7;
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
/** The largest lift: black plus 1.6 times the light. */
const LIFT_GAIN = 0.6;
/** Of the fine band, on top of the rest, where a lift would bring up the noise of a dark picture. */
const LIFT_DENOISE = 0.2;
/** Radians: the far cheek starts to fade, is gone; the whole effect starts to fade, is gone. */
const FAR_FADE = [0.3, 0.9] as const;
const PROFILE_FADE = [1.1, 1.45] as const;
/** A gap in time after which the light is measured afresh, seconds. */
const CUT_S = 2;

function ramp(x: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max((x - low) / (high - low), 0), 1);
}

function viewsOf(kernels: Kernels, planes: TouchUpPlanes) {
  const cells = MAX_CELLS * MAX_CELLS;
  const coarse = (address: number): Float32Array => kernels.f32(address, cells / 4);
  return {
    fineLuma: kernels.f32(planes.fineLuma, cells),
    oval: coarse(planes.oval),
    features: coarse(planes.features),
    mask: coarse(planes.mask),
    coarse: {
      luma: coarse(planes.luma),
      u: coarse(planes.u),
      v: coarse(planes.v),
      variance: coarse(planes.variance),
    },
  };
}

/** The soft mask of the last prepared frame. */
export interface SkinMask {
  /** `cols` x `rows` weights, 0 to 1. A view that the next frame overwrites. */
  readonly weights: Float32Array;
  readonly cols: number;
  readonly rows: number;
  /** Pixels of the frame: the top left corner of the first cell, and the side of a cell. */
  readonly originX: number;
  readonly originY: number;
  readonly cell: number;
  /** 0 to 1: how much of the lift the room calls for. Where it is above 0, the lift reaches beyond this mask. */
  readonly darkness: number;
}

interface Configured {
  readonly run: SkinKernels;
  readonly frame: FrameAt;
  readonly frameLuma: Uint8Array;
  readonly planes: TouchUpPlanes;
  readonly views: ReturnType<typeof viewsOf>;
  readonly faceMask: FaceMask;
}

/**
 * Evens and rests the skin of the tracked face and leaves everything else as it is, byte for byte.
 *
 * The face is sampled down to a grid that moves and scales with it. There, luma is split into bands: broad (shading, kept
 * but for blotches), middle (wrinkles, bags, spots: reduced) and fine (pores: kept). What is to change is a smooth field of
 * gains and offsets, zero outside a soft mask of likely skin; `blend` applies it to the frame at full resolution, so fine
 * detail is never resampled. Source: guided filter, He, Sun, Tang 2010, with skin weights; frequency separation.
 */
export class TouchUp implements Effect {
  readonly name = 'touch-up';
  readonly #grid = new FaceGrid();
  readonly #tone = new SkinTone();
  readonly #light = new RoomLight();
  #configured: Configured | null = null;
  #trackId = Number.NaN;
  #capturedAt = Number.NaN;
  #hasLift = false;

  configure(context: EffectContext): void {
    const { kernels, frame } = context;
    const run = bindSkinKernels(kernels);
    const scratchBytes = Math.max(
      BLUR_SCRATCH,
      run.gridDownsampleScratch(MAX_CELLS, MAX_STEP, LUMA_REACH),
      run.gridApplyScratch(frame.layout.width),
    );
    const planes = allocatePlanes(kernels, scratchBytes);
    this.#configured = {
      run,
      frame,
      frameLuma: kernels.u8(frame.address + frame.layout.offsetY, frame.layout.strideY * frame.layout.height),
      planes,
      views: viewsOf(kernels, planes),
      faceMask: new FaceMask(kernels, run),
    };
    this.reset();
  }

  reset(): void {
    this.#tone.reset();
    this.#light.reset();
    this.#trackId = Number.NaN;
    this.#capturedAt = Number.NaN;
  }

  prepare(face: FaceState | null, settings: LiveSettings): boolean {
    const configured = this.#configured;
    if (!configured || !face || settings.strength <= 0) return false;
    const { width, height } = configured.frame.layout;
    const seconds = this.#elapsed(face);
    if (!this.#grid.place(face.points, width, height)) return false;
    this.#sampleDown(configured);
    const whole = 1 - ramp(this.#grid.turn, PROFILE_FADE);
    const { coarse, fineLuma } = configured.views;
    if (!this.#tone.measure(this.#grid, face.points, coarse, width, height, seconds)) return false;
    const { frame, frameLuma } = configured;
    this.#light.measure(frame.layout, frameLuma, this.#grid, fineLuma, face.points, this.#tone.luma, seconds);
    if (whole === 0) return false;
    const amounts = touchUpAmounts(settings.strength * whole);
    this.#findSkin(configured, face.points);
    this.#separate(configured);
    this.#plan(configured, amounts);
    return true;
  }

  blend(): void {
    const configured = this.#configured;
    if (!configured) return;
    const { run, frame, planes } = configured;
    const { layout } = frame;
    const { originX, originY, step, cols, rows } = this.#grid;
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

  /** What `blend` touches, for development and tests. Null before the first frame. */
  get mask(): SkinMask | null {
    const grid = this.#grid;
    if (!this.#configured || grid.cols === 0) return null;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    return {
      weights: this.#configured.views.mask.subarray(0, cols * rows),
      cols,
      rows,
      originX: grid.originX,
      originY: grid.originY,
      cell: 2 * grid.step,
      darkness: this.#light.darkness,
    };
  }

  /** Seconds since the frame before; forgets what was learnt from another face or before a cut. */
  #elapsed(face: FaceState): number {
    const seconds = (face.capturedAt - this.#capturedAt) / 1e6;
    if (face.trackId !== this.#trackId || !(seconds >= 0 && seconds <= CUT_S)) {
      this.#tone.reset();
      this.#light.reset();
    }
    this.#trackId = face.trackId;
    this.#capturedAt = face.capturedAt;
    return Number.isNaN(seconds) ? 0 : seconds;
  }

  #sampleDown({ run, frame, planes }: Configured): void {
    const { layout, address } = frame;
    const { originX, originY, step, cols, rows } = this.#grid;
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
  #findSkin({ run, planes, views, faceMask }: Configured, points: Float32Array): void {
    const grid = this.#grid;
    const tone = this.#tone;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    const count = cols * rows;
    views.oval.fill(0, 0, count);
    views.features.fill(0, 0, count);
    faceMask.drawOval(grid, planes.oval);
    faceMask.drawFeatures(grid, points, planes.features);
    // Shaded skin is skin: the shades of this very face say how dark that may be.
    const skinLight = tone.luma - BLACK;
    const shade = Math.min(0.75 * skinLight, tone.shade - BLACK);
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
  #separate({ run, planes }: Configured): void {
    const cols = this.#grid.cols / 2;
    const rows = this.#grid.rows / 2;
    const count = cols * rows;
    const { luma } = this.#tone;
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

  /** From bands to the fields that `blend` applies. */
  #plan({ run, planes }: Configured, amounts: TouchUpAmounts): void {
    const cols = this.#grid.cols / 2;
    const rows = this.#grid.rows / 2;
    const count = cols * rows;
    const tone = this.#tone;
    const { darkness } = this.#light;
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
}
