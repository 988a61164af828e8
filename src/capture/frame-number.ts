import type { I420Layout } from '../frame/i420.js';

// A frame number that stays readable after scaling and lossy compression: two strips of black and white cells, one at the
// top and one at the bottom of the picture, 16 × 2 cells each. A picture torn between two frames has two numbers.

const COLUMNS = 16;
const ROWS = 2;
/** A row of cells takes this part of the height, so that a picture scaled as a whole keeps its geometry. */
const ROWS_A_PICTURE = 24;
const STRIP_ROWS: readonly [top: number, bottom: number] = [0, ROWS_A_PICTURE - ROWS];
/** Cells 0 and 1 are the white and the black to compare with. */
const NUMBER_BITS = 20;
const CHECK_BITS = COLUMNS * ROWS - 2 - NUMBER_BITS;
const WHITE = 220;
const BLACK = 32;
/** White and black of a strip must lie this far apart, else there is no strip. */
const MIN_CONTRAST = 80;

/** The numbers read at the top and at the bottom; null where none can be read. */
export interface FrameNumbers {
  readonly top: number | null;
  readonly bottom: number | null;
}

/** Frame numbers count modulo this: 4.8 hours at 60 a second. */
export const FRAME_NUMBER_LIMIT = 2 ** NUMBER_BITS;

/** Writes the number's strips into the luma plane, and grey into the chroma under them. */
export function drawFrameNumber(data: Uint8Array, layout: I420Layout, number: number): void {
  const code = encode(number % FRAME_NUMBER_LIMIT);
  for (const strip of STRIP_ROWS) {
    for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
      const { left, right, from, to } = cellBox(layout, strip, cell);
      const value = cell === 0 || (cell > 1 && (code >>> (cell - 2)) & 1) ? WHITE : BLACK;
      for (let y = from; y < to; y++) data.fill(value, y * layout.strideY + left, y * layout.strideY + right);
    }
    const first = rowTop(layout, strip) >> 1;
    const last = (rowTop(layout, strip + ROWS) + 1) >> 1;
    for (const plane of [layout.offsetU, layout.offsetV]) {
      data.fill(128, plane + first * layout.strideUV, plane + last * layout.strideUV);
    }
  }
}

/** Reads the number's strips. The picture may have been scaled and compressed since, but not cropped. */
export function readFrameNumber(data: Uint8Array, layout: I420Layout): FrameNumbers {
  const [top, bottom] = STRIP_ROWS;
  return { top: readStrip(data, layout, top), bottom: readStrip(data, layout, bottom) };
}

function readStrip(data: Uint8Array, layout: I420Layout, strip: number): number | null {
  const white = cellMean(data, layout, strip, 0);
  const black = cellMean(data, layout, strip, 1);
  if (white - black < MIN_CONTRAST) return null;
  const threshold = (white + black) / 2;
  let code = 0;
  for (let cell = 2; cell < COLUMNS * ROWS; cell++) {
    if (cellMean(data, layout, strip, cell) > threshold) code |= 1 << (cell - 2);
  }
  const number = code & (FRAME_NUMBER_LIMIT - 1);
  return encode(number) === code ? number : null;
}

/** Mean luma of the middle of a cell: its edges may be blurred. */
function cellMean(data: Uint8Array, layout: I420Layout, strip: number, cell: number): number {
  const { left, right, from, to } = cellBox(layout, strip, cell);
  const marginX = (right - left) >> 2;
  const marginY = (to - from) >> 2;
  let sum = 0;
  let count = 0;
  for (let y = from + marginY; y < to - marginY; y++) {
    for (let x = left + marginX; x < right - marginX; x++) {
      sum += data[y * layout.strideY + x]!;
      count++;
    }
  }
  return sum / count;
}

/** The number in the low bits, a check of it above. Source of the constant: Knuth's multiplicative hash, 2^32 / φ. */
function encode(number: number): number {
  const check = Math.imul(number + 1, 0x9e3779b1) >>> (32 - CHECK_BITS);
  return number | (check << NUMBER_BITS);
}

/** First pixel row of a row of cells. */
function rowTop({ height }: I420Layout, row: number): number {
  return Math.round((row * height) / ROWS_A_PICTURE);
}

function cellBox(layout: I420Layout, strip: number, cell: number) {
  const column = cell % COLUMNS;
  const row = strip + Math.floor(cell / COLUMNS);
  return {
    left: Math.floor((column * layout.width) / COLUMNS),
    right: Math.floor(((column + 1) * layout.width) / COLUMNS),
    from: rowTop(layout, row),
    to: rowTop(layout, row + 1),
  };
}
