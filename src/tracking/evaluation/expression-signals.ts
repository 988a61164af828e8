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
  /** Where the right iris is between the corners of its eye: 0 at the outer, 1 at the inner one. */
  gaze: (p: Float32Array) => distance(p, 468, 33) / distance(p, 133, 33),
  /** Nearness of the nose to the left and right edge of the face: -1 to 1, positive towards the left of the picture. */
  turn: (p: Float32Array) => (distance(p, 1, 454) - distance(p, 1, 234)) / distance(p, 234, 454),
} satisfies Record<string, (points: Float32Array) => number>;

/** How a filter renders one blink of a recording. */
export interface RenderedBlink {
  /** The frame in which the measured eyes are closed the most. */
  readonly frame: number;
  /** Depth of the filtered blink, where 1 is that of the measured one. */
  readonly depth: number;
  /** Frames by which the filtered eyes are closed the most later. */
  readonly delayFrames: number;
}

/** Frames on each side within which a blink has one deepest frame. */
const BLINK_REACH = 5;
/** A blink closes the eyes to less than this share of their usual openness. */
const BLINK_SHARE = 0.6;

/** Compares the blinks in filtered eye openness with those in the measured one, both a number a frame. */
export function compareBlinks(measured: readonly number[], filtered: readonly number[]): RenderedBlink[] {
  const open = [...measured].sort((a, b) => a - b)[Math.floor(0.6 * measured.length)]!;
  const blinks: RenderedBlink[] = [];
  for (let frame = BLINK_REACH; frame < measured.length - BLINK_REACH - 1; frame++) {
    const around = measured.slice(frame - BLINK_REACH, frame + BLINK_REACH + 1);
    if (measured[frame]! >= BLINK_SHARE * open || measured[frame]! > Math.min(...around)) continue;
    let deepest = frame;
    for (let at = frame - BLINK_REACH + 1; at <= frame + BLINK_REACH + 1; at++) {
      if (filtered[at]! < filtered[deepest]!) deepest = at;
    }
    const depth = (open - filtered[deepest]!) / (open - measured[frame]!);
    blinks.push({ frame, depth, delayFrames: deepest - frame });
  }
  return blinks;
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(points[3 * a]! - points[3 * b]!, points[3 * a + 1]! - points[3 * b + 1]!);
}
