import { expect, test } from 'vitest';
import { oklabToRgb, rgbToOklab } from '../../src/blending/oklab.js';

const lab = { l: 0, a: 0, b: 0 };

test.each([
  // Source: the definition's matrices, for sRGB primaries.
  { name: 'white', rgb: [1, 1, 1], expected: [1, 0, 0] },
  { name: 'black', rgb: [0, 0, 0], expected: [0, 0, 0] },
  { name: 'red', rgb: [1, 0, 0], expected: [0.628, 0.2249, 0.1258] },
  { name: 'green', rgb: [0, 1, 0], expected: [0.8664, -0.2339, 0.1795] },
  { name: 'blue', rgb: [0, 0, 1], expected: [0.452, -0.0325, -0.3115] },
] as const)('$name', ({ rgb: [r, g, b], expected }) => {
  rgbToOklab(r, g, b, lab);
  expect(Math.abs(lab.l - expected[0])).toBeLessThan(0.001);
  expect(Math.abs(lab.a - expected[1])).toBeLessThan(0.001);
  expect(Math.abs(lab.b - expected[2])).toBeLessThan(0.001);
});

test('there and back within 0.001; beyond 0 to 1 it is clipped', () => {
  const out = new Float64Array(3);
  for (const [r, g, b] of [
    [0.8, 0.6, 0.5],
    [0.2, 0.1, 0.05],
    [0.02, 0.9, 0.4],
  ] as const) {
    oklabToRgb(rgbToOklab(r, g, b, lab), out);
    expect(Math.max(Math.abs(out[0]! - r), Math.abs(out[1]! - g), Math.abs(out[2]! - b))).toBeLessThan(0.001);
  }
  expect(Math.max(...oklabToRgb({ l: 1.4, a: 0, b: 0 }, out))).toBeLessThanOrEqual(1);
});
