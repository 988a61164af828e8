import { eyeOpenness, mouthOpening } from './expression.js';

/** Of all shapes, those whose mouth is among this most closed share, and whose eyes are among this most open share. */
const CLOSED_MOUTHS = 0.3;
const OPEN_EYES = 0.6;

/**
 * The shape of a face at rest (eyes open, mouth closed): the mean of those of its shapes that are nearest to it.
 *
 * @param shapes - the same points of the same face in canonical space, (x, y, z) in cm; at least one.
 */
export function neutralShape(shapes: readonly Float32Array[]): Float32Array {
  const gaps = shapes.map(mouthOpening);
  const eyes = shapes.map(eyeOpenness);
  const widest = quantile(gaps, CLOSED_MOUTHS);
  const narrowest = quantile(eyes, 1 - OPEN_EYES);
  const atRest = shapes.filter((_, i) => gaps[i]! <= widest && eyes[i]! >= narrowest);
  // A face whose mouth only ever closes together with its eyes.
  const chosen = atRest.length > 0 ? atRest : shapes;
  const mean = new Float32Array(chosen[0]!.length);
  for (const shape of chosen) for (let i = 0; i < mean.length; i++) mean[i]! += shape[i]! / chosen.length;
  return mean;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
