// BT.709 to BT.601, both in limited range, in place: what a camera of HD matrix gives becomes the working picture. Source:
// ITU-R BT.709-6 and BT.601-7, YCbCr → RGB of the one, RGB → YCbCr of the other; luma codes are 219 to the range, chroma 224.
//   Y' = Y + 0.099312·Cb + 0.191700·Cr
//   Cb' = 0.989854·Cb − 0.110653·Cr        Cr' = −0.072453·Cb + 0.983398·Cr
//
// Fixed point: i16x8.q15mulr_sat_s(a, b) is (a·b + 2^14) >> 15. Chroma, signed, is scaled by 128.

const Y_CB: i32 = 3254;
const Y_CR: i32 = 6282;
const CB_CB: i32 = 32436;
const CB_CR: i32 = -3626;
const CR_CB: i32 = -2374;
const CR_CR: i32 = 32224;

/** a·b in 15 bits, as the vector instruction rounds it. */
function times(a: i32, b: i32): i32 {
  return (a * b + 0x4000) >> 15;
}

function clip(value: i32): u8 {
  return <u8>min(255, max(0, value));
}

/** Of a frame; chroma samples serve 2 x 2 pixels. */
export function bt709ToBt601(
  dstY: usize,
  strideY: i32,
  dstU: usize,
  dstV: usize,
  strideUV: i32,
  width: i32,
  height: i32,
): void {
  const half = i16x8.splat(64);
  for (let y = 0; y < height; y += 2) {
    const lower = y + 1 < height ? dstY + strideY : dstY;
    let x = 0;
    for (; x <= width - 16; x += 16) {
      const atU = dstU + (x >> 1);
      const atV = dstV + (x >> 1);
      const cb = i16x8.shl(i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(atU)), i16x8.splat(128)), 7);
      const cr = i16x8.shl(i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(atV)), i16x8.splat(128)), 7);
      const toY = i16x8.add(mul(cb, Y_CB), mul(cr, Y_CR));
      const delta = i16x8.shr_s(i16x8.add(toY, half), 7);
      const left = i8x16.shuffle(delta, delta, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7);
      const right = i8x16.shuffle(delta, delta, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15);
      addTo(dstY + x, left, right);
      if (lower != dstY) addTo(lower + x, left, right);
      storeChroma(atU, i16x8.add(mul(cb, CB_CB), mul(cr, CB_CR)));
      storeChroma(atV, i16x8.add(mul(cb, CR_CB), mul(cr, CR_CR)));
    }
    for (; x < width; x += 2) {
      const atU = dstU + (x >> 1);
      const atV = dstV + (x >> 1);
      const cb = (<i32>load<u8>(atU) - 128) << 7;
      const cr = (<i32>load<u8>(atV) - 128) << 7;
      const delta = (times(cb, Y_CB) + times(cr, Y_CR) + 64) >> 7;
      const columns = min(2, width - x);
      for (let column = 0; column < columns; column++) {
        const upperAt = dstY + x + column;
        const lowerAt = lower + x + column;
        store<u8>(upperAt, clip(<i32>load<u8>(upperAt) + delta));
        if (lower != dstY) store<u8>(lowerAt, clip(<i32>load<u8>(lowerAt) + delta));
      }
      store<u8>(atU, clip(((times(cb, CB_CB) + times(cr, CB_CR) + 64) >> 7) + 128));
      store<u8>(atV, clip(((times(cb, CR_CB) + times(cr, CR_CR) + 64) >> 7) + 128));
    }
    dstY += 2 * strideY;
    dstU += strideUV;
    dstV += strideUV;
  }
}

function mul(values: v128, gain: i32): v128 {
  return i16x8.q15mulr_sat_s(values, i16x8.splat(<i16>gain));
}

/** Adds 16 signed values to 16 luma bytes. */
function addTo(at: usize, left: v128, right: v128): void {
  const luma = v128.load(at);
  const low = i16x8.add(i16x8.extend_low_i8x16_u(luma), left);
  const high = i16x8.add(i16x8.extend_high_i8x16_u(luma), right);
  v128.store(at, i8x16.narrow_i16x8_u(low, high));
}

/** Eight chroma values, signed and scaled by 128. */
function storeChroma(at: usize, scaled: v128): void {
  const rounded = i16x8.add(i16x8.shr_s(i16x8.add(scaled, i16x8.splat(64)), 7), i16x8.splat(128));
  v128.store64_lane(at, i8x16.narrow_i16x8_u(rounded, rounded), 0);
}
