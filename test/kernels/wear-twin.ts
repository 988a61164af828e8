// Twins of assembly/wear.ts in double precision.

/** Means of plane · weights over cells of 4 x 4. */
export function meanCells(plane: Float32Array, weights: Float32Array, side: number): Float64Array {
  const across = side / 4;
  const out = new Float64Array(across * across);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      out[(y >> 2) * across + (x >> 2)]! += (plane[y * side + x]! * weights[y * side + x]!) / 16;
    }
  }
  return out;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Luma, U and V planes, one after the other. */
export function lightToYuv(rgb: Float32Array, fields: Float32Array, side: number): Float64Array {
  const across = side / 4;
  const field = (index: number, x: number, y: number): number => {
    const u = clamp((x + 0.5) / 4 - 0.5, 0, across - 1);
    const v = clamp((y + 0.5) / 4 - 0.5, 0, across - 1);
    const [i, j] = [Math.min(Math.floor(u), across - 2), Math.min(Math.floor(v), across - 2)];
    const at = (column: number, row: number): number => fields[(index * across + row) * across + column]!;
    const upper = at(i, j) + (at(i + 1, j) - at(i, j)) * (u - i);
    const lower = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * (u - i);
    return upper + (lower - upper) * (v - j);
  };
  const count = side * side;
  const out = new Float64Array(3 * count);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const channel = (k: number): number =>
        clamp(rgb[k * count + at]! * 255 * field(k, x, y) + field(3 + k, x, y), 0, 255);
      const [r, g, b] = [channel(0), channel(1), channel(2)];
      const full = 0.299 * r + 0.587 * g + 0.114 * b;
      out[at] = 16 + (219 * full) / 255;
      out[count + at] = (112 * (b - full)) / (255 * 0.886);
      out[2 * count + at] = (112 * (r - full)) / (255 * 0.701);
    }
  }
  return out;
}

/** Catmull-Rom. */
function cubic(distance: number): number {
  const t = Math.abs(distance);
  if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
  return t < 2 ? -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2 : 0;
}

/** A plane whose rows were made longer by cubic convolution. */
export function widen(plane: Float32Array, side: number, factor: number): Float64Array {
  const out = new Float64Array(side * side * factor);
  for (let at = 0; at < out.length; at++) {
    const row = Math.floor(at / (side * factor)) * side;
    const u = ((at % (side * factor)) + 0.5) / factor - 0.5;
    for (let i = Math.floor(u) - 1; i <= Math.floor(u) + 2; i++) {
      out[at]! += plane[row + clamp(i, 0, side - 1)]! * cubic(u - i);
    }
  }
  return out;
}

/** A plane enlarged by cubic convolution. */
export function enlarge(plane: Float32Array, side: number, factor: number): Float64Array {
  const large = side * factor;
  const out = new Float64Array(large * large);
  for (let y = 0; y < large; y++) {
    for (let x = 0; x < large; x++) {
      const [u, v] = [(x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5];
      for (let j = Math.floor(v) - 1; j <= Math.floor(v) + 2; j++) {
        for (let i = Math.floor(u) - 1; i <= Math.floor(u) + 2; i++) {
          const value = plane[clamp(j, 0, side - 1) * side + clamp(i, 0, side - 1)]!;
          out[y * large + x]! += value * cubic(u - i) * cubic(v - j);
        }
      }
    }
  }
  return out;
}

/** Means over squares of 2 radius + 1 pixels; beyond the plane lies 0. */
export function meanSquares(plane: Float32Array, side: number, radius: number): Float64Array {
  return Float64Array.from(plane, (_, i) => {
    let sum = 0;
    for (let y = Math.floor(i / side) - radius; y <= Math.floor(i / side) + radius; y++) {
      for (let x = (i % side) - radius; x <= (i % side) + radius; x++) {
        if (x >= 0 && x < side && y >= 0 && y < side) sum += plane[y * side + x]!;
      }
    }
    return sum / (2 * radius + 1) ** 2;
  });
}

export function settleMask(
  learned: Float32Array,
  oval: Float32Array,
  low: number,
  high: number,
  calm: number,
  settled: Float32Array,
): Float64Array {
  return Float64Array.from(settled, (before, i) => {
    const change = clamp((learned[i]! - low) / (high - low), 0, 1) * oval[i]! - before;
    return before + change * Math.min(calm + 2 * Math.max(Math.abs(change) - 0.15, 0), 1);
  });
}

export function settlePicture(seen: Float32Array, calm: number, slope: number, settled: Float32Array): Float64Array {
  return Float64Array.from(settled, (before, i) => {
    const change = seen[i]! - before;
    return before + change * Math.min(calm + slope * Math.abs(change), 1);
  });
}

export function smoothRamp(plane: Float32Array, low: number, high: number): Float64Array {
  return Float64Array.from(plane, (value) => {
    const t = clamp((value - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
  });
}
