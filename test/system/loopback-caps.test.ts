import { expect, test } from 'vitest';
import { isExclusive } from '../../src/system/v4l2/loopback-caps.js';
import { CAP } from '../../src/system/v4l2/structs.js';

test.each([
  ['idle, exclusive', CAP.VIDEO_OUTPUT, true],
  ['fed, exclusive', CAP.VIDEO_CAPTURE, true],
  ['not exclusive', CAP.VIDEO_CAPTURE | CAP.VIDEO_OUTPUT, false],
])('a loopback that is %s', (_state, sides, expected) => {
  expect(isExclusive(sides | CAP.READWRITE | CAP.STREAMING)).toBe(expected);
});
