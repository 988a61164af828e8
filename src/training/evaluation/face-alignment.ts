import { FACE_OVAL } from '../../blending/face-outlines.js';
import type { AffineMatrix } from '../../kernels/kernels.js';
import type { Plane } from './picture.js';

/** A point of a picture, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The landmarks whose means stand for a part of the face. */
const PLACES = { rightEye: [33, 133], leftEye: [362, 263], nose: [1], mouth: [61, 291] } as const;

/** Where the eyes (the middle between their corners), the tip of the nose and the mouth are. */
export function placesOf(points: Float32Array): Record<keyof typeof PLACES, Point> {
  const mean = (indices: readonly number[]): Point => ({
    x: indices.reduce((sum, index) => sum + points[3 * index]!, 0) / indices.length,
    y: indices.reduce((sum, index) => sum + points[3 * index + 1]!, 0) / indices.length,
  });
  return {
    rightEye: mean(PLACES.rightEye),
    leftEye: mean(PLACES.leftEye),
    nose: mean(PLACES.nose),
    mouth: mean(PLACES.mouth),
  };
}

/** Distance between the eyes, in pixels. */
export function eyeDistance(points: Float32Array): number {
  const { rightEye, leftEye } = placesOf(points);
  return Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y);
}

/** How far the eyes, nose and mouth of a face are from those of another: their mean, over the other's eye distance. */
export function landmarkError(points: Float32Array, reference: Float32Array): number {
  const found = placesOf(points);
  const expected = placesOf(reference);
  const names = Object.keys(PLACES) as (keyof typeof PLACES)[];
  const sum = names.reduce(
    (total, name) => total + Math.hypot(found[name].x - expected[name].x, found[name].y - expected[name].y),
    0,
  );
  return sum / names.length / eyeDistance(reference);
}

/** The shift, turn and scale that takes eyes, nose and mouth of one face to those of another, by least squares. */
export function alignFaces(from: Float32Array, to: Float32Array): AffineMatrix {
  const a = Object.values(placesOf(from));
  const b = Object.values(placesOf(to));
  const centreA = centreOf(a);
  const centreB = centreOf(b);
  let dot = 0;
  let cross = 0;
  let size = 0;
  for (const [index, { x, y }] of a.entries()) {
    const ax = x - centreA.x;
    const ay = y - centreA.y;
    const bx = b[index]!.x - centreB.x;
    const by = b[index]!.y - centreB.y;
    dot += ax * bx + ay * by;
    cross += ax * by - ay * bx;
    size += ax * ax + ay * ay;
  }
  const cos = dot / size;
  const sin = cross / size;
  return [
    cos,
    -sin,
    centreB.x - cos * centreA.x + sin * centreA.y,
    sin,
    cos,
    centreB.y - sin * centreA.x - cos * centreA.y,
  ];
}

/**
 * The face's oval as a mask: 1 at pixels whose centres lie within it, else 0.
 *
 * @param scale - of the oval about its middle: less than 1 leaves out the edge of the face.
 */
export function ovalMask(points: Float32Array, width: number, height: number, scale = 1): Plane {
  const outline = FACE_OVAL.map((index) => ({ x: points[3 * index]!, y: points[3 * index + 1]! }));
  const middle = centreOf(outline);
  const corners = outline.map(({ x, y }) => ({
    x: middle.x + scale * (x - middle.x),
    y: middle.y + scale * (y - middle.y),
  }));
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const crossings = corners.flatMap((a, index) => {
      const b = corners[(index + 1) % corners.length]!;
      const isCrossed = a.y <= y + 0.5 !== b.y <= y + 0.5;
      return isCrossed ? [a.x + ((y + 0.5 - a.y) / (b.y - a.y)) * (b.x - a.x)] : [];
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const left = Math.max(0, Math.ceil(crossings[i]! - 0.5));
      const right = Math.min(width, Math.ceil(crossings[i + 1]! - 0.5));
      if (left < right) data.fill(1, y * width + left, y * width + right);
    }
  }
  return { width, height, data };
}

function centreOf(points: readonly Point[]): Point {
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
}
