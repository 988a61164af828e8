import { FOREHEAD_REACH, FOREHEAD_SHARE, LEFT_SIDE, RIGHT_SIDE } from './face-outlines.js';

/**
 * The mesh ends below the hair line. These points of its edge, from the person's right temple to the left one, are
 * continued upwards: all but the first and the last have a point above them.
 */
export const FOREHEAD_EDGE = [21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251] as const;
/** Points above the edge: one for each of FOREHEAD_EDGE but its ends. */
export const FOREHEAD_POINTS = FOREHEAD_EDGE.length - 2;
/** A forehead slopes back by so much of its height. */
const SLOPE = 0.45;

/**
 * Writes where the points above the forehead's edge lie, up to a usual hair line.
 *
 * @param shape - a face in canonical cm. @param into - takes FOREHEAD_POINTS × (x, y, z).
 */
export function raiseForehead(shape: Float32Array, into: Float32Array): void {
  const width = Math.abs(shape[3 * LEFT_SIDE]! - shape[3 * RIGHT_SIDE]!);
  for (let i = 0; i < FOREHEAD_POINTS; i++) {
    const edge = FOREHEAD_EDGE[i + 1]!;
    const height = FOREHEAD_REACH * (FOREHEAD_SHARE.get(edge) ?? 0) * width;
    into[3 * i] = shape[3 * edge]! * (1 - 0.12 * (height / width));
    into[3 * i + 1] = shape[3 * edge + 1]! - height;
    into[3 * i + 2] = shape[3 * edge + 2]! + SLOPE * height;
  }
}

/** The triangles between edge and raised points; `raised` is the number of the first of these. */
export function foreheadTriangles(raised: number): number[] {
  const above = (i: number): number => (i === 0 || i > FOREHEAD_POINTS ? FOREHEAD_EDGE[i]! : raised + i - 1);
  const triangles: number[] = [];
  for (let i = 0; i < FOREHEAD_EDGE.length - 1; i++) {
    const [low, high, nextLow, nextHigh] = [FOREHEAD_EDGE[i]!, above(i), FOREHEAD_EDGE[i + 1]!, above(i + 1)];
    // Counter-clockwise on screen; at both ends one of the two has no area.
    if (high !== low) triangles.push(low, nextLow, high);
    if (nextHigh !== nextLow) triangles.push(high, nextLow, nextHigh);
  }
  return triangles;
}
