import { expect, test } from 'vitest';
import { isReached } from '../../../src/training/evaluation/goals.js';
import { rowsOf } from './goals.js';
import { tableOf } from './report-quality.js';

const following = { mouth: 0.96, eyes: 0.8, gazeAcross: 0.9, gazeDown: 0.5, yaw: 0.99, pitch: 0.99 };
const seam = { edge: 2.2, inside: 2, outside: 2, ratio: 1.1 };
const figures = {
  clip: {
    frames: 3,
    faceless: 0,
    following,
    landmarkError: 0.03,
    sharpness: 0.5,
    seam,
    seamOfInput: { ...seam, ratio: 1.3 },
    flicker: null,
  },
  identity: { toAvatar: [0.3, 0.35, 0.9], toDriver: [0.8, 0.7, 0.9], targetToAvatar: [0.33, 0.33, 0.31] },
  stillFlicker: { fine: 1.1, coarse: 1.3 },
  psnrToTarget: [],
  psnrOfInt8: [41, 42, 39],
};

test('each figure is held against its goal, by medians; what was not measured is neither reached nor missed', () => {
  const verdicts = Object.fromEntries(rowsOf(figures, 'male-0').map((row) => [row.name, isReached(row)]));
  expect(verdicts).toMatchObject({
    'identity: distance to the avatar': true, // 0.35 of at most 0.36
    'identity: above the warped target': true, // 0.02 of at most 0.03
    'identity: distance to the driver': true,
    'expression: mouth opening': true,
    'expression: eye opening': false,
    'landmark error, % of eye distance': true,
    'sharpness against the portrait': false,
    seam: true,
    'seam over that of the camera picture': true, // 1.1 / 1.3
    'flicker, still face': true,
    'flicker of patches, still face': false,
    'flicker, little motion': null,
    'PSNR to the warped target, dB': null,
    'PSNR of INT8 to fp32, dB': true,
  });
});

test('a portrait without a goal of its own is measured by the warped target alone', () => {
  const [distance, above] = rowsOf(figures, 'mona-lisa');
  expect(isReached(distance!)).toBeNull();
  expect(isReached(above!)).toBe(true);
});

test('the table names every figure with its goal', () => {
  const table = tableOf(rowsOf(figures, 'male-0'));
  expect(table).toContain('!!  expression: eye opening');
  expect(table).toMatch(/ok {2}identity: distance to the avatar +0\.350 {3}at most 0\.360/);
  expect(table).toMatch(/flicker, little motion +–$/m);
});
