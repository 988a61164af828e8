import { describe, expect, test } from 'vitest';
import { canonicalFace, MESH_POINTS, MESH_TRIANGLES } from '../../src/blending/canonical-face.js';
import { CHIN, FACE_OVAL, FOREHEAD_TOP, LEFT_SIDE, RIGHT_SIDE } from '../../src/blending/face-outlines.js';
import { createPose, type FacePose, fitPose, headAngles, toCanonical, toFrame } from '../../src/blending/face-pose.js';
import {
  frameToTensor,
  mapPoints,
  tensorToFrame,
  WINDOW_CM,
  windowOf,
  withMargin,
} from '../../src/blending/face-window.js';

/** A pose of yaw (about y), then pitch (about x), then roll (about z), in radians. */
function poseOf(yaw: number, pitch: number, roll: number, scale = 20, place = [640, 360, -15]): FacePose {
  // Column vectors; nose to the right is a positive yaw, nose up a positive pitch, clockwise a positive roll.
  const about = (a: number, b: number, angle: number): number[][] => {
    const m: number[][] = [0, 1, 2].map((row) => [0, 1, 2].map((column) => (row === column ? 1 : 0)));
    m[a]![a] = m[b]![b] = Math.cos(angle);
    m[a]![b] = -Math.sin(angle);
    m[b]![a] = Math.sin(angle);
    return m;
  };
  const times = (m: number[][], n: number[][]): number[][] =>
    m.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, k) => sum + value * n[k]![column]!, 0)));
  const rotation = times(times(about(0, 1, roll), about(2, 0, -yaw)), about(1, 2, -pitch));
  return { scale, rotation: Float64Array.from(rotation.flat()), translation: Float64Array.from(place) };
}

const POSES = [
  [0, 0, 0],
  [0.5, 0, 0],
  [-0.9, 0.3, 0.1],
  [0.2, -0.5, 0],
  [0, 0, 3.1],
  [0.3, 0.2, -1.5],
] as const;

describe('the canonical face', () => {
  const { points, triangles, rigid } = canonicalFace();

  test('looks at the camera, x right and y down, in cm', () => {
    expect(points).toHaveLength(3 * MESH_POINTS);
    expect(points[3 * LEFT_SIDE]! - points[3 * RIGHT_SIDE]!).toBeGreaterThan(13);
    expect(points[3 * CHIN + 1]! - points[3 * FOREHEAD_TOP + 1]!).toBeGreaterThan(15);
    const nose = points[3 * 1 + 2]!;
    for (const point of FACE_OVAL) expect(points[3 * point + 2]!).toBeGreaterThan(nose + 2);
  });

  test('its triangles are whole, and only the oval is an edge', () => {
    expect(triangles).toHaveLength(3 * MESH_TRIANGLES);
    const uses = new Map<string, number>();
    for (let i = 0; i < triangles.length; i += 3) {
      const corners = [triangles[i]!, triangles[i + 1]!, triangles[i + 2]!];
      expect(Math.max(...corners)).toBeLessThan(MESH_POINTS);
      corners.forEach((corner, k) => {
        const side = [corner, corners[(k + 1) % 3]!].sort((a, b) => a - b).join('-');
        uses.set(side, (uses.get(side) ?? 0) + 1);
      });
    }
    const border = [...uses].filter(([, count]) => count === 1).flatMap(([side]) => side.split('-').map(Number));
    expect(new Set(border)).toEqual(new Set(FACE_OVAL));
  });

  test('its rigid points leave out jaw, mouth and eyes', () => {
    expect(rigid.length).toBeGreaterThan(150);
    for (const point of [CHIN, 13, 14, 61, 159, 145, 386, 374]) expect(rigid).not.toContain(point);
  });
});

describe.each(POSES)('a head turned by yaw %s, pitch %s, roll %s', (yaw, pitch, roll) => {
  const pose = poseOf(yaw, pitch, roll);
  const { points, rigid } = canonicalFace();
  const frame = toFrame(pose, points, new Float32Array(points.length));

  test('its pose is found from its points', () => {
    const found = fitPose(frame);
    expect(found.scale).toBeCloseTo(pose.scale, 4);
    for (let i = 0; i < 9; i++) expect(found.rotation[i]).toBeCloseTo(pose.rotation[i]!, 5);
    for (let i = 0; i < 3; i++) expect(found.translation[i]).toBeCloseTo(pose.translation[i]!, 3);
  });

  test('mouth, jaw and eyes may do what they want', () => {
    const moved = frame.slice();
    const skull = new Set(rigid);
    for (let point = 0; point < MESH_POINTS; point++) if (!skull.has(point)) moved[3 * point + 1]! += 30;
    expect(fitPose(moved, createPose())).toEqual(fitPose(frame));
  });

  test('its points go to canonical space and back', () => {
    const back = toCanonical(pose, frame, new Float32Array(frame.length));
    for (let i = 0; i < back.length; i++) expect(back[i]).toBeCloseTo(points[i]!, 4);
  });

  test('its angles are those it was turned by', () => {
    const angles = headAngles(pose);
    // A turn about two axes tilts the eye line on screen, from which yaw and pitch are told.
    const tilt = Math.sin(yaw) * Math.sin(pitch);
    expect(Math.abs(angles.roll - roll)).toBeLessThan(1.6 * Math.abs(tilt) + 1e-6);
    expect(Math.abs(angles.yaw - yaw)).toBeLessThan(0.5 * Math.abs(tilt) + 1e-6);
    expect(Math.abs(angles.pitch - pitch)).toBeLessThan(1.6 * Math.abs(tilt) + 1e-6);
  });

  test('its window leans with it, and its matrices are inverse to each other', () => {
    const window = windowOf(pose);
    expect(window.size).toBeCloseTo(WINDOW_CM * pose.scale, 6);
    const side = 128;
    const seen = mapPoints(frameToTensor(window, side), frame.slice());
    for (const point of FACE_OVAL) {
      expect(seen[3 * point]!).toBeGreaterThan(0);
      expect(seen[3 * point]!).toBeLessThan(side);
      expect(seen[3 * point + 1]!).toBeGreaterThan(0);
      expect(seen[3 * point + 1]!).toBeLessThan(side);
    }
    // The outer corners of the eyes differ in x alone.
    expect(seen[3 * 263 + 1]).toBeCloseTo(seen[3 * 33 + 1]!, 3);
    expect(seen[3 * 263]! - seen[3 * 33]!).toBeGreaterThan(25);
    mapPoints(tensorToFrame(window, side), seen);
    for (let at = 0; at < seen.length; at++) expect(seen[at]).toBeCloseTo(frame[at]!, 2);
  });
});

test('a margin adds pixels around a window and keeps its scale', () => {
  const window = windowOf(poseOf(0.2, 0.1, 0.4));
  const point = Float32Array.of(600, 300, 0);
  const plain = mapPoints(frameToTensor(window, 128), point.slice());
  const wide = mapPoints(frameToTensor(withMargin(window, 128, 16), 160), point.slice());
  expect(wide[0]).toBeCloseTo(plain[0]! + 16, 3);
  expect(wide[1]).toBeCloseTo(plain[1]! + 16, 3);
});
