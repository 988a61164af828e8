// A cell grid laid over a region of a picture: planes sampled down to it, and smooth corrections applied from it.
// The grid follows the face at a fraction of a pixel; its cells are `step` pixels wide, whole or not, above or below 1.

const TAP_BITS: i32 = 14; // weights of one cell add up to 1 << 14
const ROW_BITS: i32 = 7; // fraction bits of a row between the vertical and the horizontal pass: 255 << 7 fits 15 bits

/** Half the width of the tent in pixels: `reach` cells, but never less than a pixel. */
function halfWidth(step: f32, reach: f32): f32 {
  return max<f32>(step * reach, 1);
}

/** Taps of one cell, padded for 8 lanes. */
function tapCount(half: f32): i32 {
  return (<i32>Math.ceil(2 * half) + 1 + 7) & ~7;
}

/** Scratch bytes that `gridDownsample` needs for at most `cols` columns of at most this step and reach. */
export function gridDownsampleScratch(cols: i32, step: f32, reach: f32): i32 {
  const taps = tapCount(halfWidth(step, reach));
  return (cols * (4 + 2 * taps) + 2 * (<i32>Math.ceil(<f32>cols * step) + 8 * taps) + 63) & ~15;
}

/** Writes the `taps` weights of a tent around `center` (pixels) from pixel `first` on; they add up to 1 << 14. */
function writeTaps(at: usize, taps: i32, first: i32, center: f32, half: f32): void {
  let sum: f32 = 0;
  for (let k = 0; k < taps; k++) sum += max<f32>(0, 1 - abs<f32>(<f32>(first + k) + 0.5 - center) / half);
  let left = 1 << TAP_BITS;
  let largest = 0;
  let at0: i32 = 0;
  for (let k = 0; k < taps; k++) {
    const tent = max<f32>(0, 1 - abs<f32>(<f32>(first + k) + 0.5 - center) / half);
    const weight = <i32>((tent / sum) * <f32>(1 << TAP_BITS) + 0.5);
    store<i16>(at + 2 * k, <i16>weight);
    left -= weight;
    if (weight > largest) {
      largest = weight;
      at0 = k;
    }
  }
  store<i16>(at + 2 * at0, <i16>(largest + left));
}

/**
 * Samples a plane of bytes down to `cols` x `rows` f32 cells (0–255) with a tent `reach` cells to each side. Cell (c, r) is centred at
 * (originX + (c + 0.5)·step, originY + (r + 0.5)·step) pixels. Beyond the picture its border pixels are repeated.
 */
export function gridDownsample(
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
  originX: f32,
  originY: f32,
  step: f32,
  reach: f32,
  dst: usize,
  cols: i32,
  rows: i32,
  scratch: usize,
): void {
  const half = halfWidth(step, reach);
  const taps = tapCount(half);
  // Pixels of a row that the grid looks at, and those of them that exist.
  const left = <i32>Math.floor(originX + 0.5 * step - half);
  const right = <i32>Math.floor(originX + (<f32>cols - 0.5) * step - half) + taps;
  const from = min(max(left, 0), srcWidth - 1);
  const to = max(min(right, srcWidth), from + 1);
  const starts = scratch;
  const weights = scratch + ((4 * cols + 15) & ~15);
  const lines = weights + 2 * cols * taps;
  const row = lines + 8 * taps;
  for (let c = 0; c < cols; c++) {
    const center = originX + (<f32>c + 0.5) * step;
    const first = <i32>Math.floor(center - half);
    store<i32>(starts + 4 * c, 2 * (first - left));
    writeTaps(weights + 2 * c * taps, taps, first, center, half);
  }
  for (let r = 0; r < rows; r++) {
    const center = originY + (<f32>r + 0.5) * step;
    tentRow(src, srcStride, srcHeight, from, to, left, center, half, taps, lines, row);
    const first = load<i16>(row + 2 * (from - left));
    for (let x = left; x < from; x++) store<i16>(row + 2 * (x - left), first);
    const last = load<i16>(row + 2 * (to - 1 - left));
    for (let x = to; x < right; x++) store<i16>(row + 2 * (x - left), last);
    const out = dst + 4 * r * cols;
    for (let c = 0; c < cols; c++) {
      const at = row + load<i32>(starts + 4 * c);
      const weight = weights + 2 * c * taps;
      let sums = i32x4.dot_i16x8_s(v128.load(at), v128.load(weight));
      for (let k = 8; k < taps; k += 8) {
        sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load(at + 2 * k), v128.load(weight + 2 * k)));
      }
      sums = i32x4.add(sums, i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
      const total = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
      store<f32>(out + 4 * c, <f32>total * (<f32>1 / <f32>(1 << (TAP_BITS + ROW_BITS))));
    }
  }
}

/**
 * The vertical pass: pixels `from` up to `to` of the rows round `center`, weighted by a tent, as 8.7 fixed point.
 * `lines`: scratch for the address and weight of up to `taps` rows, 8 bytes each.
 */
function tentRow(
  src: usize,
  srcStride: i32,
  srcHeight: i32,
  from: i32,
  to: i32,
  left: i32,
  center: f32,
  half: f32,
  taps: i32,
  lines: usize,
  row: usize,
): void {
  const first = <i32>Math.floor(center - half);
  let sum: f32 = 0;
  for (let k = 0; k < taps; k++) sum += max<f32>(0, 1 - abs<f32>(<f32>(first + k) + 0.5 - center) / half);
  const unit = <f32>(1 << 8) / sum;
  let total: i32 = 0; // weights so far, in 1/256: rounding the running sum makes them add up to 256 exactly
  let exact: f32 = 0;
  let end = lines;
  for (let k = 0; k < taps; k++) {
    exact += max<f32>(0, 1 - abs<f32>(<f32>(first + k) + 0.5 - center) / half) * unit;
    const weight = <i32>(exact + 0.5) - total;
    total += weight;
    if (weight == 0) continue;
    store<u32>(end, <u32>(src + srcStride * min(max(first + k, 0), srcHeight - 1)));
    store<i32>(end, weight, 4);
    end += 8;
  }
  // 8.8 unsigned while adding, then 8.7, which is positive as signed 16 bits too.
  let x = from;
  for (; x <= to - 16; x += 16) {
    let low = i16x8.splat(0);
    let high = i16x8.splat(0);
    for (let line = lines; line < end; line += 8) {
      const pixels = v128.load(<usize>load<u32>(line) + x);
      const weight = v128.load_splat<u16>(line + 4);
      low = i16x8.add(low, i16x8.mul(i16x8.extend_low_i8x16_u(pixels), weight));
      high = i16x8.add(high, i16x8.mul(i16x8.extend_high_i8x16_u(pixels), weight));
    }
    v128.store(row + 2 * (x - left), i16x8.shr_u(low, 1));
    v128.store(row + 2 * (x - left), i16x8.shr_u(high, 1), 16);
  }
  for (; x < to; x++) {
    let value: i32 = 0;
    for (let line = lines; line < end; line += 8) {
      value += <i32>load<u8>(<usize>load<u32>(line) + x) * load<i32>(line, 4);
    }
    store<u16>(row + 2 * (x - left), <u16>(value >> 1));
  }
}

/** Means and variances of 2 x 2 cells: `cols` x `rows` f32 (cols a multiple of 8, rows even) to two planes of half size. */
export function gridHalve(src: usize, cols: i32, rows: i32, mean: usize, variance: usize): void {
  const quarter = f32x4.splat(0.25);
  for (let y = 0; y < rows; y += 2) {
    for (let x = 0; x < cols; x += 8) {
      const a = v128.load(src);
      const b = v128.load(src, 16);
      const c = v128.load(src + 4 * cols);
      const d = v128.load(src + 4 * cols, 16);
      const nw = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
      const ne = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
      const sw = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
      const se = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
      const m = f32x4.mul(f32x4.add(f32x4.add(nw, ne), f32x4.add(sw, se)), quarter);
      const e = f32x4.sub(nw, m);
      const f = f32x4.sub(ne, m);
      const g = f32x4.sub(sw, m);
      const h = f32x4.sub(se, m);
      const squares = f32x4.add(
        f32x4.add(f32x4.mul(e, e), f32x4.mul(f, f)),
        f32x4.add(f32x4.mul(g, g), f32x4.mul(h, h)),
      );
      v128.store(mean, m);
      v128.store(variance, f32x4.mul(squares, quarter));
      mean += 16;
      variance += 16;
      src += 32;
    }
    src += 4 * cols;
  }
}

/** Scratch bytes that `gridApply` needs for a plane of this width. */
export function gridApplyScratch(width: i32): i32 {
  // Of each pixel: the place of its left cell, its weights (two pairs of i16) and two expanded rows of gain and offset.
  return 20 * (width + 16) + 16;
}

/** Two pixels: (gain, offset) of two cells each, weighed. `cells` as they lie in memory, `weights` in pairs. */
function weigh(cells: v128, weights: usize): v128 {
  // (gain, offset) of two cells to (gain, gain), (offset, offset): what the dot product takes in pairs.
  const pairs = v128.shuffle<i16>(cells, cells, 0, 2, 1, 3, 4, 6, 5, 7);
  return i32x4.shr_s(i32x4.dot_i16x8_s(pairs, v128.load(weights)), TAP_BITS);
}

/** One grid row of (gain, offset) pairs, interpolated to the pixels of a picture row: 8 gains, 8 offsets, and so on. */
function expandRow(cells: usize, starts: usize, weights: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i += 8) {
    let a = v128.load64_zero(cells + load<i32>(starts));
    let b = v128.load64_zero(cells + load<i32>(starts, 8));
    let c = v128.load64_zero(cells + load<i32>(starts, 16));
    let d = v128.load64_zero(cells + load<i32>(starts, 24));
    a = v128.load_lane<u64>(cells + load<i32>(starts, 4), a, 1);
    b = v128.load_lane<u64>(cells + load<i32>(starts, 12), b, 1);
    c = v128.load_lane<u64>(cells + load<i32>(starts, 20), c, 1);
    d = v128.load_lane<u64>(cells + load<i32>(starts, 28), d, 1);
    const low = i16x8.narrow_i32x4_s(weigh(a, weights), weigh(b, weights + 16));
    const high = i16x8.narrow_i32x4_s(weigh(c, weights + 32), weigh(d, weights + 48));
    v128.store(out, v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14));
    v128.store(out, v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15), 16);
    starts += 32;
    weights += 64;
    out += 32;
  }
}

/**
 * Corrects a plane of bytes in place: v += gain·(v − center) + offset, rounded and clamped, with gain and offset
 * interpolated bilinearly from the grid. `fields` holds `cols` x `rows` (at least 2 x 2) pairs of i16: gain in 1/32768,
 * offset in 1/128. Only pixels under the grid are visited; where all four cells are zero, the byte stays as it is.
 */
export function gridApply(
  plane: usize,
  stride: i32,
  width: i32,
  height: i32,
  originX: f32,
  originY: f32,
  step: f32,
  fields: usize,
  cols: i32,
  rows: i32,
  center: i32,
  scratch: usize,
): void {
  const x0 = max(0, <i32>Math.floor(originX));
  const x1 = min(width, <i32>Math.ceil(originX + step * <f32>cols));
  const y0 = max(0, <i32>Math.floor(originY));
  const y1 = min(height, <i32>Math.ceil(originY + step * <f32>rows));
  const count = x1 - x0;
  if (count <= 0) return;
  const padded = (count + 7) & ~7;
  const tail = scratch;
  const starts = scratch + 16;
  const weights = starts + 4 * padded;
  let above = weights + 8 * padded;
  let below = above + 4 * padded;
  for (let i = 0; i < padded; i++) {
    const x = min<f32>(max<f32>((<f32>(x0 + i) + 0.5 - originX) / step - 0.5, 0), <f32>(cols - 1));
    const cell = min(<i32>x, cols - 2);
    const fraction = <i32>((x - <f32>cell) * <f32>(1 << TAP_BITS) + 0.5);
    store<i32>(starts + 4 * i, 4 * cell);
    const pair = ((1 << TAP_BITS) - fraction) | (fraction << 16);
    store<i32>(weights + 8 * i, pair);
    store<i32>(weights + 8 * i, pair, 4);
  }
  let expanded = -2; // the grid row that `above` holds; `below` holds the next one
  const zero = i16x8.splat(<i16>center);
  const round = i16x8.splat(64);
  for (let y = y0; y < y1; y++) {
    const v = min<f32>(max<f32>((<f32>y + 0.5 - originY) / step - 0.5, 0), <f32>(rows - 1));
    const cell = min(<i32>v, rows - 2);
    if (cell != expanded) {
      if (cell == expanded + 1) {
        const swap = above;
        above = below;
        below = swap;
      } else {
        expandRow(fields + 4 * cols * cell, starts, weights, padded, above);
      }
      expandRow(fields + 4 * cols * (cell + 1), starts, weights, padded, below);
      expanded = cell;
    }
    const fraction = i16x8.splat(<i16>min(<i32>((v - <f32>cell) * 32768 + 0.5), 32767));
    const line = plane + stride * y + x0;
    let i = 0;
    for (; i < count; i += 8) {
      let gain = v128.load(above + 4 * i);
      let offset = v128.load(above + 4 * i, 16);
      const lowerGain = v128.load(below + 4 * i);
      const lowerOffset = v128.load(below + 4 * i, 16);
      if (!v128.any_true(v128.or(v128.or(gain, offset), v128.or(lowerGain, lowerOffset)))) continue;
      gain = i16x8.add(gain, i16x8.q15mulr_sat_s(i16x8.sub_sat_s(lowerGain, gain), fraction));
      offset = i16x8.add(offset, i16x8.q15mulr_sat_s(i16x8.sub_sat_s(lowerOffset, offset), fraction));
      // The last pixels of a row by way of a full vector in scratch: nothing beyond the row is written.
      const whole = i + 8 <= count;
      if (!whole) memory.copy(tail, line + i, count - i);
      const from = whole ? line + i : tail;
      const bytes = v128.load8x8_u(from);
      const scaled = i16x8.shl(i16x8.sub(bytes, zero), 7);
      const change = i16x8.add_sat_s(i16x8.add_sat_s(i16x8.q15mulr_sat_s(scaled, gain), offset), round);
      const sum = i16x8.add(bytes, i16x8.shr_s(change, 7));
      v128.store64_lane(from, i8x16.narrow_i16x8_u(sum, sum), 0);
      if (!whole) memory.copy(line + i, tail, count - i);
    }
  }
}
