import { expect, test } from 'vitest';
import { alignFaces, eyeDistance, landmarkError, ovalMask } from '../../../src/training/evaluation/face-alignment.js';
import { followSignals, readSignals } from '../../../src/training/evaluation/face-signals.js';
import { face } from './posed-face.js';

test('a turned head has its yaw, however it leans', () => {
  expect(readSignals(face()).yaw).toBeCloseTo(0, 4);
  expect(readSignals(face({ yaw: 0.4 })).yaw).toBeCloseTo(0.4, 3);
  expect(readSignals(face({ yaw: 0.4, roll: 0.3 })).yaw).toBeCloseTo(0.4, 3);
  expect(readSignals(face({ yaw: 0.4, roll: 0.3 })).pitch).toBeCloseTo(0, 3);
});

test('gaze is where the irises are, across and down, in widths of the eye, however the head leans', () => {
  const points = face();
  const width = Math.abs(points[3 * 133]! - points[3 * 33]!);
  expect(readSignals(face({ gazeX: 6 })).gazeAcross - readSignals(points).gazeAcross).toBeCloseTo(6 / width, 1.5);
  expect(readSignals(face({ gazeY: 3 })).gazeDown - readSignals(points).gazeDown).toBeCloseTo(3 / width, 1.5);
  const leaning = readSignals(face({ gazeX: 6, roll: 0.5 }));
  expect(leaning.gazeAcross).toBeCloseTo(readSignals(face({ gazeX: 6 })).gazeAcross, 4);
  expect(leaning.gazeDown).toBeCloseTo(readSignals(face({ gazeX: 6 })).gazeDown, 4);
});

test('following: 1 where the output does as the driver does, -1 where it does the contrary, in each signal', () => {
  const driver = Array.from({ length: 40 }, (_, k) => ({
    mouth: Math.sin(k),
    eyes: 0.3 + 0.02 * Math.sin(2 * k),
    gazeAcross: Math.sin(3 * k),
    gazeDown: Math.cos(k),
    yaw: Math.sin(k / 5),
    pitch: Math.cos(k / 7),
  }));
  const output = driver.map(({ mouth, eyes, gazeAcross, gazeDown, yaw, pitch }) => ({
    mouth: 0.2 + 0.5 * mouth,
    eyes,
    gazeAcross: -gazeAcross,
    gazeDown,
    yaw: 0.9 * yaw,
    pitch: 1 - pitch,
  }));
  const { mouth, eyes, gazeAcross, gazeDown, yaw, pitch } = followSignals(output, driver);
  for (const value of [mouth, eyes, gazeDown, yaw]) expect(value).toBeCloseTo(1, 9);
  for (const value of [gazeAcross, pitch]) expect(value).toBeCloseTo(-1, 9);
});

test('what the irises seem to do in a blink is no gaze', () => {
  const driver = Array.from({ length: 40 }, (_, k) => ({
    ...readSignals(face({ gazeX: 4 * Math.sin(k) })),
    eyes: 0.3,
  }));
  const blinking = driver.map((signals, k) =>
    k % 10 === 0 ? { ...signals, eyes: 0.05, gazeDown: 5 * (k % 20) } : signals,
  );
  const output = blinking.map((signals) => ({ ...signals, gazeAcross: signals.eyes < 0.1 ? 9 : signals.gazeAcross }));
  expect(followSignals(output, blinking).gazeAcross).toBeCloseTo(1, 6);
});

test('landmark error is in distances between the eyes', () => {
  const points = face();
  expect(landmarkError(points, points)).toBe(0);
  const shifted = points.map((value, index) => (index % 3 === 0 ? value + 0.05 * eyeDistance(points) : value));
  expect(landmarkError(shifted, points)).toBeCloseTo(0.05, 5);
});

test('aligning takes a turned, larger face back onto itself', () => {
  const from = face();
  const to = face({ roll: 0.4 }).map((value, index) => (index % 3 === 2 ? value : 1.7 * value + 20));
  const [a, b, c, d, e, f] = alignFaces(from, to);
  for (const at of [3 * 33, 3 * 1, 3 * 291]) {
    expect(a * from[at]! + b * from[at + 1]! + c).toBeCloseTo(to[at]!, 2);
    expect(d * from[at]! + e * from[at + 1]! + f).toBeCloseTo(to[at + 1]!, 2);
  }
});

test('the oval holds the face and no corner of the picture; a scaled one has the square of its area', () => {
  const points = face();
  const area = (scale: number) => ovalMask(points, 400, 300, scale).data.reduce((sum, value) => sum + value, 0);
  const mask = ovalMask(points, 400, 300);
  expect(mask.data[Math.round(points[4]!) * 400 + Math.round(points[3]!)]).toBe(1);
  expect(mask.data[0]).toBe(0);
  expect(area(0.5) / area(1)).toBeCloseTo(0.25, 2);
});
