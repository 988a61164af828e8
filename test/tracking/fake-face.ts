import { LANDMARK_COUNT } from '../../src/inference/face-region.js';

/** Where a made-up face is: the middle of its points, half the width of its box, its roll. */
export interface FacePlace {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly roll?: number;
}

const OUTER_EYE_CORNERS = { right: 33, left: 263 };

/** LANDMARK_COUNT × (x, y, z): a dome of points, -1 to 1 across, the eyes' corners level, the same for every face. */
const shape = (() => {
  const points = new Float32Array(3 * LANDMARK_COUNT);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    // A sunflower's seeds: evenly over the disc. Source: Vogel (1979).
    const distance = Math.sqrt((i + 0.5) / LANDMARK_COUNT);
    const angle = i * Math.PI * (3 - Math.sqrt(5));
    points.set([distance * Math.cos(angle), distance * Math.sin(angle), 0.6 * distance * distance], 3 * i);
  }
  points.set([-0.6, -0.3, 0.3], 3 * OUTER_EYE_CORNERS.right);
  points.set([0.6, -0.3, 0.3], 3 * OUTER_EYE_CORNERS.left);
  return points;
})();

/** Writes the points of a face at a place, in pixels. */
export function drawFace({ x, y, radius, roll = 0 }: FacePlace, into: Float32Array): void {
  const cos = Math.cos(roll) * radius;
  const sin = Math.sin(roll) * radius;
  for (let i = 0; i < 3 * LANDMARK_COUNT; i += 3) {
    into[i] = x + cos * shape[i]! - sin * shape[i + 1]!;
    into[i + 1] = y + sin * shape[i]! + cos * shape[i + 1]!;
    into[i + 2] = radius * shape[i + 2]!;
  }
}

/** The points of a face at a place. */
export function facePoints(place: FacePlace): Float32Array {
  const points = new Float32Array(3 * LANDMARK_COUNT);
  drawFace(place, points);
  return points;
}

/** Gaussian noise, the same in every run. */
export function makeNoise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
