// Draws textured triangles one over the other, in the order given. A pixel belongs to a triangle when its centre lies
// within (on a left or upper edge counts): triangles that share an edge leave no gap and draw no pixel twice. Textures are
// mapped affinely and sampled bilinearly; beyond its border a texture repeats its last pixel.

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
let bottomX: f32 = 0;
let bottomY: f32 = 0;
let dudx: f32 = 0;
let dudy: f32 = 0;
let u0: f32 = 0;
let dvdx: f32 = 0;
let dvdy: f32 = 0;
let v0: f32 = 0;
let dwdx: f32 = 0;
let dwdy: f32 = 0;
let w0: f32 = 0;

/** Set by `spanOf`: columns of one row of it, and what lies at the first of them, in fixed point. */
let firstColumn: i32 = 0;
let endColumn: i32 = 0;
let uAt: i32 = 0;
let vAt: i32 = 0;
let wAt: i32 = 0;
let uStep: i32 = 0;
let vStep: i32 = 0;
let wStep: i32 = 0;
/** Whether the row leaves the texture, or a weight is not 1: then every pixel is looked at. */
let leaves: bool = false;
let fades: bool = false;

/** The first pixel whose centre is not before `x`; far off, any that is as far off the picture. */
function pixelFrom(x: f32): i32 {
  return <i32>ceil<f32>(max<f32>(-1, min<f32>(x, 65536)) - 0.5);
}

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
  const ub = load<f32>(sb) - load<f32>(sa);
  const uc = load<f32>(sc) - load<f32>(sa);
  dudx = (ub * cy - uc * by) * scale;
  dudy = (uc * bx - ub * cx) * scale;
  u0 = load<f32>(sa) - dudx * ax - dudy * ay;
  const vb = load<f32>(sb, 4) - load<f32>(sa, 4);
  const vc = load<f32>(sc, 4) - load<f32>(sa, 4);
  dvdx = (vb * cy - vc * by) * scale;
  dvdy = (vc * bx - vb * cx) * scale;
  v0 = load<f32>(sa, 4) - dvdx * ax - dvdy * ay;
  const wb = load<f32>(sb, 8) - load<f32>(sa, 8);
  const wc = load<f32>(sc, 8) - load<f32>(sa, 8);
  dwdx = (wb * cy - wc * by) * scale;
  dwdy = (wc * bx - wb * cx) * scale;
  w0 = load<f32>(sa, 8) - dwdx * ax - dwdy * ay;

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
  bottomX = load<f32>(bottom);
  bottomY = load<f32>(bottom, 4);
  firstRow = max(0, pixelFrom(topY));
  endRow = min(height, pixelFrom(bottomY));
  return firstRow < endRow;
}

function isAbove(p: usize, q: usize): bool {
  const py = load<f32>(p, 4);
  const qy = load<f32>(q, 4);
  return py < qy || (py == qy && load<f32>(p) < load<f32>(q));
}

function spanOf(row: i32, width: i32, farU: i32, farV: i32): void {
  const y: f32 = <f32>row + 0.5;
  const long = topX + (y - topY) * ((bottomX - topX) / (bottomY - topY));
  const short =
    y < middleY
      ? topX + (y - topY) * ((middleX - topX) / (middleY - topY))
      : middleX + (y - middleY) * ((bottomX - middleX) / (bottomY - middleY));
  firstColumn = max(0, pixelFrom(min<f32>(long, short)));
  endColumn = min(width, pixelFrom(max<f32>(long, short)));
  const x: f32 = <f32>firstColumn + 0.5;
  uAt = fixed(u0 + dudx * x + dudy * y - 0.5);
  vAt = fixed(v0 + dvdx * x + dvdy * y - 0.5);
  wAt = fixed(w0 + dwdx * x + dwdy * y);
  uStep = fixed(dudx);
  vStep = fixed(dvdx);
  wStep = fixed(dwdx);
  // A sliver's positions run away: in 64 bits, so that none of them passes for one within the texture.
  const last: i64 = endColumn - firstColumn - 1;
  const uEnd = <i64>uAt + last * <i64>uStep;
  const vEnd = <i64>vAt + last * <i64>vStep;
  leaves = !isWithin(uAt, uEnd, farU) || !isWithin(vAt, vEnd, farV);
  fades = wAt < NEARLY_ONE || <i64>wAt + last * <i64>wStep < NEARLY_ONE;
}

function isWithin(from: i64, to: i64, far: i64): bool {
  return min<i64>(from, to) >= 0 && max<i64>(from, to) <= far;
}

/** As fixed point; beyond 8191 pixels it is as good as there. */
function fixed(x: f32): i32 {
  return <i32>(max<f32>(-8191, min<f32>(x, 8191)) * ONE);
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
      spanOf(row, width, farU, farV);
      let to: usize = out + ((row * width + firstColumn) << 2);
      for (let column = firstColumn; column < endColumn; column++, to += 4) {
        const u = leaves ? between(uAt, farU) : uAt;
        const v = leaves ? between(vAt, farV) : vAt;
        const at: usize = texture + <usize>(v >> 16) * stride + ((<usize>(u >> 16)) << 2);
        // Two texels side by side in each vector: first down, then across.
        const first = v128.load8x8_u(at);
        const second = v128.load8x8_u(at + stride);
        const fv = i16x8.splat(<i16>((v & 0xffff) >> 1));
        const fu = i16x8.splat(<i16>((u & 0xffff) >> 1));
        const pair = i16x8.add(first, i16x8.q15mulr_sat_s(i16x8.sub(second, first), fv));
        const other = i8x16.shuffle(pair, pair, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
        const texel = i16x8.add(pair, i16x8.q15mulr_sat_s(i16x8.sub(other, pair), fu));
        v128.store32_lane(to, i8x16.narrow_i16x8_u(texel, texel), 0);
        if (fades) store<u8>(to, (<i32>load<u8>(to, 3) * between(wAt, 65536) + 32768) >> 16, 3);
        uAt += uStep;
        vAt += vStep;
        wAt += wStep;
      }
    }
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
      spanOf(row, width, farU, farV);
      let to: usize = out + row * width + firstColumn;
      for (let column = firstColumn; column < endColumn; column++, to++) {
        const u = leaves ? between(uAt, farU) : uAt;
        const v = leaves ? between(vAt, farV) : vAt;
        const at: usize = texture + (v >> 16) * textureWidth + (u >> 16);
        const fu = (u >> 8) & 0xff;
        const fv = (v >> 8) & 0xff;
        const one = <i32>load<u8>(at) * (256 - fu) + <i32>load<u8>(at, 1) * fu;
        const two = <i32>load<u8>(at + textureWidth) * (256 - fu) + <i32>load<u8>(at + textureWidth, 1) * fu;
        const value = (one * (256 - fv) + two * fv + 32768) >> 16;
        store<u8>(to, fades ? (value * between(wAt, 65536) + 32768) >> 16 : value);
        uAt += uStep;
        vAt += vStep;
        wAt += wStep;
      }
    }
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
