/** Points of the face mesh: 468 of the face, then 5 of the right and 5 of the left iris (MediaPipe's order). */
export const LANDMARK_COUNT = 478;

/** A square turned in the picture: the region that a network looks at. Pixels and radians (clockwise on screen). */
export interface FaceRegion {
  readonly centerX: number;
  readonly centerY: number;
  readonly size: number;
  readonly rotation: number;
}
