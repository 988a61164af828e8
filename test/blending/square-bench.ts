import { FaceCells } from '../../src/blending/face-cells.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { bindWearKernels, type WearKernels } from '../../src/kernels/wear.js';

/** Pixels of a small network's square, and cells a side. */
export const SIDE = 64;
export const ACROSS = SIDE / 4;

/** Kernel memory, and the cells of a square in it. */
export interface SquareBench {
  readonly kernels: Kernels;
  readonly run: WearKernels;
  readonly cells: FaceCells;
}

/** Whether a cell, or a pixel where `across` says so, lies in a disc about the middle; the radius in sides. */
export function isInDisc(i: number, radius: number, across = ACROSS): boolean {
  return Math.hypot(((i % across) + 0.5) / across - 0.5, (Math.floor(i / across) + 0.5) / across - 0.5) < radius;
}

/** Cells in which a disc is face, and a smaller one is shown; both faces of one colour. */
export async function openSquare(user: readonly number[], avatar: readonly number[]): Promise<SquareBench> {
  const kernels = await Kernels.load(16 << 20);
  const run = bindWearKernels(kernels);
  const cells = new FaceCells(kernels, run, SIDE);
  const { count } = cells;
  for (let i = 0; i < count; i++) {
    cells.face[i] = isInDisc(i, 0.4) ? 1 : 0;
    cells.shown[i] = isInDisc(i, 0.33) ? 1 : 0;
  }
  Object.assign(cells.box, { left: 4, top: 4, right: SIDE - 4, bottom: SIDE - 4 });
  paint(cells.user, user);
  paint(cells.avatar, avatar);
  return { kernels, run, cells };
}

/** Fills red, green and blue planes with a colour, times what `at` says of each cell. */
export function paint(planes: Float32Array, colour: readonly number[], at: (cell: number) => number = () => 1): void {
  const count = planes.length / 3;
  for (let i = 0; i < planes.length; i++) planes[i] = colour[Math.floor(i / count)]! * at(i % count);
}
