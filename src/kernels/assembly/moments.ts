// Box filters over cells of four f32 that travel together: one pass blurs four planes.

/**
 * Sums over (2·radius + 1)² cells, beyond the grid taken as 0, divided by that number. `cols` x `rows` cells of four f32.
 * `dst` may be `src`. Scratch: (rows + 1) x cols cells, 16 bytes each.
 */
export function boxBlur4(src: usize, dst: usize, cols: i32, rows: i32, radius: i32, scratch: usize): void {
  const side = 2 * radius + 1;
  const unit = f32x4.splat(<f32>1 / <f32>(side * side));
  // Along rows into scratch, then down columns with one row of running sums: neighbours in memory both times.
  const sums = scratch + 16 * cols * rows;
  for (let y = 0; y < rows; y++) {
    const row = src + 16 * cols * y;
    const out = scratch + 16 * cols * y;
    let sum = f32x4.splat(0);
    for (let x = 0; x < min(radius, cols); x++) sum = f32x4.add(sum, v128.load(row + 16 * x));
    // Three stretches, so that the long middle one tests no bounds.
    const head = min(radius + 1, cols);
    const body = max(head, cols - radius);
    let x = 0;
    for (; x < head; x++) {
      if (x + radius < cols) sum = f32x4.add(sum, v128.load(row + 16 * (x + radius)));
      v128.store(out + 16 * x, sum);
    }
    for (; x < body; x++) {
      const step = f32x4.sub(v128.load(row + 16 * (x + radius)), v128.load(row + 16 * (x - radius - 1)));
      sum = f32x4.add(sum, step);
      v128.store(out + 16 * x, sum);
    }
    for (; x < cols; x++) {
      if (x > radius) sum = f32x4.sub(sum, v128.load(row + 16 * (x - radius - 1)));
      v128.store(out + 16 * x, sum);
    }
  }
  memory.fill(sums, 0, 16 * cols);
  for (let y = -radius; y < rows; y++) {
    const enter = y + radius;
    const leave = y - radius - 1;
    const out = dst + 16 * cols * y;
    for (let x = 0; x < 16 * cols; x += 16) {
      let sum = v128.load(sums + x);
      if (enter < rows) sum = f32x4.add(sum, v128.load(scratch + 16 * cols * enter + x));
      if (leave >= 0) sum = f32x4.sub(sum, v128.load(scratch + 16 * cols * leave + x));
      v128.store(sums + x, sum);
      if (y >= 0) v128.store(out + x, f32x4.mul(sum, unit));
    }
  }
}
