import type { Eye, Gaze } from './expression.js';
import type { FacePose } from './face-pose.js';

/**
 * Irises are drawn so much further from the middle of their eyes than they are tracked: tracking draws them towards it. Of
 * what is drawn, 0.64 is read again.
 */
export const GAZE_GAIN = 1.5;
/** The lids before and behind an iris: their mean depth is that of the eye's surface, which irises are drawn on. */
const NEAR_IRIS = [2, 3, 4] as const;

/**
 * Where an iris must lie on the surface of an eye so that it is seen to look to `gaze`: a turned head shows its eyes from
 * the side, and as they bulge, that alone moves their middle.
 *
 * @param shape - a face in canonical space, its lids set. @param pose - in which it is seen.
 * @param gaze - as `gazeOf` tells it of the picture plane.
 * @param into - takes x, y and z, canonical cm.
 */
export function placeIris(
  shape: Float32Array,
  eye: Eye,
  { rotation: r }: FacePose,
  gaze: Gaze,
  into: Float64Array,
): void {
  const outer = 3 * eye.outer;
  const inner = 3 * eye.inner;
  const seenX = (at: number): number => r[0]! * shape[at]! + r[1]! * shape[at + 1]! + r[2]! * shape[at + 2]!;
  const seenY = (at: number): number => r[3]! * shape[at]! + r[4]! * shape[at + 1]! + r[5]! * shape[at + 2]!;
  // From the corner on the left of the picture to that on the right.
  const way = seenX(outer) < seenX(inner) ? 1 : -1;
  const alongX = way * (seenX(inner) - seenX(outer));
  const alongY = way * (seenY(inner) - seenY(outer));
  let z = 0;
  for (const i of NEAR_IRIS) {
    const [upper, lower] = eye.lids[i]!;
    z += (shape[3 * upper + 2]! + shape[3 * lower + 2]!) / (2 * NEAR_IRIS.length);
  }
  const x = (seenX(outer) + seenX(inner)) / 2 + gaze.x * alongX - gaze.y * alongY - r[2]! * z;
  const y = (seenY(outer) + seenY(inner)) / 2 + gaze.x * alongY + gaze.y * alongX - r[5]! * z;
  // The pose has no mirror and does not look from behind: its upper left has an inverse.
  const area = r[0]! * r[4]! - r[1]! * r[3]!;
  into[0] = (r[4]! * x - r[1]! * y) / area;
  into[1] = (r[0]! * y - r[3]! * x) / area;
  into[2] = z;
}
