import { canonicalFace, MESH_POINTS } from '../blending/canonical-face.js';
import { LEFT_EYE_PARTS, LIP_PAIRS, MOUTH_CORNERS, RIGHT_EYE_PARTS } from '../blending/expression.js';
import { FOREHEAD_POINTS, foreheadTriangles } from '../blending/forehead.js';
import { eyeEdge, type MeshPart, separateParts } from '../blending/mesh-parts.js';

const RIGHT_EYE_EDGE = eyeEdge(RIGHT_EYE_PARTS);
const LEFT_EYE_EDGE = eyeEdge(LEFT_EYE_PARTS);
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
  const triangles = separateParts(canonicalFace().triangles.slice(), [RIGHT_EYE_PART, LEFT_EYE_PART, MOUTH_PART]);
  return Uint16Array.of(...triangles, ...foreheadTriangles(FOREHEAD_FIRST));
}
