import type { AffineMatrix, Kernels } from '../kernels/kernels.js';
import type { WearKernels } from '../kernels/wear.js';
import { MESH_POINTS } from './canonical-face.js';
import { FACE_OVAL } from './face-outlines.js';
import { type FacePose, toCanonical, toFrame } from './face-pose.js';
import { FOREHEAD_EDGE, FOREHEAD_POINTS, raiseForehead } from './forehead.js';

/** In sides of the square: what is smaller is closed, and the half width of the feather, 0.5 cm of a face. */
const HOLE = 1 / 64;
const FEATHER = 1 / 60;
/** The learned mask, smoothed: below it is cover, above it is face. */
const COVER = 0.35;
const FACE = 0.65;
/** Part of a small change that a frame takes over at 30 frames a second. */
const CALM = 0.3;

/**
 * Where the avatar is shown: inside the outline of the tracked face up to a usual hair line, where the network sees no cover (a hand, hair, a
 * microphone), feathered inwards. It is settled over time in the square that moves with the head, so it never lags.
 */
export class WornMask {
  /** Addresses of [side, side] f32: how surely a pixel is face; how much of it the avatar covers. */
  readonly face: number;
  readonly shown: number;
  /** Part of the outline's area that the network takes for face, 0 to 1. */
  share = 0;
  readonly #kernels: Kernels;
  readonly #run: WearKernels;
  readonly #side: number;
  readonly #faceView: Float32Array;
  readonly #shownView: Float32Array;
  readonly #oval: Float32Array;
  readonly #outline: Float32Array;
  readonly #points = new Float32Array(3 * MESH_POINTS);
  readonly #shape = new Float32Array(3 * MESH_POINTS);
  readonly #raised = new Float32Array(3 * FOREHEAD_POINTS);
  readonly #smooth: number;
  #isNew = true;

  constructor(kernels: Kernels, run: WearKernels, side: number) {
    const plane = (): Float32Array => kernels.f32(kernels.alloc(4 * side * side), side * side);
    this.#kernels = kernels;
    this.#run = run;
    this.#side = side;
    this.#faceView = plane();
    this.#shownView = plane();
    this.#oval = plane();
    this.#smooth = plane().byteOffset;
    this.#outline = kernels.f32(kernels.alloc(8 * FACE_OVAL.length), 2 * FACE_OVAL.length);
    this.face = this.#faceView.byteOffset;
    this.shown = this.#shownView.byteOffset;
  }

  reset(): void {
    this.#isNew = true;
  }

  /**
   * @param points - of the face, (x, y, z) in pixels of the frame; `pose` - that of its head.
   * @param toSquare - from the frame to the square.
   * @param learned - address of the network's mask, [side, side] of 0 to 1.
   */
  update(points: Float32Array, pose: FacePose, toSquare: AffineMatrix, learned: number): void {
    const side = this.#side;
    const count = side * side;
    const run = this.#run;
    this.#raise(points, pose);
    this.#drawOval(toSquare);
    this.#blur(learned, this.#smooth, HOLE);
    if (this.#isNew) this.#faceView.fill(0);
    run.settleMask(this.#smooth, this.#oval.byteOffset, COVER, FACE, this.#isNew ? 1 : CALM, this.face, count);
    this.#isNew = false;
    this.#blur(this.face, this.#smooth, FEATHER);
    this.#blur(this.#smooth, this.shown, FEATHER);
    run.smoothRamp(this.shown, 0.5, 0.98, count);
    this.share = ratioOfSums(this.#faceView, this.#oval);
  }

  /** The points, those along the top of the mesh raised to the hair line. */
  #raise(points: Float32Array, pose: FacePose): void {
    const raised = this.#raised;
    this.#points.set(points.subarray(0, this.#points.length));
    raiseForehead(toCanonical(pose, this.#points, this.#shape), raised);
    toFrame(pose, raised, raised);
    for (let i = 0; i < raised.length; i++) {
      this.#points[3 * FOREHEAD_EDGE[1 + Math.floor(i / 3)]! + (i % 3)] = raised[i]!;
    }
  }

  #drawOval([a, b, c, d, e, f]: AffineMatrix): void {
    const points = this.#points;
    const outline = this.#outline;
    for (let i = 0; i < FACE_OVAL.length; i++) {
      const at = 3 * FACE_OVAL[i]!;
      outline[2 * i] = a * points[at]! + b * points[at + 1]! + c;
      outline[2 * i + 1] = d * points[at]! + e * points[at + 1]! + f;
    }
    const side = this.#side;
    const oval = this.#oval.fill(0);
    this.#run.polygonAdd(outline.byteOffset, FACE_OVAL.length, oval.byteOffset, side, side);
    this.#run.polygonCoverage(oval.byteOffset, side, side);
    // A forehead that the square cuts off ends in a feather as well: nothing beyond the border is blurred in.
    const edge = 2 * radiusOf(FEATHER, side);
    oval.fill(0, 0, edge * side);
    oval.fill(0, (side - edge) * side);
    for (let at = 0; at < oval.length; at += side) {
      oval.fill(0, at, at + edge);
      oval.fill(0, at + side - edge, at + side);
    }
  }

  #blur(from: number, to: number, radius: number): void {
    const side = this.#side;
    const pixels = radiusOf(radius, side);
    const scratch = this.#kernels.scratch(this.#run.meanSquaresScratch(side, pixels));
    this.#run.meanSquares(from, to, side, pixels, scratch);
  }
}

function radiusOf(part: number, side: number): number {
  return Math.max(1, Math.round(part * side));
}

function ratioOfSums(part: Float32Array, whole: Float32Array): number {
  let parts = 0;
  let wholes = 0;
  for (let i = 0; i < whole.length; i += 3) {
    parts += part[i]!;
    wholes += whole[i]!;
  }
  return wholes > 0 ? parts / wholes : 0;
}
