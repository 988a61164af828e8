import { describe, expect, test } from 'vitest';
import type { FaceDetection, Point } from '../../src/inference/face-detection.js';
import { landmarksToFrame } from '../../src/inference/face-landmarker.js';
import {
  cropMatrix,
  LANDMARK_COUNT,
  regionFromDetection,
  regionFromLandmarks,
} from '../../src/inference/face-region.js';

describe('regionFromDetection', () => {
  const origin: Point = { x: 0, y: 0 };
  const face = (rightEye: Point, leftEye: Point): FaceDetection => ({
    score: 1,
    box: { x: 100, y: 50, width: 80, height: 100 },
    keypoints: [rightEye, leftEye, origin, origin, origin, origin],
  });

  test('is 1.5 times the longer side, round the middle of the box', () => {
    const region = regionFromDetection(face({ x: 120, y: 80 }, { x: 160, y: 80 }));
    expect(region).toEqual({ centerX: 140, centerY: 100, size: 150, rotation: 0 });
  });

  test('turns with the eyes, upside down too', () => {
    expect(regionFromDetection(face({ x: 0, y: 0 }, { x: 10, y: 10 })).rotation).toBeCloseTo(Math.PI / 4, 12);
    expect(regionFromDetection(face({ x: 10, y: 0 }, { x: 0, y: 0 })).rotation).toBeCloseTo(Math.PI, 12);
  });
});

describe('regionFromLandmarks', () => {
  test('is 1.5 times the longer side of the upright box of all points, turned with the eye corners', () => {
    const points = new Float32Array(3 * LANDMARK_COUNT).fill(60);
    points.set([20, 40], 3 * 1);
    points.set([120, 100], 3 * 477);
    points.set([50, 60], 3 * 33);
    points.set([80, 90], 3 * 263);
    const region = regionFromLandmarks(points);
    expect(region.centerX).toBe(70);
    expect(region.centerY).toBe(70);
    expect(region.size).toBe(150);
    expect(region.rotation).toBeCloseTo(Math.PI / 4, 6);
  });
});

describe('cropMatrix', () => {
  const region = { centerX: 300, centerY: 200, size: 96, rotation: Math.PI / 6 };
  const [a, b, c, d, e, f] = cropMatrix(region, 192);
  const map = (x: number, y: number): [number, number] => [a * x + b * y + c, d * x + e * y + f];

  test('takes the middle of the crop to the middle of the region', () => {
    const [x, y] = map(96, 96);
    expect(x).toBeCloseTo(300, 9);
    expect(y).toBeCloseTo(200, 9);
  });

  test('takes the crop to the right along the turned eyes, clockwise on screen', () => {
    const [x, y] = map(192, 96);
    expect(x).toBeCloseTo(300 + 48 * Math.cos(Math.PI / 6), 9);
    expect(y).toBeCloseTo(200 + 48 * Math.sin(Math.PI / 6), 9);
  });

  test('landmarks go the same way, depth by scale alone', () => {
    const crop = new Float32Array(3 * LANDMARK_COUNT).fill(96);
    crop[2] = -10;
    const points = new Float32Array(3 * LANDMARK_COUNT);
    landmarksToFrame(crop, [a, b, c, d, e, f], points);
    expect(points[0]).toBeCloseTo(300, 4);
    expect(points[1]).toBeCloseTo(200, 4);
    expect(points[2]).toBeCloseTo(-5, 4);
  });
});
