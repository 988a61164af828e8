// Which pixels of a row look at the inside of a picture: positions are affine along a row, so it is one span.

/** The span found so far: pixels `clipFrom` up to, not including, `clipTo`. Never less than empty. */
export let clipFrom: i32 = 0;
export let clipTo: i32 = 0;

/** Starts with the pixels `from` up to, not including, `to`. */
export function clipSpan(from: i32, to: i32): void {
  clipFrom = from;
  clipTo = max(from, to);
}

/** Keeps the pixels x of the span where low <= start + step·x <= high. */
export function clipWhere(start: f64, step: f64, low: f64, high: f64): void {
  if (Math.abs(step) < 1e-9) {
    if (!(start >= low && start <= high)) clipTo = clipFrom;
    return;
  }
  const a = (low - start) / step;
  const b = (high - start) / step;
  // Bounds are cut to the row first: they may be far beyond 32 bits.
  const first = Math.ceil(max(<f64>clipFrom, min(a, b)));
  const last = Math.floor(min(<f64>clipTo - 1, max(a, b)));
  if (first <= last) {
    clipFrom = <i32>first;
    clipTo = <i32>last + 1;
  } else {
    clipTo = clipFrom;
  }
}
