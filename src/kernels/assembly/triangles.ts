// Draws textured triangles one over the other, in the order given. A pixel belongs to a triangle when its centre lies
// within (on a left or upper edge counts): triangles that share an edge leave no gap and draw no pixel twice. Textures are
// mapped affinely and sampled bilinearly; beyond its border a texture repeats its last pixel. One idea for two kinds of
// pixels, RGBA and single bytes, which share the set-up of a triangle; hence the length.
import { storeSome } from './some-bytes';

// Texture positions within a row are fixed point with 16 fractional bits, weights likewise.
const ONE: f32 = 65536;
const NEARLY_ONE: i64 = 65520;

/** Set by `setUp`: rows, edges and gradients of one triangle. */
let firstRow: i32 = 0;
let endRow: i32 = 0;
let topX: f32 = 0;
let topY: f32 = 0;
let middleX: f32 = 0;
let middleY: f32 = 0;
/** Columns a row along its edges: from top to bottom, from top to middle, from middle to bottom. */
let longSlope: f32 = 0;
let upperSlope: f32 = 0;
let lowerSlope: f32 = 0;
/** Texture position and weight: (u, v, w, 0) at the picture's origin, and its steps along rows and columns. */
let origin: v128 = f32x4.splat(0);
let across: v128 = f32x4.splat(0);
let down: v128 = f32x4.splat(0);
/** Steps along a row in fixed point. */
let uStep: i32 = 0;
let vStep: i32 = 0;
let wStep: i32 = 0;
/** Whether a weight of its corners is not 1. */
let hasWeights: bool = false;

/** Set by `spansOf`, for four rows at once: what `nextSpan` takes off lane by lane. */
let firstColumns: v128 = i32x4.splat(0);
let endColumns: v128 = i32x4.splat(0);
let uStarts: v128 = i32x4.splat(0);
let vStarts: v128 = i32x4.splat(0);
let wStarts: v128 = i32x4.splat(0);

/** Set by `nextSpan`: columns of one row of it, and what lies at the first of them, in fixed point. */
let firstColumn: i32 = 0;
let endColumn: i32 = 0;
let uAt: i32 = 0;
let vAt: i32 = 0;
let wAt: i32 = 0;
/** Whether the row leaves the texture, or a weight is not 1: then every pixel is looked at. */
let leaves: bool = false;
let fades: bool = false;

/** Prepares a triangle; false if it covers no row of 0..height, or has no area. */
function setUp(a: usize, b: usize, c: usize, sa: usize, sb: usize, sc: usize, height: i32): bool {
  const ax = load<f32>(a);
  const ay = load<f32>(a, 4);
  const bx = load<f32>(b) - ax;
  const by = load<f32>(b, 4) - ay;
  const cx = load<f32>(c) - ax;
  const cy = load<f32>(c, 4) - ay;
  const area = bx * cy - cx * by;
  if (!(abs<f32>(area) > 1e-6)) return false;
  const scale: f32 = 1 / area;
  // Both edges of the source at once; the third lanes hold the weight, the fourth nothing.
  const first = three(sa);
  const b1 = f32x4.sub(three(sb), first);
  const c1 = f32x4.sub(three(sc), first);
  across = f32x4.mul(f32x4.sub(f32x4.mul(b1, f32x4.splat(cy)), f32x4.mul(c1, f32x4.splat(by))), f32x4.splat(scale));
  down = f32x4.mul(f32x4.sub(f32x4.mul(c1, f32x4.splat(bx)), f32x4.mul(b1, f32x4.splat(cx))), f32x4.splat(scale));
  origin = f32x4.sub(first, f32x4.add(f32x4.mul(across, f32x4.splat(ax)), f32x4.mul(down, f32x4.splat(ay))));
  origin = f32x4.sub(origin, f32x4(0.5, 0.5, 0, 0));
  const step = fixed(across);
  uStep = i32x4.extract_lane(step, 0);
  vStep = i32x4.extract_lane(step, 1);
  wStep = i32x4.extract_lane(step, 2);
  hasWeights = load<f32>(sa, 8) != 1 || load<f32>(sb, 8) != 1 || load<f32>(sc, 8) != 1;

  // By height, so that an edge is computed alike from both of its triangles.
  let top = a;
  let middle = b;
  let bottom = c;
  if (isAbove(middle, top)) {
    const other = top;
    top = middle;
    middle = other;
  }
  if (isAbove(bottom, middle)) {
    const other = middle;
    middle = bottom;
    bottom = other;
    if (isAbove(middle, top)) {
      const upper = top;
      top = middle;
      middle = upper;
    }
  }
  topX = load<f32>(top);
  topY = load<f32>(top, 4);
  middleX = load<f32>(middle);
  middleY = load<f32>(middle, 4);
  const bottomX = load<f32>(bottom);
  const bottomY = load<f32>(bottom, 4);
  longSlope = (bottomX - topX) / (bottomY - topY);
  upperSlope = (middleX - topX) / (middleY - topY);
  lowerSlope = (bottomX - middleX) / (bottomY - middleY);
  const rows = pixelsFrom(f32x4.replace_lane(f32x4.splat(topY), 1, bottomY));
  firstRow = max(0, i32x4.extract_lane(rows, 0));
  endRow = min(height, i32x4.extract_lane(rows, 1));
  fades = false;
  return firstRow < endRow;
}

/** Three floats and a zero. */
function three(at: usize): v128 {
  return f32x4.replace_lane(v128.load64_zero(at), 2, load<f32>(at, 8));
}

/** The first pixels whose centres are not before `x`; far off, any that are as far off the picture. */
function pixelsFrom(x: v128): v128 {
  const near = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-1)), f32x4.splat(65536));
  return i32x4.trunc_sat_f32x4_s(f32x4.ceil(f32x4.sub(near, f32x4.splat(0.5))));
}

/** As fixed point; beyond 8191 pixels it is as good as there. */
function fixed(x: v128): v128 {
  const near = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-8191)), f32x4.splat(8191));
  return i32x4.trunc_sat_f32x4_s(f32x4.mul(near, f32x4.splat(ONE)));
}

function isAbove(p: usize, q: usize): bool {
  const py = load<f32>(p, 4);
  const qy = load<f32>(q, 4);
  return py < qy || (py == qy && load<f32>(p) < load<f32>(q));
}

/** The spans of four rows. */
function spansOf(row: i32, width: i32): void {
  const y = f32x4.add(f32x4.splat(<f32>row), f32x4(0.5, 1.5, 2.5, 3.5));
  const below = f32x4.sub(y, f32x4.splat(topY));
  const long = f32x4.add(f32x4.splat(topX), f32x4.mul(below, f32x4.splat(longSlope)));
  const upper = f32x4.add(f32x4.splat(topX), f32x4.mul(below, f32x4.splat(upperSlope)));
  const past = f32x4.sub(y, f32x4.splat(middleY));
  const lower = f32x4.add(f32x4.splat(middleX), f32x4.mul(past, f32x4.splat(lowerSlope)));
  const short = v128.bitselect(upper, lower, f32x4.lt(y, f32x4.splat(middleY)));
  firstColumns = i32x4.max_s(i32x4.splat(0), pixelsFrom(f32x4.pmin(long, short)));
  endColumns = i32x4.min_s(i32x4.splat(width), pixelsFrom(f32x4.pmax(long, short)));
  const x = f32x4.add(f32x4.convert_i32x4_s(firstColumns), f32x4.splat(0.5));
  uStarts = fixed(
    positions(f32x4.extract_lane(origin, 0), f32x4.extract_lane(across, 0), f32x4.extract_lane(down, 0), x, y),
  );
  vStarts = fixed(
    positions(f32x4.extract_lane(origin, 1), f32x4.extract_lane(across, 1), f32x4.extract_lane(down, 1), x, y),
  );
  if (!hasWeights) return;
  wStarts = fixed(
    positions(f32x4.extract_lane(origin, 2), f32x4.extract_lane(across, 2), f32x4.extract_lane(down, 2), x, y),
  );
}

function positions(start: f32, right: f32, lower: f32, x: v128, y: v128): v128 {
  return f32x4.add(f32x4.splat(start), f32x4.add(f32x4.mul(f32x4.splat(right), x), f32x4.mul(f32x4.splat(lower), y)));
}

/** Takes the span of the next row. */
function nextSpan(farU: i32, farV: i32): void {
  firstColumn = i32x4.extract_lane(firstColumns, 0);
  endColumn = i32x4.extract_lane(endColumns, 0);
  uAt = i32x4.extract_lane(uStarts, 0);
  vAt = i32x4.extract_lane(vStarts, 0);
  wAt = i32x4.extract_lane(wStarts, 0);
  firstColumns = v128.shuffle<i32>(firstColumns, firstColumns, 1, 2, 3, 0);
  endColumns = v128.shuffle<i32>(endColumns, endColumns, 1, 2, 3, 0);
  uStarts = v128.shuffle<i32>(uStarts, uStarts, 1, 2, 3, 0);
  vStarts = v128.shuffle<i32>(vStarts, vStarts, 1, 2, 3, 0);
  wStarts = v128.shuffle<i32>(wStarts, wStarts, 1, 2, 3, 0);
  if (firstColumn >= endColumn) return;
  // A sliver's positions run away: in 64 bits, so that none of them passes for one within the texture.
  const last: i64 = endColumn - firstColumn - 1;
  const uEnd = <i64>uAt + last * <i64>uStep;
  const vEnd = <i64>vAt + last * <i64>vStep;
  leaves = !isWithin(uAt, uEnd, farU) || !isWithin(vAt, vEnd, farV);
  if (!hasWeights) return;
  fades = wAt < NEARLY_ONE || <i64>wAt + last * <i64>wStep < NEARLY_ONE;
}

function isWithin(from: i64, to: i64, far: i64): bool {
  return min<i64>(from, to) >= 0 && max<i64>(from, to) <= far;
}

function between(x: i32, far: i32): i32 {
  return max(0, min(far, x));
}

/**
 * Draws `count` triangles into `out`, `width` x `height` pixels of RGBA. `triangles`: three u16 vertex numbers each.
 * `points`: (x, y, anything) f32 of each vertex in pixels of `out`. `source`: (u, v, weight) f32 of each vertex, in pixels
 * of the texture (RGBA, at least 2 x 2) and 0 to 1; the weight multiplies alpha. Nothing is blended: the last one wins.
 */
export function drawTriangles(
  triangles: usize,
  count: i32,
  points: usize,
  source: usize,
  texture: usize,
  textureWidth: i32,
  textureHeight: i32,
  out: usize,
  width: i32,
  height: i32,
): void {
  const farU = ((textureWidth - 1) << 16) - 1;
  const farV = ((textureHeight - 1) << 16) - 1;
  const stride: usize = textureWidth << 2;
  for (let i = 0; i < count; i++, triangles += 6) {
    const a: usize = 12 * load<u16>(triangles);
    const b: usize = 12 * load<u16>(triangles, 2);
    const c: usize = 12 * load<u16>(triangles, 4);
    if (!setUp(points + a, points + b, points + c, source + a, source + b, source + c, height)) continue;
    for (let row = firstRow; row < endRow; row++) {
      if (((row - firstRow) & 3) == 0) spansOf(row, width);
      nextSpan(farU, farV);
      const to: usize = out + ((row * width) << 2);
      if (leaves) clampSpan(to, texture, stride, farU, farV);
      else colourSpan(to, texture, stride);
      if (fades) fadeAlpha(to);
    }
  }
}

/** A texel at a place in fixed point, its four bytes in the lowest lanes. */
function texelAt(texture: usize, stride: usize, u: i32, v: i32): v128 {
  const at: usize = texture + <usize>(v >> 16) * stride + ((<usize>(u >> 16)) << 2);
  // Two texels side by side in each vector: first down, then across.
  const first = v128.load8x8_u(at);
  const second = v128.load8x8_u(at + stride);
  const fv = i16x8.splat(<i16>((v & 0xffff) >> 1));
  const fu = i16x8.splat(<i16>((u & 0xffff) >> 1));
  const pair = i16x8.add(first, i16x8.q15mulr_sat_s(i16x8.sub(second, first), fv));
  const other = v128.shuffle<i64>(pair, pair, 1, 1);
  const texel = i16x8.add(pair, i16x8.q15mulr_sat_s(i16x8.sub(other, pair), fu));
  return i8x16.narrow_i16x8_u(texel, texel);
}

/** One row of RGBA within the texture. */
function colourSpan(out: usize, texture: usize, stride: usize): void {
  let u = uAt;
  let v = vAt;
  const right = uStep;
  const lower = vStep;
  const end = out + ((<usize>endColumn) << 2);
  for (let to = out + ((<usize>firstColumn) << 2); to < end; to += 4, u += right, v += lower) {
    v128.store32_lane(to, texelAt(texture, stride, u, v), 0);
  }
}

/** One row of RGBA that leaves the texture. */
function clampSpan(out: usize, texture: usize, stride: usize, farU: i32, farV: i32): void {
  let u = uAt;
  let v = vAt;
  for (let column = firstColumn; column < endColumn; column++, u += uStep, v += vStep) {
    v128.store32_lane(out + (column << 2), texelAt(texture, stride, between(u, farU), between(v, farV)), 0);
  }
}

/** Multiplies the alpha of a row that was drawn by its weights. */
function fadeAlpha(out: usize): void {
  let w = wAt;
  for (let column = firstColumn; column < endColumn; column++, w += wStep) {
    const to = out + (column << 2);
    store<u8>(to, (<i32>load<u8>(to, 3) * between(w, 65536) + 32768) >> 16, 3);
  }
}

/** As `drawTriangles`, with one byte a pixel in texture and `out`; the weight multiplies it. */
export function drawTrianglesU8(
  triangles: usize,
  count: i32,
  points: usize,
  source: usize,
  texture: usize,
  textureWidth: i32,
  textureHeight: i32,
  out: usize,
  width: i32,
  height: i32,
): void {
  const farU = ((textureWidth - 1) << 16) - 1;
  const farV = ((textureHeight - 1) << 16) - 1;
  for (let i = 0; i < count; i++, triangles += 6) {
    const a: usize = 12 * load<u16>(triangles);
    const b: usize = 12 * load<u16>(triangles, 2);
    const c: usize = 12 * load<u16>(triangles, 4);
    if (!setUp(points + a, points + b, points + c, source + a, source + b, source + c, height)) continue;
    for (let row = firstRow; row < endRow; row++) {
      if (((row - firstRow) & 3) == 0) spansOf(row, width);
      nextSpan(farU, farV);
      const to: usize = out + row * width;
      if (fades) fadeSpan(to, texture, textureWidth, farU, farV);
      else drawSpan(to, texture, textureWidth, farU, farV);
    }
  }
}

/** One row of bytes, four pixels at a time. */
function drawSpan(out: usize, texture: usize, stride: i32, farU: i32, farV: i32): void {
  const lanes = i32x4(0, 1, 2, 3);
  const fraction = i32x4.splat(0xffff);
  let u = i32x4.add(i32x4.splat(uAt), i32x4.mul(lanes, i32x4.splat(uStep)));
  let v = i32x4.add(i32x4.splat(vAt), i32x4.mul(lanes, i32x4.splat(vStep)));
  const stepU = i32x4.splat(uStep << 2);
  const stepV = i32x4.splat(vStep << 2);
  for (let column = firstColumn; column < endColumn; column += 4) {
    const left = endColumn - column;
    let atU = u;
    let atV = v;
    if (leaves || left < 4) {
      // Lanes beyond the end are not stored, but their texels are read.
      atU = i32x4.min_s(i32x4.max_s(u, i32x4.splat(0)), i32x4.splat(farU));
      atV = i32x4.min_s(i32x4.max_s(v, i32x4.splat(0)), i32x4.splat(farV));
    }
    const at = i32x4.add(
      i32x4.add(i32x4.splat(<i32>texture), i32x4.shr_s(atU, 16)),
      i32x4.mul(i32x4.shr_s(atV, 16), i32x4.splat(stride)),
    );
    const a = <usize>i32x4.extract_lane(at, 0);
    const b = <usize>i32x4.extract_lane(at, 1);
    const c = <usize>i32x4.extract_lane(at, 2);
    const d = <usize>i32x4.extract_lane(at, 3);
    // Two texels side by side for each pixel, in 128ths of a level: first down, then across.
    const first = wide(pair(a, b, c, d));
    const second = wide(pair(a + stride, b + stride, c + stride, d + stride));
    const fv = i32x4.shr_u(v128.and(atV, fraction), 1);
    const mixed = i16x8.add(first, i16x8.q15mulr_sat_s(i16x8.sub(second, first), v128.or(fv, i32x4.shl(fv, 16))));
    const fu = i32x4.shr_u(v128.and(atU, fraction), 1);
    const other = i32x4.shr_s(mixed, 16);
    const value = i16x8.add(mixed, i16x8.q15mulr_sat_s(i16x8.sub(other, mixed), fu));
    const levels = i32x4.shr_s(i32x4.shl(i16x8.shr_u(i16x8.add(value, i16x8.splat(64)), 7), 16), 16);
    const words = i16x8.narrow_i32x4_s(levels, levels);
    const bytes = i8x16.narrow_i16x8_u(words, words);
    if (left >= 4) v128.store32_lane(out + column, bytes, 0);
    else storeSome(out + column, i64x2.extract_lane(bytes, 0), left);
    u = i32x4.add(u, stepU);
    v = i32x4.add(v, stepV);
  }
}

/** The pairs of bytes at four addresses. */
function pair(a: usize, b: usize, c: usize, d: usize): v128 {
  let bytes = v128.load16_lane(a, i32x4.splat(0), 0);
  bytes = v128.load16_lane(b, bytes, 1);
  bytes = v128.load16_lane(c, bytes, 2);
  return v128.load16_lane(d, bytes, 3);
}

function wide(bytes: v128): v128 {
  return i16x8.shl(i16x8.extend_low_i8x16_u(bytes), 7);
}

/** One row of bytes whose weights are not 1. */
function fadeSpan(out: usize, texture: usize, stride: i32, farU: i32, farV: i32): void {
  for (let column = firstColumn; column < endColumn; column++) {
    const u = leaves ? between(uAt, farU) : uAt;
    const v = leaves ? between(vAt, farV) : vAt;
    const at: usize = texture + (v >> 16) * stride + (u >> 16);
    const fu = (u >> 8) & 0xff;
    const fv = (v >> 8) & 0xff;
    const one = <i32>load<u8>(at) * (256 - fu) + <i32>load<u8>(at, 1) * fu;
    const two = <i32>load<u8>(at + stride) * (256 - fu) + <i32>load<u8>(at + stride, 1) * fu;
    const value = (one * (256 - fv) + two * fv + 32768) >> 16;
    store<u8>(out + column, (value * between(wAt, 65536) + 32768) >> 16);
    uAt += uStep;
    vAt += vStep;
    wAt += wStep;
  }
}

/** Divides a sum of four bytes into their mean, 0 to 1. */
const MEAN: f32 = 1.0 / 1020.0;

/**
 * Means of 2x2 pixels of an RGBA picture of 2 `side` pixels square, as four planes of `side` x `side` floats, 0 to 1. The
 * side is even.
 */
export function halveToPlanes(picture: usize, side: i32, planes: usize): void {
  const row: usize = side << 3;
  const plane: usize = (side * side) << 2;
  const mean = f32x4.splat(MEAN);
  for (let y = 0; y < side; y++, picture += row) {
    for (let x = 0; x < side; x += 2, picture += 16, planes += 8) {
      const upper = v128.load(picture);
      const lower = v128.load(picture + row);
      const left = i16x8.add(i16x8.extend_low_i8x16_u(upper), i16x8.extend_low_i8x16_u(lower));
      const right = i16x8.add(i16x8.extend_high_i8x16_u(upper), i16x8.extend_high_i8x16_u(lower));
      // Each holds two pixels side by side: their halves are added, which leaves two of the result.
      const sums = i16x8.add(v128.shuffle<i64>(left, right, 0, 2), v128.shuffle<i64>(left, right, 1, 3));
      const first = f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(sums)), mean);
      const second = f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(sums)), mean);
      const redGreen = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
      const blueAlpha = v128.shuffle<f32>(first, second, 2, 6, 3, 7);
      v128.store64_lane(planes, redGreen, 0);
      v128.store64_lane(planes + plane, redGreen, 1);
      v128.store64_lane(planes + 2 * plane, blueAlpha, 0);
      v128.store64_lane(planes + 3 * plane, blueAlpha, 1);
    }
  }
}
