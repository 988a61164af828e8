// Closed outlines of the face mesh as landmark numbers (MediaPipe's order, seen from the front; "right" is the person's).

/** The edge of the mesh, clockwise on screen from the middle of the forehead. It ends below the hair line. */
export const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** How far up an oval point moves to reach the hair line: a share of `FOREHEAD_REACH` face widths; 0 where not named. */
export const FOREHEAD_SHARE: ReadonlyMap<number, number> = new Map([
  [10, 1],
  [338, 0.95],
  [109, 0.95],
  [297, 0.85],
  [67, 0.85],
  [332, 0.62],
  [103, 0.62],
  [284, 0.3],
  [54, 0.3],
]);
/** From the mesh's edge to the hair line in the middle of the forehead, in face widths. */
export const FOREHEAD_REACH = 0.17;

export const RIGHT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246] as const;
export const LEFT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466] as const;
export const RIGHT_BROW = [46, 53, 52, 65, 55, 107, 66, 105, 63, 70] as const;
export const LEFT_BROW = [276, 283, 282, 295, 285, 336, 296, 334, 293, 300] as const;

/** The outer edge of the lips: an open mouth with its teeth lies within. */
export const LIPS = [
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
] as const;

/** Each nostril lies between these two: beside the wing of the nose, and beside its septum. */
export const NOSTRILS = [
  [98, 97],
  [327, 326],
] as const;

/** Points that lie on bare skin in most faces: cheeks and forehead. */
export const SKIN_POINTS = [
  50, 101, 118, 117, 123, 147, 187, 205, 36, 206, 100, 47, 119, 120, 111, 116, 280, 330, 347, 346, 352, 376, 411, 425,
  266, 426, 329, 277, 348, 349, 340, 345, 151, 108, 69, 67, 109, 10, 338, 297, 299, 337, 9, 104, 333, 8, 107, 336, 66,
  296,
] as const;

/** Both ends of the face's width; the distance in space stays the same when the head turns or the jaw drops. */
export const RIGHT_SIDE = 234;
export const LEFT_SIDE = 454;
export const FOREHEAD_TOP = 10;
export const CHIN = 152;
export const NOSE_BRIDGE = 6;
