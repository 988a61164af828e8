import { type Eye, gazeOf } from './expression.js';
import type { FacePose } from './face-pose.js';
import { GAZE_GAIN, placeIris } from './iris.js';
import { eyeEdge, type MeshPart } from './mesh-parts.js';

/** Of half the eye's width about its middle, so much moves as one: the iris and what is next to it. */
const RIGID = 0.75;

/**
 * An eye of the guide, which looks where the user's looks: what the lids leave open is moved sideways, the iris as it is,
 * the white beside it stretched on one side and narrowed on the other. The corners stay.
 */
export class GuideEye implements MeshPart {
  readonly edge: readonly number[];
  readonly first: number;
  readonly #eye: Eye;
  /** (u, v) of each point of the edge, and how far it moves for a gaze of one width of the eye. */
  readonly #places: Float32Array;
  readonly #moves: Float32Array;
  readonly #iris = new Float64Array(3);

  /** @param points - MESH_POINTS × (u, v) in the texture. @param first - of its vertices in the mesh. */
  constructor(eye: Eye, points: Float32Array, first: number) {
    this.#eye = eye;
    this.first = first;
    this.edge = eyeEdge(eye);
    const [outer, inner] = [2 * eye.outer, 2 * eye.inner];
    const [left, right] = points[outer]! < points[inner]! ? [outer, inner] : [inner, outer];
    const alongX = points[right]! - points[left]!;
    const alongY = points[right + 1]! - points[left + 1]!;
    const square = alongX * alongX + alongY * alongY;
    this.#places = Float32Array.from(this.edge.flatMap((point) => [points[2 * point]!, points[2 * point + 1]!]));
    this.#moves = Float32Array.from(
      this.edge.flatMap((point) => {
        const x = points[2 * point]! - (points[left]! + points[right]!) / 2;
        const y = points[2 * point + 1]! - (points[left + 1]! + points[right + 1]!) / 2;
        const place = (2 * Math.abs(x * alongX + y * alongY)) / square;
        const share = Math.min(Math.max((1 - place) / (1 - RIGID), 0), 1);
        return [share * alongX, share * alongY];
      }),
    );
  }

  /**
   * Places the eye in the texture.
   *
   * @param user - the user's points in the picture, irises included. @param shape - the avatar's in canonical space, seen in
   * `pose`. @param source - (u, v, weight) of each vertex.
   */
  look(user: Float32Array, shape: Float32Array, pose: FacePose, source: Float32Array): void {
    const eye = this.#eye;
    const seen = gazeOf(user, eye);
    placeIris(shape, eye, pose, { x: GAZE_GAIN * seen.x, y: GAZE_GAIN * seen.y }, this.#iris);
    const [outer, inner] = [3 * eye.outer, 3 * eye.inner];
    const across = Math.abs(shape[outer]! - shape[inner]!);
    const moved = (this.#iris[0]! - (shape[outer]! + shape[inner]!) / 2) / Math.max(across, 1e-3);
    for (let i = 0; i < this.edge.length; i++) {
      const to = 3 * (this.first + i);
      source[to] = this.#places[2 * i]! - moved * this.#moves[2 * i]!;
      source[to + 1] = this.#places[2 * i + 1]! - moved * this.#moves[2 * i + 1]!;
    }
  }
}
