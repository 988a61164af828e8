import type { Eye } from './expression.js';

/** A part of the mesh that is filled from a picture of its own: its edge is doubled, the copies are its vertices. */
export interface MeshPart {
  /** Points of the face at the edge of the part. */
  readonly edge: readonly number[];
  /** The first of their copies among the mesh's vertices. */
  readonly first: number;
}

/** The points at the edge of an eye: its corners, then its lids. */
export function eyeEdge({ outer, inner, lids }: Eye): readonly number[] {
  return [outer, inner, ...lids.flat()];
}

/** Lets the triangles that lie wholly within a part use its copies. Changes `triangles` in place. */
export function separateParts(triangles: Uint16Array, parts: readonly MeshPart[]): Uint16Array {
  for (const { edge, first } of parts) {
    const copies = new Map(edge.map((point, i) => [point, first + i]));
    for (let i = 0; i < triangles.length; i += 3) {
      const corners = [...triangles.subarray(i, i + 3)].map((point) => copies.get(point));
      if (corners.every((corner) => corner !== undefined)) triangles.set(corners, i);
    }
  }
  return triangles;
}
