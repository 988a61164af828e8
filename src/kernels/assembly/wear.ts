// From an avatar network's square to a packed patch at the frame's scale: light field, YUV, enlargement, detail, grain.
// Planes are f32, row-major, without padding; `side` is a multiple of 16, a cell is 4 x 4 pixels.
import { ALPHA_ONE, BEFORE, BORDER, rounded } from './warp';

const CELL_BITS: i32 = 2;
/** Side of the noise tile, a power of two. */
const TILE: i32 = 256;

/** Means of plane · weights over cells: side / 4 of them a side. */
export function meanCells(src: usize, weights: usize, side: i32, dst: usize): void {
  const row = (<usize>side) << 2;
  const sixteenth = f32x4.splat(0.0625);
  for (let y = 0; y < side; y += 4) {
    for (let x = 0; x < side; x += 16) {
      const a = columnSum(src, weights, row);
      const b = columnSum(src + 16, weights + 16, row);
      const c = columnSum(src + 32, weights + 32, row);
      const d = columnSum(src + 48, weights + 48, row);
      // Four columns a cell to one: pairwise, twice.
      const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
      const sums = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
      v128.store(dst, f32x4.mul(sums, sixteenth));
      dst += 16;
      src += 64;
      weights += 64;
    }
    src += 3 * row;
    weights += 3 * row;
  }
}

/** Four columns of four pixels, weighed and added. */
function columnSum(at: usize, weights: usize, row: usize): v128 {
  let sum = f32x4.mul(v128.load(at), v128.load(weights));
  sum = f32x4.add(sum, f32x4.mul(v128.load(at + row), v128.load(weights + row)));
  sum = f32x4.add(sum, f32x4.mul(v128.load(at + 2 * row), v128.load(weights + 2 * row)));
  return f32x4.add(sum, f32x4.mul(v128.load(at + 3 * row), v128.load(weights + 3 * row)));
}

/** Bytes of working memory of `lightToYuv`. */
export function lightToYuvScratch(side: i32): i32 {
  return 6 * rowBytes(side);
}

/** A row of cells with its ends repeated once, and room for a whole vector. */
function rowBytes(side: i32): i32 {
  return ((side >> CELL_BITS) + 8) << 2;
}

/** One row of a field, between two rows of cells, its ends repeated. The first cell lies at out + 4. */
function betweenRows(upper: usize, lower: usize, part: f32, cells: i32, out: usize): void {
  const t = f32x4.splat(part);
  for (let i = 0; i < cells; i += 4) {
    const u = v128.load(upper + (i << 2));
    v128.store(out + 4 + (i << 2), f32x4.add(u, f32x4.mul(f32x4.sub(v128.load(lower + (i << 2)), u), t)));
  }
  store<f32>(out, load<f32>(out + 4));
  store<f32>(out + 4 + (cells << 2), load<f32>(out + (cells << 2)));
}

/** Four pixels of the cell whose left neighbour lies at `at`, linear between the centres of cells. */
function fourPixels(at: usize): v128 {
  const cell = v128.load32_splat(at, 4);
  const left = f32x4.sub(v128.load32_splat(at), cell);
  const right = f32x4.sub(v128.load32_splat(at, 8), cell);
  return f32x4.add(
    cell,
    f32x4.add(f32x4.mul(left, f32x4(0.375, 0.125, 0, 0)), f32x4.mul(right, f32x4(0, 0, 0.125, 0.375))),
  );
}

function lit(value: v128, gain: v128, offset: v128): v128 {
  const sum = f32x4.add(f32x4.mul(f32x4.mul(value, f32x4.splat(255)), gain), offset);
  return f32x4.pmin(f32x4.pmax(sum, f32x4.splat(0)), f32x4.splat(255));
}

/**
 * rgb [3, side, side] of 0..1 to BT.601 limited-range luma (16..235) and chroma less its middle, each [side, side]:
 * channel · 255 · gain + offset, clipped to 0..255 before. `fields`: [6, side/4, side/4], three gains, then three
 * offsets, linear between the centres of cells. `scratch`: `lightToYuvScratch` bytes.
 */
export function lightToYuv(
  rgb: usize,
  side: i32,
  fields: usize,
  luma: usize,
  u: usize,
  v: usize,
  scratch: usize,
): void {
  const cells = side >> CELL_BITS;
  const plane = (<usize>(side * side)) << 2;
  const fieldBytes = (<usize>(cells * cells)) << 2;
  const stride = <usize>rowBytes(side);
  for (let y = 0; y < side; y++) {
    const at = max<f32>(0, min<f32>(<f32>(cells - 1), (<f32>y + 0.5) * 0.25 - 0.5));
    const upper = <i32>at;
    const lower = min(cells - 1, upper + 1);
    for (let k: usize = 0; k < 6; k++) {
      const field = fields + k * fieldBytes;
      betweenRows(
        field + ((upper * cells) << 2),
        field + ((lower * cells) << 2),
        at - <f32>upper,
        cells,
        scratch + k * stride,
      );
    }
    for (let i = 0; i < cells; i++) {
      const cell = scratch + (i << 2);
      const r = lit(v128.load(rgb), fourPixels(cell), fourPixels(cell + 3 * stride));
      const g = lit(v128.load(rgb + plane), fourPixels(cell + stride), fourPixels(cell + 4 * stride));
      const b = lit(v128.load(rgb + 2 * plane), fourPixels(cell + 2 * stride), fourPixels(cell + 5 * stride));
      const full = f32x4.add(
        f32x4.mul(r, f32x4.splat(0.299)),
        f32x4.add(f32x4.mul(g, f32x4.splat(0.587)), f32x4.mul(b, f32x4.splat(0.114))),
      );
      v128.store(luma, f32x4.add(f32x4.mul(full, f32x4.splat(219.0 / 255.0)), f32x4.splat(16)));
      v128.store(u, f32x4.mul(f32x4.sub(b, full), f32x4.splat(112.0 / 255.0 / 0.886)));
      v128.store(v, f32x4.mul(f32x4.sub(r, full), f32x4.splat(112.0 / 255.0 / 0.701)));
      rgb += 16;
      luma += 16;
      u += 16;
      v += 16;
    }
  }
}

/** Bytes of working memory of `widen`. */
export function widenScratch(side: i32): i32 {
  return (side + 16) << 2;
}

// Catmull-Rom, taps −1 to 2 at distance t from tap 0.
// Source: Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −½.
function cubicTap(k: i32, t: f32): f32 {
  if (k == 0) return ((2 - t) * t - 1) * t * 0.5;
  if (k == 1) return ((3 * t - 5) * t * t + 2) * 0.5;
  if (k == 2) return ((4 - 3 * t) * t + 1) * t * 0.5;
  return (t - 1) * t * t * 0.5;
}

/** Makes the rows of a plane `factor` times (1 to 4) as long by cubic convolution, their ends repeated. */
export function widen(src: usize, side: i32, factor: i32, dst: usize, scratch: usize): void {
  const row = (<usize>side) << 2;
  const line = scratch + 16;
  for (let y = 0; y < side; y++) {
    memory.copy(line, src, row);
    v128.store(scratch, v128.load32_splat(line));
    v128.store(line + row, v128.load32_splat(line + row - 4));
    for (let phase = 0; phase < factor; phase++) enlargeRow(line, side, factor, phase, dst);
    src += row;
    dst += row * factor;
  }
}

/** The pixels factor·i + phase of one row. */
function enlargeRow(line: usize, side: i32, factor: i32, phase: i32, dst: usize): void {
  const at: f32 = (<f32>phase + 0.5) / <f32>factor - 0.5;
  const first = at < 0 ? -1 : 0;
  const t: f32 = at - <f32>first;
  const w0 = f32x4.splat(cubicTap(0, t));
  const w1 = f32x4.splat(cubicTap(1, t));
  const w2 = f32x4.splat(cubicTap(2, t));
  const w3 = f32x4.splat(cubicTap(3, t));
  let from = line + 4 * (first - 1);
  let to = dst + (phase << 2);
  const step = (<usize>factor) << 2;
  for (let x = 0; x < side; x += 4) {
    const sum = f32x4.add(
      f32x4.add(f32x4.mul(v128.load(from), w0), f32x4.mul(v128.load(from, 4), w1)),
      f32x4.add(f32x4.mul(v128.load(from, 8), w2), f32x4.mul(v128.load(from, 12), w3)),
    );
    v128.store32_lane(to, sum, 0);
    v128.store32_lane(to + step, sum, 1);
    v128.store32_lane(to + 2 * step, sum, 2);
    v128.store32_lane(to + 3 * step, sum, 3);
    from += 16;
    to += 4 * step;
  }
}

/** Bytes of a packed luma patch that is at most so large, and of a packed chroma patch. */
export function packedLumaBytes(side: i32): i32 {
  return (side + BORDER) * (side + BORDER) * 4 + 16;
}
export function packedChromaBytes(side: i32): i32 {
  return (side + BORDER) * (side + BORDER) * 8 + 16;
}

/** Set by `mixRows`: four rows and what each counts. */
let row0: usize = 0;
let row1: usize = 0;
let row2: usize = 0;
let row3: usize = 0;
let part0: v128 = f32x4.splat(0);
let part1: v128 = f32x4.splat(0);
let part2: v128 = f32x4.splat(0);
let part3: v128 = f32x4.splat(0);

/** Finds what row `y` of a plane `factor` times as high is mixed of: rows of `bytes` each, `side` of them. */
function mixRows(y: i32, side: i32, factor: i32, bytes: usize): void {
  const at = (<f32>y + 0.5) / <f32>factor - 0.5;
  const first = <i32>Math.floor(at);
  const t = <f32>(at - <f32>first);
  row0 = <usize>max(0, first - 1) * bytes;
  row1 = <usize>max(0, first) * bytes;
  row2 = <usize>min(side - 1, first + 1) * bytes;
  row3 = <usize>min(side - 1, first + 2) * bytes;
  part0 = f32x4.splat(cubicTap(0, t));
  part1 = f32x4.splat(cubicTap(1, t));
  part2 = f32x4.splat(cubicTap(2, t));
  part3 = f32x4.splat(cubicTap(3, t));
}

function mixed(at: usize): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(v128.load(at + row0), part0), f32x4.mul(v128.load(at + row1), part1)),
    f32x4.add(f32x4.mul(v128.load(at + row2), part2), f32x4.mul(v128.load(at + row3), part3)),
  );
}

/**
 * Packs a box of luma (16..235) for `blendLuma`, with fine detail and grain added: luma + (detail − 128) · fine +
 * noise · grain, in levels. `luma` and `alpha` are [side, side · factor], as `widen` leaves them, and made as much higher on
 * the way. The box, `left`, `top`, `width` and `height`, lies in the square of side · factor pixels and is made of
 * multiples of 4. `detail`: bytes of that square, or 0 for none; `noise`: a tile of 256 x 256, laid from column `noiseX` (a
 * multiple of 4) and row `noiseY` on.
 */
export function packLuma(
  luma: usize,
  alpha: usize,
  detail: usize,
  fine: f32,
  noise: usize,
  noiseX: i32,
  noiseY: i32,
  grain: f32,
  side: i32,
  factor: i32,
  left: i32,
  top: i32,
  width: i32,
  height: i32,
  out: usize,
): void {
  const large = side * factor;
  const across = width + BORDER;
  memory.fill(out, 0, (BEFORE * across) << 2);
  const low = i32x4.splat(0xffff);
  const zero = f32x4.splat(0);
  const fineGain = f32x4.splat(fine);
  const grainGain = f32x4.splat(grain);
  for (let y = top; y < top + height; y++) {
    mixRows(y, side, factor, large << 2);
    let to = out + (((y - top + BEFORE) * across) << 2);
    const tile = noise + ((((y + noiseY) & (TILE - 1)) * TILE) << 2);
    const detailRow = detail + y * large;
    store<u64>(to, 0);
    to += BEFORE << 2;
    for (let x = left; x < left + width; x += 4, to += 16) {
      const at = (<usize>x) << 2;
      const a = f32x4.pmin(f32x4.pmax(mixed(alpha + at), zero), f32x4.splat(1));
      if (!v128.any_true(f32x4.gt(a, zero))) {
        v128.store(to, zero);
        continue;
      }
      let value = f32x4.add(
        mixed(luma + at),
        f32x4.mul(v128.load(tile + (((x + noiseX) & (TILE - 1)) << 2)), grainGain),
      );
      if (detail) {
        const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(detailRow + x));
        const levels = f32x4.convert_i32x4_s(i32x4.sub(i32x4.extend_low_i16x8_u(bytes), i32x4.splat(128)));
        value = f32x4.add(value, f32x4.mul(levels, fineGain));
      }
      value = f32x4.pmin(f32x4.pmax(value, zero), f32x4.splat(255));
      const color = rounded(f32x4.mul(f32x4.mul(value, a), f32x4.splat(128)));
      const weight = i32x4.shl(rounded(f32x4.mul(a, f32x4.splat(ALPHA_ONE))), 16);
      v128.store(to, v128.or(weight, v128.and(color, low)));
    }
    store<u64>(to, 0);
  }
  memory.fill(out + (((height + BEFORE) * across) << 2), 0, (2 * across) << 2);
}

/** Packs a box of chroma less its middle for `blendChroma`: planes of [side, side], the box of multiples of 4. */
export function packChroma(
  u: usize,
  v: usize,
  alpha: usize,
  side: i32,
  left: i32,
  top: i32,
  width: i32,
  height: i32,
  out: usize,
): void {
  const across = width + BORDER;
  memory.fill(out, 0, (BEFORE * across) << 3);
  const low = i32x4.splat(0xffff);
  const levels = f32x4.splat(128);
  for (let y = 0; y < height; y++) {
    let to = out + (((y + BEFORE) * across) << 3);
    v128.store(to, i32x4.splat(0));
    to += BEFORE << 3;
    let at = (<usize>((top + y) * side + left)) << 2;
    for (let x = 0; x < width; x += 4, at += 16, to += 32) {
      const a = f32x4.pmin(f32x4.pmax(v128.load(alpha + at), f32x4.splat(0)), f32x4.splat(1));
      const scaled = f32x4.mul(a, levels);
      const uv = v128.or(
        i32x4.shl(rounded(f32x4.mul(v128.load(v + at), scaled)), 16),
        v128.and(rounded(f32x4.mul(v128.load(u + at), scaled)), low),
      );
      const weight = v128.and(rounded(f32x4.mul(a, f32x4.splat(ALPHA_ONE))), low);
      v128.store(to, v128.shuffle<i32>(uv, weight, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<i32>(uv, weight, 2, 6, 3, 7), 16);
    }
    v128.store(to, i32x4.splat(0));
  }
  memory.fill(out + (((height + BEFORE) * across) << 3), 0, (2 * across) << 3);
}

/** Bytes of working memory of `meanSquares`. */
export function meanSquaresScratch(side: i32, radius: i32): i32 {
  return (side + 2 * radius + 8) << 2;
}

/**
 * Means over squares of 2 `radius` + 1 pixels, for small radii; beyond the plane lies 0. `dst` must not overlap `src`.
 */
export function meanSquares(src: usize, dst: usize, side: i32, radius: i32, scratch: usize): void {
  const row = (<usize>side) << 2;
  const width = 2 * radius + 1;
  // Sums of columns, between as many zeros as a square reaches over.
  memory.fill(scratch, 0, meanSquaresScratch(side, radius));
  const columns = scratch + ((<usize>radius) << 2);
  const part = f32x4.splat(<f32>1 / <f32>(width * width));
  for (let y = -radius; y < side; y++) {
    const entering = y + radius;
    const leaving = entering - width;
    if (entering < side) addRow(columns, src + <usize>entering * row, row, 1);
    if (leaving >= 0) addRow(columns, src + <usize>leaving * row, row, -1);
    if (y < 0) continue;
    for (let x: usize = 0; x < row; x += 16) {
      let sum = v128.load(scratch + x);
      for (let k = 1; k < width; k++) sum = f32x4.add(sum, v128.load(scratch + x + ((<usize>k) << 2)));
      v128.store(dst + x, f32x4.mul(sum, part));
    }
    dst += row;
  }
}

/** columns += sign · values. */
function addRow(columns: usize, values: usize, bytes: usize, sign: f32): void {
  const factor = f32x4.splat(sign);
  for (let x: usize = 0; x < bytes; x += 16) {
    v128.store(columns + x, f32x4.add(v128.load(columns + x), f32x4.mul(v128.load(values + x), factor)));
  }
}
