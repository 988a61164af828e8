/**
 * Numbers that tell what a face does, from its points (LANDMARK_COUNT × (x, y, z) in pixels). None depends on the size,
 * place or roll of the face.
 */
export const EXPRESSION_SIGNALS = {
  /** Height of the eyes over their width, both eyes: about 0.3 open, below 0.1 closed. Source: Soukupová & Čech (2016). */
  eyeOpenness: (p: Float32Array) =>
    (distance(p, 160, 144) + distance(p, 158, 153) + distance(p, 385, 380) + distance(p, 387, 373)) /
    (2 * (distance(p, 33, 133) + distance(p, 362, 263))),
  /** Gap between the lips over the distance between the eyes' outer corners. */
  mouthOpenness: (p: Float32Array) => distance(p, 13, 14) / distance(p, 33, 263),
  /** Nearness of the nose to the left and right edge of the face: -1 to 1, positive towards the left of the picture. */
  turn: (p: Float32Array) => (distance(p, 1, 454) - distance(p, 1, 234)) / distance(p, 234, 454),
} satisfies Record<string, (points: Float32Array) => number>;

/** How the eyes close in a recording, as measured, and how a filter renders it. */
export interface BlinkRendering {
  readonly blinks: number;
  /** Mean depth of the filtered blinks, where 1 is that of the measured ones. */
  readonly depth: number;
  /** Mean delay of the deepest frame, in frames. */
  readonly delayFrames: number;
}

/** Frames on each side within which a blink has one deepest frame. */
const BLINK_REACH = 5;
/** A blink closes the eyes to less than this share of their usual openness. */
const BLINK_SHARE = 0.6;

/**
 * Compares the blinks in filtered eye openness with those in the measured one.
 *
 * @throws RangeError if there is no blink to compare.
 */
export function compareBlinks(measured: readonly number[], filtered: readonly number[]): BlinkRendering {
  const open = [...measured].sort((a, b) => a - b)[Math.floor(0.6 * measured.length)]!;
  let blinks = 0;
  let depth = 0;
  let delayFrames = 0;
  for (let k = BLINK_REACH; k < measured.length - BLINK_REACH - 1; k++) {
    const around = measured.slice(k - BLINK_REACH, k + BLINK_REACH + 1);
    if (measured[k]! >= BLINK_SHARE * open || measured[k]! > Math.min(...around)) continue;
    let deepest = k;
    for (let at = k - BLINK_REACH + 1; at <= k + BLINK_REACH + 1; at++) {
      if (filtered[at]! < filtered[deepest]!) deepest = at;
    }
    blinks++;
    depth += (open - filtered[deepest]!) / (open - measured[k]!);
    delayFrames += deepest - k;
  }
  if (blinks === 0) throw new RangeError('no blink in this recording');
  return { blinks, depth: depth / blinks, delayFrames: delayFrames / blinks };
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(points[3 * a]! - points[3 * b]!, points[3 * a + 1]! - points[3 * b + 1]!);
}
