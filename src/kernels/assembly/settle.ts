// Where an avatar shows and what it looks like, settled over time. Planes are f32, row-major, without padding; counts are
// multiples of 4.

/** A mask that changes by less has not changed for certain. */
const SMALL: f32 = 0.15;

/**
 * The weight of the avatar a pixel: the learned mask, made certain, inside the outline, and settled over time:
 * settled += (seen − settled) · rate, where the rate goes from `calm` for small changes, up to 0.15, to 1 for large ones.
 * `learned` is smoothed already; below `low` it counts as cover, above `high` as face.
 */
export function settleMask(
  learned: usize,
  oval: usize,
  low: f32,
  high: f32,
  calm: f32,
  settled: usize,
  count: i32,
): void {
  const scale = f32x4.splat(1 / (high - low));
  const from = f32x4.splat(low);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const least = f32x4.splat(calm);
  for (let i = 0; i < count; i += 4) {
    const sure = f32x4.pmin(f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(learned), from), scale), zero), one);
    const seen = f32x4.mul(sure, v128.load(oval));
    const before = v128.load(settled);
    const change = f32x4.sub(seen, before);
    const large = f32x4.pmax(f32x4.sub(f32x4.abs(change), f32x4.splat(SMALL)), zero);
    const rate = f32x4.pmin(f32x4.add(least, f32x4.mul(large, f32x4.splat(2))), one);
    v128.store(settled, f32x4.add(before, f32x4.mul(change, rate)));
    learned += 16;
    oval += 16;
    settled += 16;
  }
}

/**
 * A picture settled over time: settled += (seen − settled) · rate, where the rate goes from `calm` for no change by `slope` a
 * unit of change to 1.
 */
export function settlePicture(seen: usize, calm: f32, slope: f32, settled: usize, count: i32): void {
  const one = f32x4.splat(1);
  const least = f32x4.splat(calm);
  const steep = f32x4.splat(slope);
  for (let i = 0; i < count; i += 4) {
    const before = v128.load(settled);
    const change = f32x4.sub(v128.load(seen), before);
    const rate = f32x4.pmin(f32x4.add(least, f32x4.mul(f32x4.abs(change), steep)), one);
    v128.store(settled, f32x4.add(before, f32x4.mul(change, rate)));
    seen += 16;
    settled += 16;
  }
}

/** In place: 0 up to `low`, 1 from `high` on, smooth between (3t² − 2t³). */
export function smoothRamp(plane: usize, low: f32, high: f32, count: i32): void {
  const scale = f32x4.splat(1 / (high - low));
  const from = f32x4.splat(low);
  for (let i = 0; i < count; i += 4) {
    const t = f32x4.pmin(
      f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(plane), from), scale), f32x4.splat(0)),
      f32x4.splat(1),
    );
    v128.store(plane, f32x4.mul(f32x4.mul(t, t), f32x4.sub(f32x4.splat(3), f32x4.add(t, t))));
    plane += 16;
  }
}
