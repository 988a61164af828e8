import { canonicalFace, MESH_POINTS } from '../blending/canonical-face.js';
import { LEFT_EYE_PARTS, RIGHT_EYE_PARTS } from '../blending/expression.js';

/** A head turned by this (radians) or more is wholly evened out. */
const WHOLLY = 0.2;

/**
 * The shape of a face with both sides alike, as far as its picture was turned: of a head that looks aside the network
 * tells the depth too small, which shifts the nose and narrows the far cheek.
 *
 * @param shape - LANDMARK_COUNT × (x, y, z) in canonical cm; only read. @param yaw - of the picture, radians.
 */
export function evenOut(shape: Float32Array, yaw: number): Float32Array {
  const share = Math.min(Math.abs(yaw) / WHOLLY, 1);
  const even = shape.slice();
  const opposite = oppositePoints();
  for (let point = 0; point < opposite.length; point++) {
    const other = opposite[point]!;
    for (let axis = 0; axis < 3; axis++) {
      const mirrored = axis === 0 ? -shape[3 * other]! : shape[3 * other + axis]!;
      even[3 * point + axis]! += (share / 2) * (mirrored - shape[3 * point + axis]!);
    }
  }
  keepGaze(shape, even);
  return even;
}

/** Of each point of the mesh, the one on the other side of the face. */
function oppositePoints(): Uint16Array {
  const { points } = canonicalFace();
  return Uint16Array.from({ length: MESH_POINTS }, (_, point) => {
    let nearest = point;
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < MESH_POINTS; other++) {
      const distance = Math.hypot(
        points[3 * other]! + points[3 * point]!,
        points[3 * other + 1]! - points[3 * point + 1]!,
        points[3 * other + 2]! - points[3 * point + 2]!,
      );
      if (distance < least) {
        least = distance;
        nearest = other;
      }
    }
    return nearest;
  });
}

/** The irises go with their eyes: eyes do not look to both sides. */
function keepGaze(shape: Float32Array, even: Float32Array): void {
  for (const { outer, inner, iris } of [RIGHT_EYE_PARTS, LEFT_EYE_PARTS]) {
    for (let axis = 0; axis < 3; axis++) {
      const moved = (corner: number): number => even[3 * corner + axis]! - shape[3 * corner + axis]!;
      const shift = (moved(outer) + moved(inner)) / 2;
      for (let point = iris; point < iris + 5; point++) even[3 * point + axis]! += shift;
    }
  }
}
