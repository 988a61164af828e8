// Plain twins of the touch-up kernels (src/kernels/assembly/{grid,polygon,moments,skin}.ts): the same sums in doubles.

export interface Quads {
  readonly cells: number;
  readonly values: Float64Array;
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

export function smoothstep(x: number, low: number, high: number): number {
  const t = clamp((x - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}

export const chromaBase = (luma: number): number => Math.max(luma - 16, 0) + 20;

export interface Plane {
  readonly data: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

export interface Grid {
  readonly originX: number;
  readonly originY: number;
  readonly step: number;
  readonly cols: number;
  readonly rows: number;
}

export function gridDownsample({ data, stride, width, height }: Plane, grid: Grid, reach: number): Float64Array {
  const half = Math.max(grid.step * reach, 1);
  const out = new Float64Array(grid.cols * grid.rows);
  for (let r = 0; r < grid.rows; r++) {
    for (let c = 0; c < grid.cols; c++) {
      const x = grid.originX + (c + 0.5) * grid.step;
      const y = grid.originY + (r + 0.5) * grid.step;
      let sum = 0;
      let total = 0;
      for (let j = Math.floor(y - half); j <= Math.ceil(y + half); j++) {
        for (let i = Math.floor(x - half); i <= Math.ceil(x + half); i++) {
          const weight = Math.max(0, 1 - Math.abs(i + 0.5 - x) / half) * Math.max(0, 1 - Math.abs(j + 0.5 - y) / half);
          sum += weight * data[clamp(j, 0, height - 1) * stride + clamp(i, 0, width - 1)]!;
          total += weight;
        }
      }
      out[r * grid.cols + c] = sum / total;
    }
  }
  return out;
}

/** Corrected values before rounding. `fields`: (gain, offset) pairs in real units. */
export function gridApply(plane: Plane, grid: Grid, fields: ArrayLike<number>, center: number): Float64Array {
  const out = Float64Array.from(plane.data);
  const { originX, originY, step, cols, rows } = grid;
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < plane.width; x++) {
      const u = (x + 0.5 - originX) / step;
      const v = (y + 0.5 - originY) / step;
      if (x < Math.floor(originX) || y < Math.floor(originY)) continue;
      if (x >= Math.ceil(originX + step * cols) || y >= Math.ceil(originY + step * rows)) continue;
      const c = clamp(u - 0.5, 0, cols - 1);
      const r = clamp(v - 0.5, 0, rows - 1);
      const i = Math.min(Math.floor(c), cols - 2);
      const j = Math.min(Math.floor(r), rows - 2);
      const mix = (lane: number): number => {
        const at = (dx: number, dy: number): number => fields[2 * ((j + dy) * cols + i + dx) + lane]!;
        const top = at(0, 0) * (1 - c + i) + at(1, 0) * (c - i);
        return top * (1 - r + j) + (at(0, 1) * (1 - c + i) + at(1, 1) * (c - i)) * (r - j);
      };
      const value = plane.data[y * plane.stride + x]!;
      out[y * plane.stride + x] = clamp(value + mix(0) * (value - center) + mix(1), 0, 255);
    }
  }
  return out;
}

export function gridHalve(fine: ArrayLike<number>, cols: number, rows: number) {
  const mean = new Float64Array((cols * rows) / 4);
  const variance = new Float64Array((cols * rows) / 4);
  for (let y = 0; y < rows / 2; y++) {
    for (let x = 0; x < cols / 2; x++) {
      const cells = [0, 1, cols, cols + 1].map((d) => fine[2 * y * cols + 2 * x + d]!);
      const m = cells.reduce((sum, value) => sum + value, 0) / 4;
      mean[(y * cols) / 2 + x] = m;
      variance[(y * cols) / 2 + x] = cells.reduce((sum, value) => sum + (value - m) ** 2, 0) / 4;
    }
  }
  return { mean, variance };
}

/** Coverage of cells by a polygon, from 32 x 32 points a cell by crossings. `points`: x, y in cells. */
export function polygonCoverage(
  points: readonly (readonly [number, number])[],
  cols: number,
  rows: number,
): Float64Array {
  const out = new Float64Array(cols * rows);
  const n = 32;
  for (let y = 0; y < rows * n; y++) {
    for (let x = 0; x < cols * n; x++) {
      const px = (x + 0.5) / n;
      const py = (y + 0.5) / n;
      let inside = false;
      for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
        const [ax, ay] = points[i]!;
        const [bx, by] = points[j]!;
        if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
      }
      if (inside) out[Math.floor(y / n) * cols + Math.floor(x / n)]! += 1 / (n * n);
    }
  }
  return out;
}

export function boxBlur4(quads: ArrayLike<number>, cols: number, rows: number, radius: number): Float64Array {
  const out = new Float64Array(4 * cols * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols; x++) {
      for (let lane = 0; lane < 4; lane++) {
        let sum = 0;
        for (let j = Math.max(0, y - radius); j <= Math.min(rows - 1, y + radius); j++) {
          for (let i = Math.max(0, x - radius); i <= Math.min(cols - 1, x + radius); i++)
            sum += quads[4 * (j * cols + i) + lane]!;
        }
        out[4 * (y * cols + x) + lane] = sum / (2 * radius + 1) ** 2;
      }
    }
  }
  return out;
}

export interface Likelihood {
  readonly ratioU: number;
  readonly ratioV: number;
  readonly scaleU: number;
  readonly scaleV: number;
  readonly darkest: number;
  readonly dark: number;
}

export function skinLikelihood(luma: number, u: number, v: number, tone: Likelihood): number {
  const base = chromaBase(luma);
  const du = ((u - 128) / base - tone.ratioU) * tone.scaleU;
  const dv = ((v - 128) / base - tone.ratioV) * tone.scaleV;
  return (1 - smoothstep(Math.hypot(du, dv), 3, 6.5)) * smoothstep(luma, tone.darkest, tone.dark);
}

/** One cell of `skinWeights`: `across` is the fade's ramp there. */
export function skinWeight(
  [oval, features, , variance]: readonly number[],
  skin: number,
  calm: number,
  across: number,
  fade: number,
): { mask: number; weight: number } {
  const place = smoothstep(oval!, 0.5, 0.98) * (1 - smoothstep(features!, 0.06, 0.3));
  const busy = Math.sqrt(Math.max(variance!, 0) * calm);
  const mask = place * skin * (1 - smoothstep(busy, 2.2, 5)) * (1 - fade * smoothstep(across, 0.3, 1));
  return { mask, weight: Math.max(place * skin * skin, 1e-4) };
}

const soften = (x: number, limit: number): number => x / (1 + Math.abs(x) / limit);

/** One cell of `chromaFields`: gain and offset. */
export function chromaField(
  cell: { mask: number; luma: number; chroma: number; near: number; lift: number },
  amounts: { ratio: number; fine: number; even: number; pull: number },
): readonly [number, number] {
  const base = chromaBase(cell.luma);
  const c = cell.chroma - 128;
  const local = cell.near * base;
  const spot = soften((c - local) * amounts.even, 12);
  const cast = soften((local - base * amounts.ratio) * amounts.pull, 12);
  return [cell.lift - cell.mask * amounts.fine, cell.mask * (c * amounts.fine - spot - cast)];
}

/** The plan's quads and fine luma to (gain, offset) pairs. */
export function lumaFields(
  plan: ArrayLike<number>,
  fineLuma: ArrayLike<number>,
  cols: number,
  rows: number,
  { fine, middle, limit }: { fine: number; middle: number; limit: number },
): Float64Array {
  const out = new Float64Array(8 * cols * rows);
  for (let y = 0; y < 2 * rows; y++) {
    for (let x = 0; x < 2 * cols; x++) {
      const c = clamp((x - 0.5) / 2, 0, cols - 1);
      const r = clamp((y - 0.5) / 2, 0, rows - 1);
      const i = Math.min(Math.floor(c), cols - 2);
      const j = Math.min(Math.floor(r), rows - 2);
      const [mp, mq, mask, extra] = [0, 1, 2, 3].map((lane) => {
        const at = (dx: number, dy: number): number => plan[4 * ((j + dy) * cols + i + dx) + lane]!;
        const top = at(0, 0) * (1 - c + i) + at(1, 0) * (c - i);
        return top * (1 - r + j) + (at(0, 1) * (1 - c + i) + at(1, 1) * (c - i)) * (r - j);
      }) as [number, number, number, number];
      const at = y * 2 * cols + x;
      const band = mp * fineLuma[at]! + mq;
      const held = band / (1 + (band / limit) ** 2);
      out[2 * at] = -mask * fine;
      out[2 * at + 1] = -(band > 0 ? 0.75 : 1) * middle * held + extra + mask * fine * (fineLuma[at]! - 16);
    }
  }
  return out;
}
