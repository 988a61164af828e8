// Polygons as coverage: the exact area of each cell inside an outline, so that a mask moves smoothly with its points.
// Source: signed-area accumulation, R. Levien, "Inside the fastest font renderer in the world" (font-rs), 2016.

function put(row: usize, cols: i32, x: i32, value: f32): void {
  if (x >= cols) return;
  const at = row + 4 * max(x, 0);
  store<f32>(at, load<f32>(at) + value);
}

function clip(x: f32, cols: i32): f32 {
  return min<f32>(max<f32>(x, 0), <f32>cols);
}

/**
 * Adds a polygon to `acc`, `cols` x `rows` f32 of signed area that `polygonCoverage` integrates. `points`: `count` pairs of
 * f32 (x, y) in cells, in either direction; they may lie outside. Polygons that overlap count twice.
 */
export function polygonAdd(points: usize, count: i32, acc: usize, cols: i32, rows: i32): void {
  let area: f32 = 0;
  let px = load<f32>(points + 8 * (count - 1));
  let py = load<f32>(points + 8 * (count - 1), 4);
  for (let i = 0; i < count; i++) {
    const x = load<f32>(points + 8 * i);
    const y = load<f32>(points + 8 * i, 4);
    area += px * y - x * py;
    px = x;
    py = y;
  }
  const turn: f32 = area > 0 ? -1 : 1; // so that the inside is positive whichever way the outline runs
  for (let i = 0; i < count; i++) {
    const x = load<f32>(points + 8 * i);
    const y = load<f32>(points + 8 * i, 4);
    if (y > py) edge(px, py, x, y, turn, acc, cols, rows);
    else if (y < py) edge(x, y, px, py, -turn, acc, cols, rows);
    px = x;
    py = y;
  }
}

/** One edge from (ax, ay) down to (bx, by). */
function edge(ax: f32, ay: f32, bx: f32, by: f32, turn: f32, acc: usize, cols: i32, rows: i32): void {
  const slope = (bx - ax) / (by - ay);
  const first = max(0, <i32>Math.floor(ay));
  const last = min(rows, <i32>Math.ceil(by));
  for (let y = first; y < last; y++) {
    const top = max<f32>(ay, <f32>y);
    const bottom = min<f32>(by, <f32>(y + 1));
    const height = (bottom - top) * turn;
    const xTop = clip(ax + (top - ay) * slope, cols);
    const xBottom = clip(ax + (bottom - ay) * slope, cols);
    const from = min<f32>(xTop, xBottom);
    const to = max<f32>(xTop, xBottom);
    const row = acc + 4 * cols * y;
    const x0 = <i32>from;
    const x1 = <i32>Math.ceil(to);
    if (x1 <= x0 + 1) {
      const inside: f32 = <f32>0.5 * (from + to) - <f32>x0;
      put(row, cols, x0, height * (1 - inside));
      put(row, cols, x0 + 1, height * inside);
      continue;
    }
    const perCell = height / (to - from);
    const left = <f32>(x0 + 1) - from;
    const right = to - <f32>(x1 - 1);
    const firstArea = <f32>0.5 * perCell * left * left;
    const lastArea = <f32>0.5 * perCell * right * right;
    put(row, cols, x0, firstArea);
    if (x1 == x0 + 2) {
      put(row, cols, x0 + 1, height - firstArea - lastArea);
    } else {
      const second = perCell * (left + <f32>0.5) - firstArea;
      put(row, cols, x0 + 1, second);
      for (let x = x0 + 2; x < x1 - 1; x++) put(row, cols, x, perCell);
      put(row, cols, x1 - 1, height - firstArea - second - perCell * <f32>(x1 - x0 - 3) - lastArea);
    }
    put(row, cols, x1, lastArea);
  }
}

/** Integrates signed areas in place to coverage, 0 to 1. */
export function polygonCoverage(acc: usize, cols: i32, rows: i32): void {
  for (let y = 0; y < rows; y++) {
    let sum: f32 = 0;
    for (let x = 0; x < cols; x++) {
      sum += load<f32>(acc);
      store<f32>(acc, min<f32>(max<f32>(sum, 0), 1));
      acc += 4;
    }
  }
}
