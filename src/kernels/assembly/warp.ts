// Blends a planar RGB float patch with an alpha plane into an I420 frame through an affine map: the way back of crop.ts.
//
// First the patch is packed once: BT.601, multiplied by alpha (so that the colour of transparent pixels never shows), as
// 16-bit integers, with a transparent border. Then every pixel of the frame that looks at the patch takes its four
// neighbours there with two or four loads, interpolates them in 16 bits and lays them over the ground:
//   ground · (1 − alpha) + colour·alpha, in 128ths of a level.
import { loadSome, storeSome } from './some-bytes';
import { clipFrom, clipSpan, clipTo, clipWhere } from './span';

// Positions as fixed point with 16 fractional bits, so that a fraction is a 16-bit lane: a drift of at most 2^-17 pixels a
// step along a row.
const FRACTION_BITS: i32 = 16;
const ONE: f64 = 65536;

// Adding 1.5·2^23 to a float leaves it rounded to a whole number in its low bits, two's complement.
const ROUNDER: f32 = 12582912;

// BT.601, RGB 0..255 to limited range, in 128ths of a level; alpha 0..1 in 32767ths.
const LUMA: f32 = 128.0 / 255.0;
const COLOR: f32 = (128.0 * 112.0) / 255.0;
export const ALPHA_ONE: f32 = 32767;

// Transparent rows and columns round the patch: the taps of every position that reaches it, and one more before for
// positions that drift or are rounded across the edge.
export const BEFORE: i32 = 2;
export const BORDER: i32 = 4;

/** Bytes of working memory for a patch. */
export function warpScratchBytes(patchWidth: i32, patchHeight: i32): i32 {
  return (patchWidth + BORDER) * (patchHeight + BORDER) * 12 + 64;
}

function channel(address: usize, gain: v128, offset: v128): v128 {
  const value = f32x4.add(f32x4.mul(v128.load(address), gain), offset);
  return f32x4.pmin(f32x4.pmax(value, f32x4.splat(0)), f32x4.splat(255));
}

/** A whole number in the low bits of each lane. */
export function rounded(value: v128): v128 {
  return f32x4.add(value, f32x4.splat(ROUNDER));
}

/**
 * Packs four pixels: to `lumaTo` pairs (Y·a, a), to `chromaTo` quadruples (U·a, V·a, a, 0), U and V less their middle.
 */
function packFour(
  patch: usize,
  plane: usize,
  alpha: usize,
  gain: v128,
  offset: v128,
  lumaTo: usize,
  chromaTo: usize,
): void {
  const r = channel(patch, gain, offset);
  const g = channel(patch + plane, gain, offset);
  const b = channel(patch + 2 * plane, gain, offset);
  const a = f32x4.pmin(f32x4.pmax(v128.load(alpha), f32x4.splat(0)), f32x4.splat(1));
  const y = f32x4.add(
    f32x4.add(f32x4.mul(r, f32x4.splat(65.481 * LUMA)), f32x4.mul(g, f32x4.splat(128.553 * LUMA))),
    f32x4.add(f32x4.mul(b, f32x4.splat(24.966 * LUMA)), f32x4.splat(16 * 128)),
  );
  // U = 112·(B − Y')/(255·(1 − Kb)), V likewise with R, where Y' is full-range luma.
  const full = f32x4.add(
    f32x4.mul(r, f32x4.splat(0.299)),
    f32x4.add(f32x4.mul(g, f32x4.splat(0.587)), f32x4.mul(b, f32x4.splat(0.114))),
  );
  const u = f32x4.mul(f32x4.sub(b, full), f32x4.splat(COLOR / 0.886));
  const v = f32x4.mul(f32x4.sub(r, full), f32x4.splat(COLOR / 0.701));

  const low = i32x4.splat(0xffff);
  const alphaBits = rounded(f32x4.mul(a, f32x4.splat(ALPHA_ONE)));
  v128.store(lumaTo, v128.or(i32x4.shl(alphaBits, 16), v128.and(rounded(f32x4.mul(y, a)), low)));
  const uv = v128.or(i32x4.shl(rounded(f32x4.mul(v, a)), 16), v128.and(rounded(f32x4.mul(u, a)), low));
  const a0 = v128.and(alphaBits, low);
  v128.store(chromaTo, v128.shuffle<i32>(uv, a0, 0, 4, 1, 5));
  v128.store(chromaTo, v128.shuffle<i32>(uv, a0, 2, 6, 3, 7), 16);
}

/** Packs the whole patch, at least 4 pixels wide, inside a transparent border. */
function packPatch(
  patch: usize,
  alpha: usize,
  width: i32,
  height: i32,
  scale: f32,
  bias: f32,
  luma: usize,
  chroma: usize,
): void {
  const gain = f32x4.splat(scale);
  const offset = f32x4.splat(bias);
  const plane = (<usize>(width * height)) << 2;
  const across = width + BORDER;
  memory.fill(luma, 0, (BEFORE * across) << 2);
  memory.fill(chroma, 0, (BEFORE * across) << 3);
  for (let row = 0; row < height; row++) {
    const at = (row + BEFORE) * across;
    store<u64>(luma + (at << 2), 0);
    v128.store(chroma + (at << 3), i32x4.splat(0));
    for (let group = 0; group < width; group += 4) {
      // The last group of a row overlaps the one before rather than leave the row.
      const x = min(group, width - 4);
      const from = (row * width + x) << 2;
      const to = at + BEFORE + x;
      packFour(patch + from, plane, alpha + from, gain, offset, luma + (to << 2), chroma + (to << 3));
    }
    const after = at + BEFORE + width;
    store<u64>(luma + (after << 2), 0);
    v128.store(chroma + (after << 3), i32x4.splat(0));
  }
  const end = (height + BEFORE) * across;
  memory.fill(luma + (end << 2), 0, (2 * across) << 2);
  memory.fill(chroma + (end << 3), 0, (2 * across) << 3);
}

/** a + (b − a)·f in 16-bit lanes, f in 32768ths. */
function mix(a: v128, b: v128, f: v128): v128 {
  return i16x8.add(a, i16x8.q15mulr_sat_s(i16x8.sub(b, a), f));
}

/** Two neighbouring luma pairs at each of two addresses, interpolated towards the row below. */
function twoColumns(a0: usize, a1: usize, stride: i32, fy: v128): v128 {
  const upper = v128.load64_lane(a1, v128.load64_zero(a0), 1);
  const lower = v128.load64_lane(a1 + stride, v128.load64_zero(a0 + stride), 1);
  return mix(upper, lower, fy);
}

/** Four pixels (Y·a, a) at positions in fixed point. */
function lumaFour(luma: v128, stride: i32, px: v128, py: v128): v128 {
  const address = i32x4.add(
    i32x4.add(luma, i32x4.mul(i32x4.shr_s(py, FRACTION_BITS), i32x4.splat(stride))),
    i32x4.shl(i32x4.shr_s(px, FRACTION_BITS), 2),
  );
  // 15 bits of fraction, in both 16-bit lanes of a pixel.
  const fx = i16x8.shr_u(px, 1);
  const fy = i16x8.shr_u(py, 1);
  const first = twoColumns(
    i32x4.extract_lane(address, 0),
    i32x4.extract_lane(address, 1),
    stride,
    i8x16.swizzle(fy, i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5)),
  );
  const second = twoColumns(
    i32x4.extract_lane(address, 2),
    i32x4.extract_lane(address, 3),
    stride,
    i8x16.swizzle(fy, i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13)),
  );
  return mix(
    v128.shuffle<i32>(first, second, 0, 2, 4, 6),
    v128.shuffle<i32>(first, second, 1, 3, 5, 7),
    i8x16.swizzle(fx, i8x16(0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9, 12, 13, 12, 13)),
  );
}

/** Two pixels (U·a, V·a, a, 0), as `lumaFour`; `fx` and `fy` hold each pixel's fraction in all of its lanes. */
function chromaTwo(a0: usize, a1: usize, stride: i32, fx: v128, fy: v128): v128 {
  const first = mix(v128.load(a0), v128.load(a0 + stride), v128.shuffle<i64>(fy, fy, 0, 0));
  const second = mix(v128.load(a1), v128.load(a1 + stride), v128.shuffle<i64>(fy, fy, 1, 1));
  return mix(v128.shuffle<i64>(first, second, 0, 2), v128.shuffle<i64>(first, second, 1, 3), fx);
}

/**
 * Blends patch · alpha into the pixels left <= x < right, top <= y < bottom of the frame, which must lie in it, and into
 * the chroma samples that serve them. Patch position = (a(X + ½) + b(Y + ½) + c, d(X + ½) + e(Y + ½) + f).
 *
 * `scratch` is `warpScratchBytes` long; the patch is at least 4 pixels wide and at most 8000 on a side.
 */
export function warpBlend(
  patch: usize,
  alpha: usize,
  patchWidth: i32,
  patchHeight: i32,
  scale: f32,
  bias: f32,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  y: usize,
  u: usize,
  v: usize,
  strideY: i32,
  strideUV: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  scratch: usize,
): void {
  const across = patchWidth + BORDER;
  const luma = scratch;
  const chroma = scratch + ((((across * (patchHeight + BORDER)) << 2) + 15) & ~15);
  packPatch(patch, alpha, patchWidth, patchHeight, scale, bias, luma, chroma);
  blendLuma(luma, patchWidth, patchHeight, a, b, c, d, e, f, y, strideY, left, top, right, bottom);
  blendChroma(chroma, patchWidth, patchHeight, a, b, c, d, e, f, u, v, strideUV, left, top, right, bottom);
}

/** Blends a packed luma patch, pairs (Y·a, a), into a plane: `warpBlend` tells the map and the box. */
export function blendLuma(
  luma: usize,
  patchWidth: i32,
  patchHeight: i32,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  y: usize,
  strideY: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
): void {
  const across = patchWidth + BORDER;
  // A tap position of −1 or of the patch's size sees only border; in the packed patch taps are counted from the border.
  const begin = <f64>(BEFORE - 1);
  const endX = <f64>(patchWidth + BEFORE);
  const endY = <f64>(patchHeight + BEFORE);
  const shift = <f64>BEFORE - 0.5;
  const zero = i32x4.splat(0);
  const lastX = i32x4.splat((patchWidth + BEFORE) << FRACTION_BITS);
  const lastY = i32x4.splat((patchHeight + BEFORE) << FRACTION_BITS);
  const lanes = i32x4(0, 1, 2, 3);
  const lumaBase = i32x4.splat(<i32>luma);
  const half = i16x8.splat(64);

  const stepX = <i32>Math.round(a * ONE);
  const stepY = <i32>Math.round(d * ONE);
  for (let row = top; row < bottom; row++) {
    const startX = a * 0.5 + b * (<f64>row + 0.5) + c + shift;
    const startY = d * 0.5 + e * (<f64>row + 0.5) + f + shift;
    clipSpan(left, right);
    clipWhere(startX, a, begin, endX);
    clipWhere(startY, d, begin, endY);
    const end = clipTo;
    let x = clipFrom;
    let px = i32x4.add(i32x4.splat(<i32>((startX + a * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepX)));
    let py = i32x4.add(i32x4.splat(<i32>((startY + d * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepY)));
    for (; x < end; x += 8) {
      let qx = i32x4.add(px, i32x4.splat(stepX << 2));
      let qy = i32x4.add(py, i32x4.splat(stepY << 2));
      if (end - x < 8) {
        // Lanes beyond the end are not stored, but their taps are read.
        px = i32x4.min_s(i32x4.max_s(px, zero), lastX);
        py = i32x4.min_s(i32x4.max_s(py, zero), lastY);
        qx = i32x4.min_s(i32x4.max_s(qx, zero), lastX);
        qy = i32x4.min_s(i32x4.max_s(qy, zero), lastY);
      }
      const first = lumaFour(lumaBase, across << 2, px, py);
      const second = lumaFour(lumaBase, across << 2, qx, qy);
      px = i32x4.add(qx, i32x4.splat(stepX << 2));
      py = i32x4.add(qy, i32x4.splat(stepY << 2));
      const weight = i16x8.narrow_i32x4_s(i32x4.shr_s(first, 16), i32x4.shr_s(second, 16));
      const color = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.shl(first, 16), 16), i32x4.shr_s(i32x4.shl(second, 16), 16));
      const at = y + row * strideY + x;
      const ground = i16x8.shl(i16x8.extend_low_i8x16_u(i64x2.splat(loadSome(at, end - x))), 7);
      const mixed = i16x8.add(i16x8.sub(ground, i16x8.q15mulr_sat_s(ground, weight)), color);
      const bytes = i16x8.shr_s(i16x8.add(mixed, half), 7);
      storeSome(at, i64x2.extract_lane(i8x16.narrow_i16x8_u(bytes, bytes), 0), end - x);
    }
  }
}

/** Blends a packed chroma patch, quadruples (U·a, V·a, a, 0), into two planes, as `blendLuma`. */
export function blendChroma(
  chroma: usize,
  patchWidth: i32,
  patchHeight: i32,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  u: usize,
  v: usize,
  strideUV: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
): void {
  const across = patchWidth + BORDER;
  const begin = <f64>(BEFORE - 1);
  const endX = <f64>(patchWidth + BEFORE);
  const endY = <f64>(patchHeight + BEFORE);
  const shift = <f64>BEFORE - 0.5;
  const zero = i32x4.splat(0);
  const lastX = i32x4.splat((patchWidth + BEFORE) << FRACTION_BITS);
  const lastY = i32x4.splat((patchHeight + BEFORE) << FRACTION_BITS);
  const lanes = i32x4(0, 1, 2, 3);
  const half = i16x8.splat(64);

  // A chroma sample lies at pixel coordinate (2j + 1, 2k + 1).
  const leftUV = left >> 1;
  const rightUV = (right + 1) >> 1;
  const stepX = <i32>Math.round(2 * a * ONE);
  const stepY = <i32>Math.round(2 * d * ONE);
  const middle = i16x8.splat(128);
  for (let row = top >> 1; row < (bottom + 1) >> 1; row++) {
    const startX = a + b * <f64>(2 * row + 1) + c + shift;
    const startY = d + e * <f64>(2 * row + 1) + f + shift;
    clipSpan(leftUV, rightUV);
    clipWhere(startX, 2 * a, begin, endX);
    clipWhere(startY, 2 * d, begin, endY);
    const end = clipTo;
    let x = clipFrom;
    let px = i32x4.add(i32x4.splat(<i32>((startX + 2 * a * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepX)));
    let py = i32x4.add(i32x4.splat(<i32>((startY + 2 * d * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepY)));
    for (; x < end; x += 4) {
      const qx = i32x4.min_s(i32x4.max_s(px, zero), lastX);
      const qy = i32x4.min_s(i32x4.max_s(py, zero), lastY);
      px = i32x4.add(px, i32x4.splat(stepX << 2));
      py = i32x4.add(py, i32x4.splat(stepY << 2));
      const address = i32x4.add(
        i32x4.splat(<i32>chroma),
        i32x4.shl(
          i32x4.add(i32x4.mul(i32x4.shr_s(qy, FRACTION_BITS), i32x4.splat(across)), i32x4.shr_s(qx, FRACTION_BITS)),
          3,
        ),
      );
      const fx = i16x8.shr_u(qx, 1);
      const fy = i16x8.shr_u(qy, 1);
      const first = chromaTwo(
        i32x4.extract_lane(address, 0),
        i32x4.extract_lane(address, 1),
        across << 3,
        i8x16.swizzle(fx, i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5)),
        i8x16.swizzle(fy, i8x16(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5)),
      );
      const second = chromaTwo(
        i32x4.extract_lane(address, 2),
        i32x4.extract_lane(address, 3),
        across << 3,
        i8x16.swizzle(fx, i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13)),
        i8x16.swizzle(fy, i8x16(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13)),
      );
      // Four U in the low half, four V in the high one; alpha for both.
      const pixels = v128.shuffle<i32>(first, second, 0, 2, 4, 6);
      const color = i8x16.swizzle(pixels, i8x16(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
      const opacity = v128.shuffle<i32>(first, second, 1, 3, 5, 7);
      const weight = i8x16.swizzle(opacity, i8x16(0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13));
      const atU = u + row * strideUV + x;
      const atV = v + row * strideUV + x;
      const count = min(4, end - x);
      const pair = loadFour(atU, count) | (loadFour(atV, count) << 32);
      const ground = i16x8.shl(i16x8.sub(i16x8.extend_low_i8x16_u(i64x2.splat(pair)), middle), 7);
      const mixed = i16x8.add(i16x8.sub(ground, i16x8.q15mulr_sat_s(ground, weight)), color);
      const bytes = i16x8.add(i16x8.shr_s(i16x8.add(mixed, half), 7), middle);
      const packed = i64x2.extract_lane(i8x16.narrow_i16x8_u(bytes, bytes), 0);
      storeFour(atU, <u32>packed, count);
      storeFour(atV, <u32>(packed >>> 32), count);
    }
  }
}

function loadFour(from: usize, count: i32): u64 {
  return count == 4 ? <u64>load<u32>(from) : loadSome(from, count);
}

function storeFour(to: usize, bytes: u32, count: i32): void {
  if (count == 4) store<u32>(to, bytes);
  else storeSome(to, bytes, count);
}
