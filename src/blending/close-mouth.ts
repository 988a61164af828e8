import { LIP_PAIRS, MOUTH_CORNERS, mouthOpening } from './expression.js';

/** Lips nearer than this (cm) are a closed mouth. */
const CLOSED = 0.12;
/** The upper lip comes down by this share of the gap; jaw and lower lip come up by the rest. */
const UPPER_SHARE = 0.3;
/** How far (cm) above the mouth skin still moves with the upper lip, and how far below the jaw moves as one. */
const REACH_ABOVE = 1.1;
const JAW_DEPTH = 3.5;
/** Half the width (cm) of the chin that comes up with the jaw. */
const JAW_WIDTH = 4.5;
/** The points of the upper lip, from its inner edge to the skin above. */
const UPPER_LIP = new Set([
  13, 82, 81, 80, 191, 312, 311, 310, 415, 12, 38, 41, 42, 183, 268, 271, 272, 407, 11, 72, 73, 74, 184, 302, 303, 304,
  408, 0, 37, 39, 40, 185, 267, 269, 270, 409,
]);

/**
 * The shape of a face with its mouth closed: at each place across the mouth, the lips meet between where they were, and
 * the jaw comes up with the lower one. A smile stays a smile.
 *
 * @param shape - points in canonical cm, x right and y down; only read.
 */
export function closeMouth(shape: Float32Array): Float32Array {
  const closed = shape.slice();
  if (mouthOpening(shape) < CLOSED) return closed;
  const columns = gapsAcross(shape);
  const widest = Math.max(...columns.map(({ gap }) => gap));
  for (let point = 0; point < shape.length / 3; point++) {
    const x = shape[3 * point]!;
    const y = shape[3 * point + 1]!;
    const { gap, middle } = gapAt(columns, x);
    const below = y - middle;
    if (UPPER_LIP.has(point)) {
      closed[3 * point + 1] = y + UPPER_SHARE * gap;
    } else if (below < 0) {
      closed[3 * point + 1] = y + UPPER_SHARE * gap * Math.exp(-((below / REACH_ABOVE) ** 2));
    } else {
      const jaw = Math.min(below / JAW_DEPTH, 1);
      const chin = widest * Math.exp(-((x / JAW_WIDTH) ** 2));
      closed[3 * point + 1] = y - (1 - UPPER_SHARE) * (gap * (1 - jaw) + chin * jaw);
    }
  }
  return closed;
}

/** A place across the mouth: the gap between the lips, and the height of its middle. */
interface Column {
  readonly x: number;
  readonly gap: number;
  readonly middle: number;
}

function gapsAcross(shape: Float32Array): Column[] {
  const columns: Column[] = LIP_PAIRS.map(([upper, lower]) => ({
    x: (shape[3 * upper]! + shape[3 * lower]!) / 2,
    gap: Math.max(shape[3 * lower + 1]! - shape[3 * upper + 1]!, 0),
    middle: (shape[3 * lower + 1]! + shape[3 * upper + 1]!) / 2,
  }));
  for (const corner of MOUTH_CORNERS) columns.push({ x: shape[3 * corner]!, gap: 0, middle: shape[3 * corner + 1]! });
  return columns.sort((a, b) => a.x - b.x);
}

/** Between the two nearest columns; beyond the corners of the mouth there is no gap. */
function gapAt(columns: readonly Column[], x: number): { gap: number; middle: number } {
  const after = columns.findIndex((column) => column.x >= x);
  if (after <= 0) return { gap: 0, middle: columns.at(after)!.middle };
  const from = columns[after - 1]!;
  const to = columns[after]!;
  const part = (x - from.x) / Math.max(to.x - from.x, 1e-6);
  return { gap: from.gap + (to.gap - from.gap) * part, middle: from.middle + (to.middle - from.middle) * part };
}
