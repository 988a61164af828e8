import { expect, test } from 'vitest';
import { variedFrames } from '../../../src/training/evaluation/varied-frames.js';

const still = { mouth: 0, eyes: 0.3, gazeAcross: 0, gazeDown: 0, yaw: 0, pitch: 0 };

test('the rare frames are chosen: turned, open mouth, blink; and one of the usual ones', () => {
  const frames = Array.from({ length: 60 }, (_, k) => ({ ...still, mouth: 0.001 * (k % 3) }));
  frames[10] = { ...still, yaw: 0.5 };
  frames[25] = { ...still, mouth: 0.6 };
  frames[40] = { ...still, eyes: 0.05 };
  const chosen = variedFrames(frames, 4);
  expect(chosen).toHaveLength(4);
  expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
  for (const rare of [10, 25, 40]) expect(chosen).toContain(rare);
});

test('no frame twice, and no more than there are', () => {
  const same = Array.from({ length: 5 }, () => still);
  expect(variedFrames(same, 3)).toHaveLength(3);
  expect(new Set(variedFrames(same, 8))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(variedFrames([], 4)).toEqual([]);
});
