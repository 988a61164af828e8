const SIDE = 8;

/** Rows are the basis functions of the cosine transform of 8 samples. Source: ITU-T T.81, A.3.3. */
const BASIS = Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
  const [k, n] = [Math.floor(index / SIDE), index % SIDE];
  return (k === 0 ? Math.sqrt(1 / SIDE) : 0.5) * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * SIDE));
});

const block = new Float32Array(SIDE * SIDE);
const rows = new Float32Array(SIDE * SIDE);

/**
 * What a JPEG does to a picture: in blocks of 8x8 the cosine coefficients are rounded, the finer the coarser.
 *
 * @param plane - size × size floats, 0..1, in place. @param coarseness - the rounding of the lowest coefficient, 0..1; the
 *   highest is rounded eight times as coarsely. @param left, top - where the blocks' grid starts, 0 to 7.
 */
export function roughenBlocks(plane: Float32Array, size: number, coarseness: number, left: number, top: number): void {
  for (let y = top; y + SIDE <= size; y += SIDE) {
    for (let x = left; x + SIDE <= size; x += SIDE) roughenBlock(plane, y * size + x, size, coarseness);
  }
}

function roughenBlock(plane: Float32Array, at: number, stride: number, coarseness: number): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) block[y * SIDE + x] = plane[at + y * stride + x]!;
  }
  transform(block, rows, true);
  transform(rows, block, true);
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u < SIDE; u++) {
      const step = coarseness * (1 + (u + v) / 2);
      block[v * SIDE + u] = Math.round(block[v * SIDE + u]! / step) * step;
    }
  }
  transform(block, rows, false);
  transform(rows, block, false);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) plane[at + y * stride + x] = block[y * SIDE + x]!;
  }
}

/** Transforms the rows of a block and swaps rows and columns: done twice, it has transformed both. */
function transform(from: Float32Array, to: Float32Array, isForward: boolean): void {
  for (let y = 0; y < SIDE; y++) {
    for (let k = 0; k < SIDE; k++) {
      let value = 0;
      for (let n = 0; n < SIDE; n++) value += from[y * SIDE + n]! * BASIS[isForward ? k * SIDE + n : n * SIDE + k]!;
      to[k * SIDE + y] = value;
    }
  }
}
