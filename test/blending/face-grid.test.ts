import { expect, test } from 'vitest';
import { CELLS_PER_FACE, FaceGrid, MAX_CELLS } from '../../src/blending/face-grid.js';
import { landmarksOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const WIDTH = 1280;
const HEIGHT = 720;

function place(change: Partial<typeof PLAIN_FACE>): { grid: FaceGrid; isPlaced: boolean } {
  const grid = new FaceGrid();
  const points = landmarksOf({ ...PLAIN_FACE, x: 640, y: 380, ...change });
  return { grid, isPlaced: grid.place(points, WIDTH, HEIGHT) };
}

test.each([60, 240, 400, 1500])(
  'a face of %s px is 192 cells wide and lies within the grid where the frame shows it',
  (size) => {
    const { grid, isPlaced } = place({ size });
    expect(isPlaced).toBe(true);
    expect(grid.step).toBeCloseTo(size / CELLS_PER_FACE, 2);
    expect(grid.cols % 8).toBe(0);
    expect(grid.rows % 2).toBe(0);
    expect(Math.max(grid.cols, grid.rows)).toBeLessThanOrEqual(MAX_CELLS);
    for (let i = 0; i < grid.oval.length; i += 2) {
      const x = Math.min(Math.max(grid.oval[i]!, 0), WIDTH);
      const y = Math.min(Math.max(grid.oval[i + 1]!, 0), HEIGHT);
      expect(x).toBeGreaterThanOrEqual(grid.originX);
      expect(x).toBeLessThanOrEqual(grid.originX + grid.step * grid.cols);
      expect(y).toBeGreaterThanOrEqual(grid.originY);
      expect(y).toBeLessThanOrEqual(grid.originY + grid.step * grid.rows);
    }
  },
);

test('the grid moves with the face without rounding: 0.37 px right is 0.37 px right', () => {
  const [here, there] = [place({}).grid, place({ x: 640.37 }).grid];
  expect(there.originX - here.originX).toBeCloseTo(0.37, 3);
  expect([there.cols, there.rows]).toEqual([here.cols, here.rows]);
});

test('the width of a face stays within 1 % when the head turns by 0.7 rad, though its picture narrows', () => {
  const [ahead, aside] = [place({}).grid, place({ turn: 0.7 }).grid];
  expect(Math.abs(aside.faceWidth / ahead.faceWidth - 1)).toBeLessThan(0.01);
  expect(aside.turn).toBeGreaterThan(0.5);
});

test.each([
  ['beside the frame', { x: 4000 }],
  ['too small to see', { size: 12 }],
  ['larger than any face', { size: 9000 }],
  ['without a place', { x: Number.NaN }],
])('a face %s is not placed', (_name, change) => {
  expect(place(change).isPlaced).toBe(false);
});
