import { canonicalFace, MESH_POINTS, MESH_TRIANGLES } from '../blending/canonical-face.js';
import { type Eye, LEFT_EYE_PARTS, LIP_PAIRS, MOUTH_CORNERS, RIGHT_EYE_PARTS } from '../blending/expression.js';

import { FOREHEAD_POINTS, foreheadTriangles } from '../blending/forehead.js';

/** A part of the mesh that is filled from a picture of its own: its edge is doubled, the copies are its vertices. */
export interface MeshPart {
  /** Points of the face at the edge of the part. */
  readonly edge: readonly number[];
  /** The first of their copies among the mesh's vertices. */
  readonly first: number;
}

const RIGHT_EYE_EDGE = edgeOf(RIGHT_EYE_PARTS);
const LEFT_EYE_EDGE = edgeOf(LEFT_EYE_PARTS);
const MOUTH_EDGE = [...MOUTH_CORNERS, ...LIP_PAIRS.flat()];

/** The mesh of a face whose eyes and mouth are parts of their own: points 0 to MESH_POINTS, then the parts' edges. */
export const RIGHT_EYE_PART: MeshPart = { edge: RIGHT_EYE_EDGE, first: MESH_POINTS };
export const LEFT_EYE_PART: MeshPart = { edge: LEFT_EYE_EDGE, first: MESH_POINTS + RIGHT_EYE_EDGE.length };
export const MOUTH_PART: MeshPart = { edge: MOUTH_EDGE, first: LEFT_EYE_PART.first + LEFT_EYE_EDGE.length };
/** The first of the forehead's raised points, and the number of all vertices. */
export const FOREHEAD_FIRST = MOUTH_PART.first + MOUTH_EDGE.length;
export const TARGET_VERTICES = FOREHEAD_FIRST + FOREHEAD_POINTS;

/** The triangles of that mesh: those within an eye or the mouth use the copies, and the forehead reaches the hair line. */
export function targetTriangles(): Uint16Array {
  const triangles = canonicalFace().triangles.slice();
  for (const { edge, first } of [RIGHT_EYE_PART, LEFT_EYE_PART, MOUTH_PART]) {
    const copies = new Map(edge.map((point, i) => [point, first + i]));
    for (let i = 0; i < 3 * MESH_TRIANGLES; i += 3) {
      const corners = [...triangles.subarray(i, i + 3)].map((point) => copies.get(point));
      if (corners.every((corner) => corner !== undefined)) triangles.set(corners, i);
    }
  }
  return Uint16Array.of(...triangles, ...foreheadTriangles(FOREHEAD_FIRST));
}

function edgeOf({ outer, inner, lids }: Eye): number[] {
  return [outer, inner, ...lids.flat()];
}
