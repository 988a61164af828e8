import type { I420Layout } from '../frame/i420.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { type FaceRegion, regionFromDetection } from '../inference/face-region.js';

/** Two regions belong to one face if their centres lie closer than this, in sizes of the region expected. */
const NEAR = 0.35;
/** And if neither is larger than the other by this. */
const ALIKE = 1.4;
/** A face found again may have gone further while it was away. */
const NEAR_AFTER_ABSENCE = 0.6;
const ALIKE_AFTER_ABSENCE = 1.7;

/** Whether the region of a face one frame later can be that of the same face: no jump in place or size. */
export function isSameFace(found: FaceRegion, expected: FaceRegion): boolean {
  return liesNear(found, expected, NEAR, ALIKE);
}

/**
 * Which of the faces found is the one that was at `lost`: the nearest, if it is near and alike in size.
 *
 * @param lost - where it was last, or should be by now. @returns null if none can be it.
 */
export function findAgain(detections: readonly FaceDetection[], lost: FaceRegion): FaceDetection | null {
  let nearest: FaceDetection | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const detection of detections) {
    const region = regionFromDetection(detection);
    const distance = Math.hypot(region.centerX - lost.centerX, region.centerY - lost.centerY);
    if (distance >= least || !liesNear(region, lost, NEAR_AFTER_ABSENCE, ALIKE_AFTER_ABSENCE)) continue;
    nearest = detection;
    least = distance;
  }
  return nearest;
}

/**
 * The faces by how probably the camera is pointed at them, the likeliest first: large and central ones. A face in a
 * corner of the picture counts as half its size.
 */
export function rankFaces(detections: readonly FaceDetection[], { width, height }: I420Layout): FaceDetection[] {
  const weigh = ({ box }: FaceDetection): number => {
    const aside = Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2);
    return Math.max(box.width, box.height) * (1 - aside / Math.hypot(width, height));
  };
  return [...detections].sort((a, b) => weigh(b) - weigh(a));
}

function liesNear(found: FaceRegion, expected: FaceRegion, near: number, alike: number): boolean {
  const distance = Math.hypot(found.centerX - expected.centerX, found.centerY - expected.centerY);
  const ratio = found.size / expected.size;
  return distance < near * expected.size && ratio < alike && ratio > 1 / alike;
}
