// The touch-up's arithmetic, cell by cell. Two grids: the fine one holds luma, the coarse one (cells twice as wide)
// everything else. Coarse cells travel in fours ("quads": four f32 side by side) where they are blurred together.
// All counts are multiples of 4. Luma is handled relative to the face's median, which keeps 32-bit sums exact enough.

// Lanes to quads and back: the 4 x 4 transpose of a, b, c, d, one column at a time.
function column0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f64>(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 0, 4, 1, 5), 0, 2);
}
function column1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f64>(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 0, 4, 1, 5), 1, 3);
}
function column2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f64>(v128.shuffle<f32>(a, b, 2, 6, 3, 7), v128.shuffle<f32>(c, d, 2, 6, 3, 7), 0, 2);
}
function column3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f64>(v128.shuffle<f32>(a, b, 2, 6, 3, 7), v128.shuffle<f32>(c, d, 2, 6, 3, 7), 1, 3);
}

/** Writes lanes a, b, c, d as four quads. */
function storeQuads(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(at, column0(a, b, c, d));
  v128.store(at, column1(a, b, c, d), 16);
  v128.store(at, column2(a, b, c, d), 32);
  v128.store(at, column3(a, b, c, d), 48);
}

/** 0 below `low`, 1 above `high`, 3t² − 2t³ between. */
function smoothstep(x: v128, low: f32, high: f32): v128 {
  const t = f32x4.mul(f32x4.sub(x, f32x4.splat(low)), f32x4.splat(1 / (high - low)));
  const u = f32x4.max(f32x4.min(t, f32x4.splat(1)), f32x4.splat(0));
  return f32x4.mul(f32x4.mul(u, u), f32x4.sub(f32x4.splat(3), f32x4.add(u, u)));
}

function oneMinus(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), x);
}

/** Luma that chroma is measured against; 20 keeps the ratio calm where there is hardly any light. */
function chromaBase(luma: v128): v128 {
  return f32x4.add(f32x4.max(f32x4.sub(luma, f32x4.splat(16)), f32x4.splat(0)), f32x4.splat(20));
}

/**
 * How much each cell looks like this face's skin, packed with what is blurred along with it:
 * quads of (oval, features, skin, variance), skin 0 to 1. Chroma counts relative to luma, so that shade stays skin;
 * `ratioU`, `ratioV` are the face's own, the scales one over their spread; darker than `darkest` is hair or a hole.
 */
export function skinLikelihood(
  luma: usize,
  u: usize,
  v: usize,
  variance: usize,
  oval: usize,
  features: usize,
  count: i32,
  ratioU: f32,
  ratioV: f32,
  scaleU: f32,
  scaleV: f32,
  darkest: f32,
  dark: f32,
  out: usize,
): void {
  const neutral = f32x4.splat(128);
  for (let i = 0; i < 4 * count; i += 16) {
    const y = v128.load(luma + i);
    const base = chromaBase(y);
    const du = f32x4.sub(f32x4.div(f32x4.sub(v128.load(u + i), neutral), base), f32x4.splat(ratioU));
    const dv = f32x4.sub(f32x4.div(f32x4.sub(v128.load(v + i), neutral), base), f32x4.splat(ratioV));
    const a = f32x4.mul(du, f32x4.splat(scaleU));
    const b = f32x4.mul(dv, f32x4.splat(scaleV));
    const distance = f32x4.sqrt(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)));
    const skin = f32x4.mul(oneMinus(smoothstep(distance, 3, 6.5)), smoothstep(y, darkest, dark));
    storeQuads(out + 4 * i, v128.load(oval + i), v128.load(features + i), skin, v128.load(variance + i));
  }
}

/**
 * The soft mask and the weights of the filters. `sharp`: quads of `skinLikelihood` blurred a little, `soft`: blurred much.
 * Cells far busier than the face's own skin (hair, beard) fade out: `calm` is one over the skin's own variance.
 * The far cheek of a turned face fades with `fade`: fadeX·column + fadeY·row + fade0 runs from 0 at the nose to 1.
 * Writes `mask` (0 to 1) and quads of (w, w·I, w·I², 0), I being luma − `median`.
 */
export function skinWeights(
  sharp: usize,
  soft: usize,
  luma: usize,
  cols: i32,
  rows: i32,
  median: f32,
  calm: f32,
  fadeX: f32,
  fadeY: f32,
  fade0: f32,
  fade: f32,
  mask: usize,
  weights: usize,
  out: usize,
): void {
  const ramp = f32x4.mul(f32x4(0, 1, 2, 3), f32x4.splat(fadeX));
  let i = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c += 4) {
      const s0 = v128.load(soft + 4 * i);
      const s1 = v128.load(soft + 4 * i, 16);
      const s2 = v128.load(soft + 4 * i, 32);
      const s3 = v128.load(soft + 4 * i, 48);
      const oval = smoothstep(column0(s0, s1, s2, s3), 0.5, 0.98);
      const features = smoothstep(column1(s0, s1, s2, s3), 0.06, 0.3);
      // Running sums leave a little less than nothing behind at times: no root of that.
      const variance = f32x4.max(column3(s0, s1, s2, s3), f32x4.splat(0));
      const busy = f32x4.sqrt(f32x4.mul(variance, f32x4.splat(calm)));
      const skin = column2(
        v128.load(sharp + 4 * i),
        v128.load(sharp + 4 * i, 16),
        v128.load(sharp + 4 * i, 32),
        v128.load(sharp + 4 * i, 48),
      );
      const across = f32x4.add(ramp, f32x4.splat(fadeX * <f32>c + fadeY * <f32>r + fade0));
      const near = oneMinus(f32x4.mul(smoothstep(across, 0.3, 1), f32x4.splat(fade)));
      const place = f32x4.mul(oval, oneMinus(features));
      const m = f32x4.mul(f32x4.mul(place, skin), f32x4.mul(oneMinus(smoothstep(busy, 2.2, 5)), near));
      v128.store(mask + i, m);
      // Never quite zero: where there is no skin at all the filters are plain ones, and nothing divides by zero.
      const w = f32x4.max(f32x4.mul(place, f32x4.mul(skin, skin)), f32x4.splat(1e-4));
      v128.store(weights + i, w);
      const light = f32x4.sub(v128.load(luma + i), f32x4.splat(median));
      const wl = f32x4.mul(w, light);
      storeQuads(out + 4 * i, w, wl, f32x4.mul(wl, light), f32x4.splat(0));
      i += 16;
    }
  }
}

/**
 * The linear model of the weighted guided filter, from blurred quads (w, w·I, w·I², w·x):
 * writes quads (w·a, w·b, w·z, 0), `norm` (the blurred weights) and `mean` (the weighted mean of x).
 * Source: He, Sun, Tang, "Guided image filtering", 2010, eq. 5 and 6 with guide and input the same.
 */
export function guidedModel(
  moments: usize,
  weights: usize,
  z: usize,
  count: i32,
  epsilon: f32,
  norm: usize,
  mean: usize,
  out: usize,
): void {
  for (let i = 0; i < 4 * count; i += 16) {
    const q0 = v128.load(moments + 4 * i);
    const q1 = v128.load(moments + 4 * i, 16);
    const q2 = v128.load(moments + 4 * i, 32);
    const q3 = v128.load(moments + 4 * i, 48);
    const n = column0(q0, q1, q2, q3);
    const unit = f32x4.div(f32x4.splat(1), n);
    const m = f32x4.mul(column1(q0, q1, q2, q3), unit);
    const squares = f32x4.mul(column2(q0, q1, q2, q3), unit);
    const variance = f32x4.max(f32x4.sub(squares, f32x4.mul(m, m)), f32x4.splat(0));
    const a = f32x4.div(variance, f32x4.add(variance, f32x4.splat(epsilon)));
    const b = f32x4.mul(m, oneMinus(a));
    const w = v128.load(weights + i);
    v128.store(norm + i, n);
    v128.store(mean + i, f32x4.mul(column3(q0, q1, q2, q3), unit));
    storeQuads(out + 4 * i, f32x4.mul(w, a), f32x4.mul(w, b), f32x4.mul(w, v128.load(z + i)), f32x4.splat(0));
  }
}

/**
 * The base layer a·x + b from blurred quads (w·a, w·b, w·z, 0) over `norm`; x is `input` − `median`. Writes a, b, the base and
 * `mean`, the weighted mean of z.
 */
export function guidedBase(
  model: usize,
  norm: usize,
  input: usize,
  median: f32,
  count: i32,
  a: usize,
  b: usize,
  base: usize,
  mean: usize,
): void {
  for (let i = 0; i < 4 * count; i += 16) {
    const q0 = v128.load(model + 4 * i);
    const q1 = v128.load(model + 4 * i, 16);
    const q2 = v128.load(model + 4 * i, 32);
    const q3 = v128.load(model + 4 * i, 48);
    const unit = f32x4.div(f32x4.splat(1), v128.load(norm + i));
    const slope = f32x4.mul(column0(q0, q1, q2, q3), unit);
    const shift = f32x4.mul(column1(q0, q1, q2, q3), unit);
    const x = f32x4.sub(v128.load(input + i), f32x4.splat(median));
    v128.store(a + i, slope);
    v128.store(b + i, shift);
    v128.store(base + i, f32x4.add(f32x4.mul(slope, x), shift));
    v128.store(mean + i, f32x4.mul(column2(q0, q1, q2, q3), unit));
  }
}

/**
 * Quads (w, w·B, w·B², w·ratioU) of the second, wider filter, and the plane of ratioV: chroma relative to luma.
 */
export function toneMoments(
  weights: usize,
  base: usize,
  luma: usize,
  u: usize,
  v: usize,
  count: i32,
  ratioV: usize,
  out: usize,
): void {
  const neutral = f32x4.splat(128);
  for (let i = 0; i < 4 * count; i += 16) {
    const w = v128.load(weights + i);
    const b = v128.load(base + i);
    const unit = f32x4.div(f32x4.splat(1), chromaBase(v128.load(luma + i)));
    const wb = f32x4.mul(w, b);
    const ru = f32x4.mul(f32x4.sub(v128.load(u + i), neutral), unit);
    v128.store(ratioV + i, f32x4.mul(f32x4.sub(v128.load(v + i), neutral), unit));
    storeQuads(out + 4 * i, w, wb, f32x4.mul(wb, b), f32x4.mul(w, ru));
  }
}

/**
 * What the fine grid needs of the coarse one: quads (M·p, M·q, M, offset) with M the mask, D = p·S + q the middle band of
 * fine luma S, and `offset` the evening of broad luma blotches: −M·broad·(B − tone), a fifth more where it is dark, a
 * fifth less where it shines. `a`, `b`, `base`: the first filter's; `tone`: the second filter's base.
 */
export function lumaPlan(
  mask: usize,
  a: usize,
  b: usize,
  base: usize,
  tone: usize,
  count: i32,
  median: f32,
  broad: f32,
  out: usize,
): void {
  for (let i = 0; i < 4 * count; i += 16) {
    const m = v128.load(mask + i);
    const p = oneMinus(v128.load(a + i));
    const q = f32x4.neg(f32x4.add(f32x4.mul(p, f32x4.splat(median)), v128.load(b + i)));
    const blotch = f32x4.sub(v128.load(base + i), v128.load(tone + i));
    const dark = f32x4.lt(blotch, f32x4.splat(0));
    const strength = v128.bitselect(f32x4.splat(-1.2 * broad), f32x4.splat(-0.8 * broad), dark);
    const offset = f32x4.mul(f32x4.mul(m, strength), blotch);
    storeQuads(out + 4 * i, f32x4.mul(m, p), f32x4.mul(m, q), m, offset);
  }
}

function toFixed(x: v128, scale: f32): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(x, f32x4.splat(scale))));
}

/** Writes four (gain, offset) pairs for `gridApply`. */
function storePairs(at: usize, gain: v128, offset: v128): void {
  const both = i16x8.narrow_i32x4_s(toFixed(gain, 32768), toFixed(offset, 128));
  v128.store(at, v128.shuffle<i16>(both, both, 0, 4, 1, 5, 2, 6, 3, 7));
}

/** x / (1 + |x| / limit): small changes whole, large ones held back. */
function soften(x: v128, limit: f32): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.abs(x), f32x4.splat(1 / limit))));
}

/**
 * The (gain, offset) pairs of one chroma plane about 128. Chroma is drawn by `even` towards its neighbourhood's ratio to
 * luma, and that by `pull` towards the face's own (`ratio`); `fine` of what is finer than a cell goes (camera noise).
 * `lift` (a plane, or 0) raises chroma with luma.
 */
export function chromaFields(
  mask: usize,
  luma: usize,
  chroma: usize,
  ratios: usize,
  lift: usize,
  count: i32,
  ratio: f32,
  fine: f32,
  even: f32,
  pull: f32,
  out: usize,
): void {
  for (let i = 0; i < 4 * count; i += 16) {
    const m = v128.load(mask + i);
    const base = chromaBase(v128.load(luma + i));
    const c = f32x4.sub(v128.load(chroma + i), f32x4.splat(128));
    const near = v128.load(ratios + i);
    const local = f32x4.mul(near, base);
    const spot = soften(f32x4.mul(f32x4.sub(c, local), f32x4.splat(even)), 12);
    const cast = f32x4.mul(f32x4.sub(local, f32x4.mul(base, f32x4.splat(ratio))), f32x4.splat(pull));
    const kept = f32x4.mul(c, f32x4.splat(fine));
    const offset = f32x4.mul(m, f32x4.sub(f32x4.sub(kept, spot), soften(cast, 12)));
    let gain = f32x4.mul(m, f32x4.splat(-fine));
    if (lift) gain = f32x4.add(gain, v128.load(lift + i));
    storePairs(out + i, gain, offset);
  }
}

/** One row of the plan between two coarse rows: near·3/4 + far·1/4. */
function mixRows(near: usize, far: usize, cols: i32, out: usize): void {
  for (let i = 0; i < 16 * cols; i += 16) {
    const mixed = f32x4.add(
      f32x4.mul(v128.load(near + i), f32x4.splat(0.75)),
      f32x4.mul(v128.load(far + i), f32x4.splat(0.25)),
    );
    v128.store(out + i, mixed);
  }
}

/**
 * The (gain, offset) pairs of luma about 16 on the fine grid of 2·`cols` x 2·`rows` cells. The middle band is reduced by
 * `middle` (a quarter less where it is bright), held back beyond `limit` levels: a frame of glasses, a mole, a deep fold
 * stay. `fine` of what is finer than a cell goes. `scratch`: 16·(cols + 2) bytes.
 */
export function lumaFields(
  plan: usize,
  luma: usize,
  cols: i32,
  rows: i32,
  fine: f32,
  middle: f32,
  limit: f32,
  out: usize,
  scratch: usize,
): void {
  const row = scratch + 16; // one quad of the border repeated on each side
  const tight = f32x4.splat(1 / (limit * limit));
  for (let y = 0; y < 2 * rows; y++) {
    const near = y >> 1;
    const far = max(0, min(rows - 1, near + ((y & 1) << 1) - 1));
    mixRows(plan + 16 * cols * near, plan + 16 * cols * far, cols, row);
    v128.store(scratch, v128.load(row));
    v128.store(row + 16 * cols, v128.load(row + 16 * (cols - 1)));
    const near3 = f32x4.splat(0.75);
    const far1 = f32x4.splat(0.25);
    for (let x = 0; x < cols; x += 2) {
      const before = v128.load(row + 16 * x - 16);
      const first = v128.load(row + 16 * x);
      const second = v128.load(row + 16 * x, 16);
      const after = v128.load(row + 16 * x, 32);
      const first3 = f32x4.mul(first, near3);
      const second3 = f32x4.mul(second, near3);
      const q0 = f32x4.add(first3, f32x4.mul(before, far1));
      const q1 = f32x4.add(first3, f32x4.mul(second, far1));
      const q2 = f32x4.add(second3, f32x4.mul(first, far1));
      const q3 = f32x4.add(second3, f32x4.mul(after, far1));
      const s = v128.load(luma);
      const mask = column2(q0, q1, q2, q3);
      const band = f32x4.add(f32x4.mul(column0(q0, q1, q2, q3), s), column1(q0, q1, q2, q3));
      const held = f32x4.div(band, f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.mul(band, band), tight)));
      const bright = f32x4.gt(band, f32x4.splat(0));
      const amount = v128.bitselect(f32x4.splat(-0.75 * middle), f32x4.splat(-middle), bright);
      const finePart = f32x4.mul(mask, f32x4.splat(fine));
      const offset = f32x4.add(
        f32x4.add(f32x4.mul(held, amount), column3(q0, q1, q2, q3)),
        f32x4.mul(finePart, f32x4.sub(s, f32x4.splat(16))),
      );
      storePairs(out, f32x4.neg(finePart), offset);
      luma += 16;
      out += 16;
    }
  }
}

/**
 * The lift of a dark face: a gain that falls with luma, so that light parts do not clip and order is kept.
 * `wide`: quads whose first lane is the face's oval, blurred wide. Writes `gain` (f32) and (gain, 0) pairs about 16.
 */
export function liftFields(wide: usize, luma: usize, count: i32, amount: f32, gain: usize, out: usize): void {
  for (let i = 0; i < 4 * count; i += 16) {
    const oval = column0(
      v128.load(wide + 4 * i),
      v128.load(wide + 4 * i, 16),
      v128.load(wide + 4 * i, 32),
      v128.load(wide + 4 * i, 48),
    );
    const light = f32x4.mul(f32x4.sub(v128.load(luma + i), f32x4.splat(16)), f32x4.splat(1.0 / 220));
    const room = f32x4.max(oneMinus(light), f32x4.splat(0));
    const g = f32x4.mul(f32x4.mul(smoothstep(oval, 0.25, 1), f32x4.splat(amount)), room);
    v128.store(gain + i, g);
    storePairs(out + i, g, f32x4.splat(0));
  }
}
