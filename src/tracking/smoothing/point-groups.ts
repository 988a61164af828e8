import { LANDMARK_COUNT } from '../../inference/face-region.js';

/** Points of the mesh that move together. */
export interface PointGroup {
  readonly name:
    | 'steady'
    | 'jaw'
    | 'lips'
    | 'right eye'
    | 'left eye'
    | 'right brow'
    | 'left brow'
    | 'right iris'
    | 'left iris';
  readonly points: readonly number[];
  /**
   * Noise that the filter assumes, beside what is measured of the steady points. On still faces with camera noise it is
   * 1.4 for the jaw, 2.75 for lips, 1.55 for brows, 1.35 for eyes, 1.5 for irises; a sixth more is assumed where a little
   * more calm costs nothing that one sees, and nothing where a blink or a glance would suffer.
   */
  readonly noise: number;
  /** What its points count when the motion of the whole head is measured: little for those that move by themselves. */
  readonly hold: number;
}

// biome-ignore format: tables of indices
const LIPS = [
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
  76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 408, 304, 303, 302, 11, 72, 73, 74, 184,
  62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 407, 272, 271, 268, 12, 38, 41, 42, 183,
  78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
];
// biome-ignore format: tables of indices
const RIGHT_EYE = [
  33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246,
  130, 25, 110, 24, 23, 22, 26, 112, 243, 190, 56, 28, 27, 29, 30, 247,
];
// biome-ignore format: tables of indices
const LEFT_EYE = [
  263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466,
  359, 255, 339, 254, 253, 252, 256, 341, 463, 414, 286, 258, 257, 259, 260, 467,
];
const RIGHT_BROW = [70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 225, 224, 223, 222, 221, 113];
const LEFT_BROW = [300, 293, 334, 296, 336, 276, 283, 282, 295, 285, 445, 444, 443, 442, 441, 342];
const RIGHT_IRIS = [468, 469, 470, 471, 472];
const LEFT_IRIS = [473, 474, 475, 476, 477];
/** Chin, lower cheeks and the skin round the mouth: what a syllable moves besides the lips. */
// biome-ignore format: tables of indices
const JAW = [
  18, 200, 199, 175, 152, 148, 176, 149, 150, 136, 172, 58, 132, 377, 400, 378, 379, 365, 397, 288, 361, 83, 182, 106, 43,
  57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287, 273, 335, 406, 313, 201, 194, 204, 202, 212, 216, 206, 203, 98, 97,
  2, 326, 327, 423, 426, 436, 432, 422, 424, 418, 421, 208, 32, 211, 210, 214, 207, 205, 428, 262, 431, 430, 434, 427, 425,
  140, 171, 396, 369, 170, 395, 169, 394, 135, 364, 138, 367, 215, 435, 192, 416, 213, 433, 147, 376, 187, 411, 123, 352,
  50, 280, 177, 401,
];
const MOVING = new Set([LIPS, RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, RIGHT_IRIS, LEFT_IRIS, JAW].flat());
/** Forehead, temples, nose, upper cheeks: bone and cartilage, which move with the head only. */
const STEADY = Array.from({ length: LANDMARK_COUNT }, (_, point) => point).filter((point) => !MOVING.has(point));

/** All points, each in one group. The steady ones come first: they also tell how noisy the camera is. */
export const POINT_GROUPS: readonly PointGroup[] = [
  { name: 'steady', points: STEADY, noise: 1.2, hold: 1 },
  { name: 'jaw', points: JAW, noise: 1.65, hold: 0.4 },
  { name: 'lips', points: LIPS, noise: 3.2, hold: 0.1 },
  { name: 'right eye', points: RIGHT_EYE, noise: 1.35, hold: 0.6 },
  { name: 'left eye', points: LEFT_EYE, noise: 1.35, hold: 0.6 },
  { name: 'right brow', points: RIGHT_BROW, noise: 1.75, hold: 0.4 },
  { name: 'left brow', points: LEFT_BROW, noise: 1.75, hold: 0.4 },
  { name: 'right iris', points: RIGHT_IRIS, noise: 1.5, hold: 0 },
  { name: 'left iris', points: LEFT_IRIS, noise: 1.5, hold: 0 },
];

/** A point and the places of its coordinates in an array of groups, each of which has all x, then all y, then all z. */
interface PointPlace {
  readonly point: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** The points in the order of the groups. */
export const POINT_ORDER: readonly PointPlace[] = (() => {
  const order: PointPlace[] = [];
  let start = 0;
  for (const { points } of POINT_GROUPS) {
    for (const [at, point] of points.entries()) {
      order.push({ point, x: start + at, y: start + points.length + at, z: start + 2 * points.length + at });
    }
    start += 3 * points.length;
  }
  return order;
})();
