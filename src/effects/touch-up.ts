import { FaceGrid } from '../blending/face-grid.js';
import type { LiveSettings } from '../config/settings.js';
import type { I420Layout } from '../frame/i420.js';
import { LANDMARK_COUNT } from '../inference/face-region.js';
import type { FaceState } from '../tracking/face.js';
import type { Effect, EffectContext, Preparation } from './effect.js';
import { RoomLight } from './room-light.js';
import { ramp, SkinLayers } from './skin-layers.js';
import { SkinTone } from './skin-tone.js';
import { touchUpAmounts } from './touch-up-amounts.js';

/** Radians that the head is turned: the whole effect starts to fade, is gone. */
const PROFILE_FADE = [1.1, 1.45] as const;
/** Frames over which the effect goes when the face is lost: a step is seen, a slope is not. */
const LOST_FADE_FRAMES = 6;
/** A gap in time after which the light is measured afresh, seconds. */
const CUT_S = 2;

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

/**
 * Evens and rests the skin of the tracked face and leaves everything else as it is, byte for byte.
 *
 * The face is sampled down to a grid that moves and scales with it. There, luma is split into bands: broad (shading, kept
 * but for blotches), middle (wrinkles, bags, spots: reduced) and fine (pores: kept). What is to change is a smooth field of
 * gains and offsets, zero outside a soft mask of likely skin; `blend` applies it to the frame at full resolution, so fine
 * detail is never resampled.
 */
export class TouchUp implements Effect {
  readonly name = 'touch-up';
  readonly #grid = new FaceGrid();
  readonly #tone = new SkinTone();
  readonly #light = new RoomLight();
  #layers: SkinLayers | null = null;
  #layout: I420Layout | null = null;
  #trackId = Number.NaN;
  #capturedAt = Number.NaN;
  /** Where the face was last, and how much of the effect is left since it was lost: 1 while it is followed. */
  readonly #lastPoints = new Float32Array(3 * LANDMARK_COUNT);
  #left = 0;

  configure({ kernels, frame }: EffectContext): void {
    this.#layers = new SkinLayers(kernels, frame);
    this.#layout = frame.layout;
    this.reset();
  }

  reset(): void {
    this.#tone.reset();
    this.#light.reset();
    this.#trackId = Number.NaN;
    this.#capturedAt = Number.NaN;
    this.#left = 0;
  }

  prepare(face: FaceState | null, settings: LiveSettings): Preparation {
    const layers = this.#layers;
    const layout = this.#layout;
    if (!layers || !layout) return 'nothing';
    if (settings.strength <= 0) {
      this.#left = 0;
      return 'nothing';
    }
    const points = this.#follow(face);
    if (points === null) return 'nothing';
    const grid = this.#grid;
    const tone = this.#tone;
    if (!grid.place(points, layout.width, layout.height)) return 'nothing';
    layers.sampleDown(grid);
    if (face) {
      const seconds = this.#elapsed(face);
      if (!tone.measure(grid, points, layers.coarse, layout, seconds)) return 'nothing';
      this.#light.measure(layout, layers.frameLuma, grid, layers.fineLuma, points, tone.luma, seconds);
      this.#left = 1;
    }
    const whole = this.#left * (1 - ramp(grid.turn, PROFILE_FADE));
    if (whole === 0) return 'nothing';
    layers.findSkin(grid, tone, points);
    layers.separate(grid, tone);
    layers.plan(grid, tone, touchUpAmounts(settings.strength * whole), this.#light.darkness);
    return 'blend';
  }

  blend(): void {
    this.#layers?.apply(this.#grid);
  }

  /** What `blend` touches, for development and tests. Null before the first frame. */
  get mask(): SkinMask | null {
    const grid = this.#grid;
    if (!this.#layers || grid.cols === 0) return null;
    const cols = grid.cols / 2;
    const rows = grid.rows / 2;
    return {
      weights: this.#layers.mask.subarray(0, cols * rows),
      cols,
      rows,
      originX: grid.originX,
      originY: grid.originY,
      cell: 2 * grid.step,
      darkness: this.#light.darkness,
    };
  }

  /** The face's points, or for a few frames after it was lost the last that there were; null beyond. */
  #follow(face: FaceState | null): Float32Array | null {
    if (face) {
      this.#lastPoints.set(face.points);
      this.#left = 0; // until its skin is measured
      return face.points;
    }
    this.#left -= 1 / LOST_FADE_FRAMES;
    if (this.#left < 1e-6) this.#left = 0;
    return this.#left > 0 ? this.#lastPoints : null;
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
}
