import { describe, expect, test } from 'vitest';
import { BlendedFilter } from '../../src/tracking/smoothing/blended-filter.js';
import type { Hypothesis } from '../../src/tracking/smoothing/hypothesis.js';
import { InteractingFilter } from '../../src/tracking/smoothing/interacting-filter.js';
import { makeNoise } from './fake-face.js';

const STILL: Hypothesis = { kind: 'still', wander: 1e-6 };
const MOVING: Hypothesis = { kind: 'moving', agility: 3 };
const SIGMA = 0.02;
const DT = 1 / 30;
const FILTERS = { InteractingFilter, BlendedFilter };

/** The textbook Kalman filter of constant velocity in one dimension, written with matrices spelled out. */
function textbook(measured: readonly number[], agility: number): { x: number; v: number }[] {
  let [x, v] = [measured[0]!, 0];
  let [pxx, pxv, pvv] = [SIGMA ** 2, 0, 1];
  return measured.slice(1).map((z) => {
    x += v * DT;
    pxx += 2 * DT * pxv + DT * DT * pvv + (agility * DT ** 3) / 3;
    pxv += DT * pvv + (agility * DT ** 2) / 2;
    pvv += agility * DT;
    const s = pxx + SIGMA ** 2;
    const [kx, kv] = [pxx / s, pxv / s];
    const innovation = z - x;
    x += kx * innovation;
    v += kv * innovation;
    pvv -= kv * pxv;
    pxv -= kx * pxv;
    pxx -= kx * pxx;
    return { x, v };
  });
}

for (const [name, Filter] of Object.entries(FILTERS)) {
  const make = (hypotheses: readonly Hypothesis[], size = 1) =>
    new Filter({ size, evidence: size, hypotheses, stay: 0.98, trust: 1 });

  describe(name, () => {
    test('with one hypothesis it is the textbook Kalman filter to 1e-9', () => {
      const noise = makeNoise(8);
      const measured = Array.from({ length: 60 }, (_, k) => Math.sin(k / 10) + SIGMA * noise());
      const filter = make([MOVING]);
      filter.start(Float64Array.of(measured[0]!), SIGMA, 1);
      for (const [k, expected] of textbook(measured, 3).entries()) {
        filter.update(Float64Array.of(measured[k + 1]!), DT, SIGMA, 1);
        expect(filter.position[0]).toBeCloseTo(expected.x, 9);
        expect(filter.velocity[0]).toBeCloseTo(expected.v, 9);
      }
    });

    test('at rest it believes in rest (0.95), and within two frames of a start in motion (0.9)', () => {
      const noise = makeNoise(6);
      const filter = make([STILL, MOVING], 8);
      filter.start(new Float64Array(8), SIGMA, 1);
      const at = (place: number) => Float64Array.from({ length: 8 }, () => place + SIGMA * noise());
      for (let k = 0; k < 90; k++) filter.update(at(0), DT, SIGMA, 1);
      expect(filter.weights[0]).toBeGreaterThan(0.95);
      for (let k = 1; k <= 2; k++) filter.update(at(0.1 * k), DT, SIGMA, 1);
      expect(filter.weights[1]).toBeGreaterThan(0.9);
      expect(filter.position[0]).toBeGreaterThan(0.15);
    });

    test('the probabilities add up to 1 after an outlier of 1000 sigma', () => {
      const filter = make([STILL, MOVING], 100);
      filter.start(new Float64Array(100), SIGMA, 1);
      for (const place of [0, 0, 20, 0]) filter.update(new Float64Array(100).fill(place), DT, SIGMA, 1);
      expect(filter.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      expect(filter.position.every(Number.isFinite)).toBe(true);
    });

    test('what is measured in other units comes out in them: scaled by 250, the same estimate', () => {
      const noise = makeNoise(12);
      const [small, large] = [make([STILL, MOVING]), make([STILL, MOVING])];
      small.start(Float64Array.of(0), SIGMA, 1);
      large.start(Float64Array.of(0), 250 * SIGMA, 250);
      for (let k = 0; k < 50; k++) {
        const place = Math.sin(k / 10) + SIGMA * noise();
        small.update(Float64Array.of(place), DT, SIGMA, 1);
        large.update(Float64Array.of(250 * place), DT, 250 * SIGMA, 250);
        expect(large.position[0]! / 250).toBeCloseTo(small.position[0]!, 9);
      }
    });

    test('coordinates that are no evidence follow the others', () => {
      const filter = new Filter({ size: 2, evidence: 1, hypotheses: [STILL, MOVING], stay: 0.98, trust: 1 });
      filter.start(new Float64Array(2), SIGMA, 1);
      for (let k = 0; k < 60; k++) filter.update(Float64Array.of(0, k % 2 ? 1 : -1), DT, SIGMA, 1);
      expect(filter.weights[0]).toBeGreaterThan(0.9); // however wild the second is
      expect(Math.abs(filter.position[1]!)).toBeLessThan(0.2);
    });
  });
}
