import { describe, expect, test } from 'vitest';
import { blur } from '../../../src/training/evaluation/gaussian.js';
import { gradientEnergy, relativeSharpness } from '../../../src/training/evaluation/sharpness.js';
import { noise, planeOf } from './patterns.js';

const SIDE = 160;
/** Steps from dark to bright and back, far from each other. */
const stripes = planeOf(SIDE, SIDE, (x) => (Math.floor(x / 32) % 2 === 0 ? 80 : 160));
const mask = planeOf(SIDE, SIDE, (x, y) => (x >= 16 && x < 144 && y >= 16 && y < 144 ? 1 : 0));

describe('sharpness', () => {
  test('of a picture against itself is 1', () => {
    expect(relativeSharpness(stripes, stripes, mask)).toBe(1);
  });

  test.each([1, 2, 3])('falls by the known factor when steps are blurred by %i px', (sigma) => {
    // ∫ G² = 1 / (2 σ √π), and the variances of Gaussians add up: √(1 / (1 + σ²)) at the finest σ of 1; central
    // differences over two pixels blur the steps a little more, the sharp ones the most.
    const expected = Math.sqrt((1 + 1 / 3) / (1 + 1 / 3 + sigma * sigma));
    expect(relativeSharpness(blur(stripes, sigma), stripes, mask)).toBeCloseTo(expected, 1.5);
  });

  test('does not count the noise of a sensor: what it adds is known and small', () => {
    const draw = noise(3);
    const flat = planeOf(SIDE, SIDE, () => 120 + 3 * draw());
    // |∇(G * n)|² of white noise is σₙ² / (4 π σ⁴), a little less with central differences; the raw gradient's is σₙ².
    expect(gradientEnergy(flat, mask) * 120 ** 2).toBeGreaterThan(0.3 * (9 / (4 * Math.PI)));
    expect(gradientEnergy(flat, mask) * 120 ** 2).toBeLessThan(1.1 * (9 / (4 * Math.PI)));
    const noisy = planeOf(SIDE, SIDE, (x, y) => blur3.data[y * SIDE + x]! + 3 * draw());
    expect(relativeSharpness(noisy, stripes, mask)).toBeLessThan(1.05 * relativeSharpness(blur3, stripes, mask));
  });

  test('is the same in half the light', () => {
    const dim = planeOf(SIDE, SIDE, (x, y) => 0.5 * stripes.data[y * SIDE + x]!);
    expect(relativeSharpness(dim, stripes, mask)).toBeCloseTo(1, 6);
  });

  test('looks at nothing outside of the mask', () => {
    const left = planeOf(SIDE, SIDE, (x, y) => (x < 80 ? mask.data[y * SIDE + x]! : 0));
    const halfBlurred = planeOf(SIDE, SIDE, (x, y) => (x < 76 ? stripes : blur3).data[y * SIDE + x]!);
    const whole = planeOf(SIDE, SIDE, (x, y) => (x < 70 ? left.data[y * SIDE + x]! : 0));
    expect(relativeSharpness(halfBlurred, stripes, whole)).toBeCloseTo(1, 3);
    expect(relativeSharpness(halfBlurred, stripes, mask)).toBeLessThan(0.8);
  });
});

const blur3 = blur(stripes, 3);
