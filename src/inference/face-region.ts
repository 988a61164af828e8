import type { AffineMatrix } from '../kernels/kernels.js';
import type { FaceDetection } from './face-detection.js';

/** Points of the face mesh: 468 of the face, then 5 of the right and 5 of the left iris (MediaPipe's order). */
export const LANDMARK_COUNT = 478;

/** A square turned in the picture: the region that a network looks at. Pixels and radians (clockwise on screen). */
export interface FaceRegion {
  readonly centerX: number;
  readonly centerY: number;
  readonly size: number;
  readonly rotation: number;
}

/** How much larger than the face's box the region is, as the landmark network was trained. */
const REGION_SCALE = 1.5;
/** Outer corners of the eyes, the person's right one first (on the left of an unmirrored picture). */
const RIGHT_EYE_CORNER = 33;
const LEFT_EYE_CORNER = 263;

/**
 * The region for the landmarks of a face just found: its eyes level, 1.5 times the longer side of its box.
 * Source: mediapipe/modules/face_landmark/face_detection_front_detection_to_roi.pbtxt.
 */
export function regionFromDetection({ box, keypoints }: FaceDetection): FaceRegion {
  const [rightEye, leftEye] = keypoints;
  return {
    centerX: box.x + box.width / 2,
    centerY: box.y + box.height / 2,
    size: Math.max(box.width, box.height) * REGION_SCALE,
    rotation: Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x),
  };
}

/**
 * The region for the next frame's landmarks: the eyes' outer corners level, 1.5 times the longer side of the points'
 * box, which lies straight in the picture however the head is turned.
 *
 * @param points - LANDMARK_COUNT × (x, y, z), pixels of the frame.
 * Source: mediapipe/modules/face_landmark/face_landmark_landmarks_to_roi.pbtxt.
 */
export function regionFromLandmarks(points: Float32Array): FaceRegion {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < 3 * LANDMARK_COUNT; at += 3) {
    const x = points[at]!;
    const y = points[at + 1]!;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const acrossX = points[3 * LEFT_EYE_CORNER]! - points[3 * RIGHT_EYE_CORNER]!;
  const acrossY = points[3 * LEFT_EYE_CORNER + 1]! - points[3 * RIGHT_EYE_CORNER + 1]!;
  return {
    centerX: (left + right) / 2,
    centerY: (top + bottom) / 2,
    size: Math.max(right - left, bottom - top) * REGION_SCALE,
    rotation: Math.atan2(acrossY, acrossX),
  };
}

/** The matrix that takes pixels of a `pixels` × `pixels` crop of the region to pixels of the frame. */
export function cropMatrix({ centerX, centerY, size, rotation }: FaceRegion, pixels: number): AffineMatrix {
  const cos = (Math.cos(rotation) * size) / pixels;
  const sin = (Math.sin(rotation) * size) / pixels;
  const half = pixels / 2;
  return [cos, -sin, centerX - (cos - sin) * half, sin, cos, centerY - (sin + cos) * half];
}
