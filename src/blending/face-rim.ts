import { canonicalFace } from './canonical-face.js';
import { FACE_OVAL, FOREHEAD_SHARE } from './face-outlines.js';

/** The rim of the texture is taken from so far further in: hair and shadow lie at the outline itself. */
const RIM_INSET = 0.05;
/** Where the rim turns edge-on it fades out: from this share of its true breadth, to nothing at the other. */
const RIM_WHOLE = 0.3;
const RIM_GONE = 0.02;

/**
 * Moves the rim of a face's texture a little further in, but for the forehead, which goes on above.
 *
 * @param source - (u, v, weight) of each vertex of a `DrawnMesh`, the face's points first; changed in place.
 */
export function insetRim(source: Float32Array): void {
  const [middleX, middleY] = middleOf(source);
  for (const point of FACE_OVAL) {
    if (FOREHEAD_SHARE.has(point)) continue;
    source[3 * point]! += RIM_INSET * (middleX - source[3 * point]!);
    source[3 * point + 1]! += RIM_INSET * (middleY - source[3 * point + 1]!);
  }
}

/** Lets the rim fade where the cheek turns away, instead of folding over. */
export class RimFade {
  readonly #inner = rimNeighbours();

  /**
   * @param seen - the face's points as they are drawn, (x, y, z) in pixels. @param shape - the same in canonical cm.
   * @param source - (u, v, weight) of each vertex; the weights of the rim are written.
   */
  apply(seen: Float32Array, shape: Float32Array, source: Float32Array): void {
    const [middleX, middleY] = middleOf(seen);
    for (let i = 0; i < FACE_OVAL.length; i++) {
      const point = FACE_OVAL[i]!;
      const inner = this.#inner[i]!;
      const dx = seen[3 * point]! - seen[3 * inner]!;
      const dy = seen[3 * point + 1]! - seen[3 * inner + 1]!;
      const dz = seen[3 * point + 2]! - seen[3 * inner + 2]!;
      const outX = seen[3 * point]! - middleX;
      const outY = seen[3 * point + 1]! - middleY;
      const outward = (dx * outX + dy * outY) / Math.max(Math.hypot(outX, outY), 1e-6);
      // As broad as it would be seen from the front, where the rim slopes away too.
      const front = Math.hypot(shape[3 * point]! - shape[3 * inner]!, shape[3 * point + 1]! - shape[3 * inner + 1]!);
      const space = Math.hypot(front, shape[3 * point + 2]! - shape[3 * inner + 2]!);
      const breadth = (outward / Math.max(Math.hypot(dx, dy, dz), 1e-6)) * (space / Math.max(front, 1e-6));
      source[3 * point + 2] = Math.min(Math.max((breadth - RIM_GONE) / (RIM_WHOLE - RIM_GONE), 0), 1);
    }
  }
}

/** The middle of an outline. */
function middleOf(points: Float32Array): [x: number, y: number] {
  let x = 0;
  let y = 0;
  for (const point of FACE_OVAL) {
    x += points[3 * point]! / FACE_OVAL.length;
    y += points[3 * point + 1]! / FACE_OVAL.length;
  }
  return [x, y];
}

/** Of each point of the outline: the neighbour that lies furthest inside. */
function rimNeighbours(): number[] {
  const { triangles, points } = canonicalFace();
  const outline = new Set<number>(FACE_OVAL);
  return FACE_OVAL.map((point) => {
    let best: number = point;
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < triangles.length; i += 3) {
      const corners = triangles.subarray(i, i + 3);
      if (!corners.includes(point)) continue;
      for (const corner of corners) {
        if (outline.has(corner)) continue;
        // The one on the way to the middle of the face.
        const across = Math.abs(
          points[3 * corner]! * points[3 * point + 1]! - points[3 * corner + 1]! * points[3 * point]!,
        );
        if (across < nearest) {
          nearest = across;
          best = corner;
        }
      }
    }
    return best;
  });
}
