// Samples an affine view of an I420 frame into a planar RGB float tensor.
//
// Positions are of luma samples ("taps"): tap i lies at pixel coordinate i + ½. A chroma sample lies in the middle of its
// 2x2 pixels (MPEG-1 and JPEG siting), so that chroma tap = luma tap / 2 − ¼. Luma and chroma are each sampled
// bilinearly; RGB is a linear map of the result, clipped to 0..255.
import { clipFrom, clipSpan, clipTo, clipWhere } from './span';

// Positions as fixed point with 18 fractional bits: a drift of at most 2^-19 pixels a step along a row. Pixels beyond the
// farthest that fits take the slow path.
const FRACTION_BITS: i32 = 18;
const ONE: f64 = 262144;
const FARTHEST: f64 = 8190;

// BT.601 limited range, see rgb.ts.
const Y_GAIN: f32 = 1.16438356;
const RED_V: f32 = 1.59602679;
const GREEN_U: f32 = -0.39176229;
const GREEN_V: f32 = -0.81296765;
const BLUE_U: f32 = 2.01723214;

let frameY: usize = 0;
let frameU: usize = 0;
let frameV: usize = 0;
let strideY: i32 = 0;
let strideUV: i32 = 0;
let frameWidth: i32 = 0;
let frameHeight: i32 = 0;

/** A luma tap less black level; outside the picture it is black. */
function lumaTap(x: i32, y: i32): f32 {
  if (x < 0 || y < 0 || x >= frameWidth || y >= frameHeight) return 0;
  return <f32>load<u8>(frameY + y * strideY + x) - 16;
}

/** A chroma tap less its middle; outside the plane the nearest one counts. */
function chromaTap(plane: usize, x: i32, y: i32): f32 {
  const column = max(0, min(((frameWidth + 1) >> 1) - 1, x));
  const row = max(0, min(((frameHeight + 1) >> 1) - 1, y));
  return <f32>load<u8>(plane + row * strideUV + column) - 128;
}

function chromaAt(plane: usize, x: f64, y: f64): f32 {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = <f32>(x - left);
  const fy = <f32>(y - top);
  const column = <i32>left;
  const row = <i32>top;
  const upper = chromaTap(plane, column, row) * (1 - fx) + chromaTap(plane, column + 1, row) * fx;
  const lower = chromaTap(plane, column, row + 1) * (1 - fx) + chromaTap(plane, column + 1, row + 1) * fx;
  return upper + (lower - upper) * fy;
}

/** How much of a unit pixel round tap position `x` lies within 0..size: 1 inside, falling to 0 across the border. */
function coverage(x: f64, size: i32): f32 {
  return <f32>max(0.0, min(1.0, min(x + 1, <f64>size - x)));
}

/** One pixel anywhere, also across the border: the picture is black outside, so colour fades with coverage. */
function samplePixel(x: f64, y: f64, scale: f32, bias: f32, out: usize, plane: usize): void {
  const weight = coverage(x, frameWidth) * coverage(y, frameHeight);
  let r: f32 = 0;
  let g: f32 = 0;
  let b: f32 = 0;
  if (weight > 0) {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const fx = <f32>(x - left);
    const fy = <f32>(y - top);
    const column = <i32>left;
    const row = <i32>top;
    const upper = lumaTap(column, row) * (1 - fx) + lumaTap(column + 1, row) * fx;
    const lower = lumaTap(column, row + 1) * (1 - fx) + lumaTap(column + 1, row + 1) * fx;
    const luma = (upper + (lower - upper) * fy) * Y_GAIN;
    const insideX = max(0.0, min(<f64>(frameWidth - 1), x));
    const insideY = max(0.0, min(<f64>(frameHeight - 1), y));
    const cb = chromaAt(frameU, insideX * 0.5 - 0.25, insideY * 0.5 - 0.25) * weight;
    const cr = chromaAt(frameV, insideX * 0.5 - 0.25, insideY * 0.5 - 0.25) * weight;
    r = max<f32>(0, min<f32>(255, luma + cr * RED_V));
    g = max<f32>(0, min<f32>(255, luma + cb * GREEN_U + cr * GREEN_V));
    b = max<f32>(0, min<f32>(255, luma + cb * BLUE_U));
  }
  store<f32>(out, r * scale + bias);
  store<f32>(out + plane, g * scale + bias);
  store<f32>(out + 2 * plane, b * scale + bias);
}

/** Weights of a bilinear pair as 16-bit lanes (1 − f, f) in 14 bits, from fixed-point positions. */
function pairWeights(position: v128): v128 {
  const f = i32x4.shr_u(v128.and(position, i32x4.splat(0x3ffff)), 4);
  return i32x4.add(i32x4.sub(i32x4.shl(f, 16), f), i32x4.splat(16384));
}

/** The fraction of fixed-point positions as floats 0..1. */
function fraction(position: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.and(position, i32x4.splat(0x3ffff))), f32x4.splat(<f32>(1.0 / ONE)));
}

/** Four bilinear samples of a byte plane, times 2^14, from the addresses of their upper left taps. */
function sampleFour(a0: usize, a1: usize, a2: usize, a3: usize, stride: i32, weights: v128, fy: v128): v128 {
  let taps = v128.load16_lane(a0, i32x4.splat(0), 0);
  taps = v128.load16_lane(a1, taps, 1);
  taps = v128.load16_lane(a2, taps, 2);
  taps = v128.load16_lane(a3, taps, 3);
  taps = v128.load16_lane(a0 + stride, taps, 4);
  taps = v128.load16_lane(a1 + stride, taps, 5);
  taps = v128.load16_lane(a2 + stride, taps, 6);
  taps = v128.load16_lane(a3 + stride, taps, 7);
  const upper = f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(taps), weights));
  const lower = f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(taps), weights));
  return f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), fy));
}

/**
 * Writes [3, height, width] floats to `out`: rgb (0..255) · scale + bias. Output pixel (x, y) looks at picture position
 * (a(x + ½) + b(y + ½) + c, d(x + ½) + e(y + ½) + f).
 */
export function cropToTensor(
  y: usize,
  u: usize,
  v: usize,
  lumaStride: i32,
  chromaStride: i32,
  pictureWidth: i32,
  pictureHeight: i32,
  a: f64,
  b: f64,
  c: f64,
  d: f64,
  e: f64,
  f: f64,
  width: i32,
  height: i32,
  scale: f32,
  bias: f32,
  out: usize,
): void {
  frameY = y;
  frameU = u;
  frameV = v;
  strideY = lumaStride;
  strideUV = chromaStride;
  frameWidth = pictureWidth;
  frameHeight = pictureHeight;
  const plane = (<usize>(width * height)) << 2;

  // Tap positions between which all four luma and all four chroma taps lie in the picture, less a margin for rounding.
  const low = 0.51;
  const highX = min<f64>(FARTHEST, <f64>min(2 * pictureWidth - 2, 4 * ((pictureWidth + 1) >> 1) - 3) * 0.5 - 0.01);
  const highY = min<f64>(FARTHEST, <f64>min(2 * pictureHeight - 2, 4 * ((pictureHeight + 1) >> 1) - 3) * 0.5 - 0.01);

  // The colour matrix with 14 weight bits, offsets, scale and bias folded in.
  const unit = scale / 16384;
  const kY = f32x4.splat(Y_GAIN * unit);
  const kRedV = f32x4.splat(RED_V * unit);
  const kGreenU = f32x4.splat(GREEN_U * unit);
  const kGreenV = f32x4.splat(GREEN_V * unit);
  const kBlueU = f32x4.splat(BLUE_U * unit);
  const black: f32 = -16 * Y_GAIN;
  const offsetRed = f32x4.splat((black - 128 * RED_V) * scale + bias);
  const offsetGreen = f32x4.splat((black - 128 * (GREEN_U + GREEN_V)) * scale + bias);
  const offsetBlue = f32x4.splat((black - 128 * BLUE_U) * scale + bias);
  const lowest = f32x4.splat(min(bias, 255 * scale + bias));
  const highest = f32x4.splat(max(bias, 255 * scale + bias));

  const lanes = i32x4(0, 1, 2, 3);
  const stepX = <i32>Math.round(a * ONE);
  const stepY = <i32>Math.round(d * ONE);
  const lumaRow = i32x4.splat(lumaStride);
  const chromaRow = i32x4.splat(chromaStride);
  const lumaBase = i32x4.splat(<i32>y);
  const chromaBase = i32x4.splat(<i32>u);
  const vFromU = <i32>(v - u);

  for (let row = 0; row < height; row++) {
    const rowX = a * 0.5 + b * (<f64>row + 0.5) + c - 0.5;
    const rowY = d * 0.5 + e * (<f64>row + 0.5) + f - 0.5;
    let to = out + ((row * width) << 2);

    clipSpan(0, width);
    clipWhere(rowX, a, low, highX);
    clipWhere(rowY, d, low, highY);
    const fast = clipFrom;
    const fastEnd = fast + ((clipTo - fast) & ~3);

    let x = 0;
    for (; x < fast; x++, to += 4) samplePixel(rowX + a * x, rowY + d * x, scale, bias, to, plane);

    let px = i32x4.add(i32x4.splat(<i32>((rowX + a * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepX)));
    let py = i32x4.add(i32x4.splat(<i32>((rowY + d * x) * ONE)), i32x4.mul(lanes, i32x4.splat(stepY)));
    for (; x < fastEnd; x += 4, to += 16) {
      const at = i32x4.add(
        i32x4.add(lumaBase, i32x4.mul(i32x4.shr_s(py, FRACTION_BITS), lumaRow)),
        i32x4.shr_s(px, FRACTION_BITS),
      );
      const luma = f32x4.mul(
        sampleFour(
          i32x4.extract_lane(at, 0),
          i32x4.extract_lane(at, 1),
          i32x4.extract_lane(at, 2),
          i32x4.extract_lane(at, 3),
          lumaStride,
          pairWeights(px),
          fraction(py),
        ),
        kY,
      );

      const cx = i32x4.sub(i32x4.shr_s(px, 1), i32x4.splat(0x10000));
      const cy = i32x4.sub(i32x4.shr_s(py, 1), i32x4.splat(0x10000));
      const chromaAddress = i32x4.add(
        i32x4.add(chromaBase, i32x4.mul(i32x4.shr_s(cy, FRACTION_BITS), chromaRow)),
        i32x4.shr_s(cx, FRACTION_BITS),
      );
      const weights = pairWeights(cx);
      const fy = fraction(cy);
      const u0 = i32x4.extract_lane(chromaAddress, 0);
      const u1 = i32x4.extract_lane(chromaAddress, 1);
      const u2 = i32x4.extract_lane(chromaAddress, 2);
      const u3 = i32x4.extract_lane(chromaAddress, 3);
      const cb = sampleFour(u0, u1, u2, u3, chromaStride, weights, fy);
      const cr = sampleFour(u0 + vFromU, u1 + vFromU, u2 + vFromU, u3 + vFromU, chromaStride, weights, fy);

      const r = f32x4.add(luma, f32x4.add(f32x4.mul(cr, kRedV), offsetRed));
      const g = f32x4.add(luma, f32x4.add(f32x4.mul(cb, kGreenU), f32x4.add(f32x4.mul(cr, kGreenV), offsetGreen)));
      const bl = f32x4.add(luma, f32x4.add(f32x4.mul(cb, kBlueU), offsetBlue));
      v128.store(to, f32x4.pmin(f32x4.pmax(r, lowest), highest));
      v128.store(to + plane, f32x4.pmin(f32x4.pmax(g, lowest), highest));
      v128.store(to + 2 * plane, f32x4.pmin(f32x4.pmax(bl, lowest), highest));
      px = i32x4.add(px, i32x4.splat(stepX << 2));
      py = i32x4.add(py, i32x4.splat(stepY << 2));
    }

    for (; x < width; x++, to += 4) samplePixel(rowX + a * x, rowY + d * x, scale, bias, to, plane);
  }
}
