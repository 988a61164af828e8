import type { Kernels } from '../kernels/kernels.js';
import type { SkinKernels } from '../kernels/skin.js';
import type { FaceGrid } from './face-grid.js';
import { CELLS_PER_FACE } from './face-grid.js';
import { LEFT_BROW, LEFT_EYE, LIPS, NOSTRILS, RIGHT_BROW, RIGHT_EYE } from './face-outlines.js';

const MAX_POINTS = 64;
/** Coarse cells by which an eye is grown, so that lashes and the waterline stay; radii of a nostril. */
const EYE_GROWTH = 0.004 * CELLS_PER_FACE;
const NOSTRIL_WIDTH = 0.021 * CELLS_PER_FACE;
const NOSTRIL_HEIGHT = 0.014 * CELLS_PER_FACE;
const NOSTRIL_CORNERS = 12;

/**
 * Draws the parts of a face on the coarse grid as coverage, 0 to 1: two planes of f32, hard edged at a fraction of a cell.
 */
export class FaceMask {
  readonly #run: SkinKernels;
  /** One outline, x and y in cells with the first cell from 0 to 1. */
  readonly #address: number;
  readonly #outline: Float32Array;
  #count = 0;

  constructor(kernels: Kernels, run: SkinKernels) {
    this.#run = run;
    this.#address = kernels.alloc(8 * MAX_POINTS);
    this.#outline = kernels.f32(this.#address, 2 * MAX_POINTS);
  }

  /** The oval of the face up to the hair line. `out`: zeroed f32, a coarse grid. */
  drawOval(grid: FaceGrid, out: number): void {
    this.#count = 0;
    for (let i = 0; i < grid.oval.length; i += 2) this.#push(grid, grid.oval[i]!, grid.oval[i + 1]!);
    this.#add(grid, out);
    this.#run.polygonCoverage(out, grid.cols / 2, grid.rows / 2);
  }

  /** Eyes, brows, lips and nostrils. `out`: zeroed f32, a coarse grid. */
  drawFeatures(grid: FaceGrid, points: Float32Array, out: number): void {
    this.#gather(grid, points, RIGHT_EYE);
    this.#grow(EYE_GROWTH);
    this.#add(grid, out);
    this.#gather(grid, points, LEFT_EYE);
    this.#grow(EYE_GROWTH);
    this.#add(grid, out);
    this.#gather(grid, points, RIGHT_BROW);
    this.#add(grid, out);
    this.#gather(grid, points, LEFT_BROW);
    this.#add(grid, out);
    this.#gather(grid, points, LIPS);
    this.#add(grid, out);
    for (const [wing, septum] of NOSTRILS) {
      const x = (points[3 * wing]! + points[3 * septum]!) / 2;
      const y = (points[3 * wing + 1]! + points[3 * septum + 1]!) / 2;
      this.#nostril(grid.columnOf(x) + 0.5, grid.rowOf(y) + 0.5);
      this.#add(grid, out);
    }
    this.#run.polygonCoverage(out, grid.cols / 2, grid.rows / 2);
  }

  #push(grid: FaceGrid, x: number, y: number): void {
    this.#outline[2 * this.#count] = grid.columnOf(x) + 0.5;
    this.#outline[2 * this.#count + 1] = grid.rowOf(y) + 0.5;
    this.#count++;
  }

  #gather(grid: FaceGrid, points: Float32Array, outline: readonly number[]): void {
    this.#count = 0;
    for (const at of outline) this.#push(grid, points[3 * at]!, points[3 * at + 1]!);
  }

  #grow(by: number): void {
    let centerX = 0;
    let centerY = 0;
    for (let i = 0; i < this.#count; i++) {
      centerX += this.#outline[2 * i]! / this.#count;
      centerY += this.#outline[2 * i + 1]! / this.#count;
    }
    for (let i = 0; i < this.#count; i++) {
      const dx = this.#outline[2 * i]! - centerX;
      const dy = this.#outline[2 * i + 1]! - centerY;
      const scale = by / Math.max(Math.hypot(dx, dy), 1e-3);
      this.#outline[2 * i]! += dx * scale;
      this.#outline[2 * i + 1]! += dy * scale;
    }
  }

  #nostril(x: number, y: number): void {
    this.#count = NOSTRIL_CORNERS;
    for (let i = 0; i < NOSTRIL_CORNERS; i++) {
      const angle = (2 * Math.PI * i) / NOSTRIL_CORNERS;
      this.#outline[2 * i] = x + NOSTRIL_WIDTH * Math.cos(angle);
      this.#outline[2 * i + 1] = y + NOSTRIL_HEIGHT * (Math.sin(angle) - 0.3);
    }
  }

  #add(grid: FaceGrid, out: number): void {
    this.#run.polygonAdd(this.#address, this.#count, out, grid.cols / 2, grid.rows / 2);
  }
}
