import { beforeAll, beforeEach, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import { bindSkinKernels, type SkinKernels } from '../../src/kernels/skin.js';
import { randomFrom } from './planes.js';
import * as twin from './skin-twin.js';

let kernels: Kernels;
let run: SkinKernels;
let empty: number;
beforeAll(async () => {
  kernels = await Kernels.load(16 << 20);
  run = bindSkinKernels(kernels);
  empty = kernels.mark();
});
beforeEach(() => kernels.release(empty));

const COLS = 16;
const ROWS = 10;
const COUNT = COLS * ROWS;

function put(values: ArrayLike<number>): number {
  const address = kernels.alloc(4 * values.length);
  kernels.f32(address, values.length).set(values);
  return address;
}

const room = (floats: number): number => kernels.alloc(4 * floats);
const take = (address: number, length: number): Float32Array => kernels.f32(address, length).slice();

function randoms(length: number, low: number, high: number, seed: number): Float32Array {
  const random = randomFrom(seed);
  return Float32Array.from({ length }, () => low + (high - low) * random());
}

/** (gain, offset) pairs of i16 in real units. */
function takePairs(address: number, cells: number): Float64Array {
  const raw = new Int16Array(kernels.memory.buffer, address, 2 * cells);
  return Float64Array.from(raw, (value, i) => value / (i % 2 === 0 ? 32768 : 128));
}

function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let gap = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= gap)) gap = difference; // NaN counts
  }
  return gap;
}

function plane(width: number, height: number, padding: number, seed: number): twin.Plane {
  const random = randomFrom(seed);
  const stride = width + padding;
  return { data: Uint8Array.from({ length: stride * height }, () => 256 * random()), stride, width, height };
}

function putPlane({ data }: twin.Plane): number {
  const address = kernels.alloc(data.length);
  kernels.u8(address, data.length).set(data);
  return address;
}

const grids: readonly [string, twin.Grid, number][] = [
  ['cells of 1.8 px', { originX: 3.3, originY: 2.7, step: 1.8, cols: COLS, rows: ROWS }, 1],
  ['cells of 1.8 px, reach 2.25', { originX: 3.3, originY: 2.7, step: 1.8, cols: COLS, rows: ROWS }, 2.25],
  ['cells of 0.4 px', { originX: 20.2, originY: 11.9, step: 0.4, cols: COLS, rows: ROWS }, 2.25],
  [
    'cells of 7.3 px, beyond the picture on all sides',
    { originX: -20, originY: -15.5, step: 7.3, cols: COLS, rows: ROWS },
    1,
  ],
];

test.each(grids)(
  'gridDownsample, %s: within 0.75 levels of its twin on noise, odd sides and row padding',
  (_name, grid, reach) => {
    const source = plane(67, 43, 5, 1);
    const address = putPlane(source);
    const dst = room(COUNT);
    const scratch = kernels.alloc(run.gridDownsampleScratch(COLS, grid.step, reach));
    run.gridDownsample(
      address,
      source.stride,
      source.width,
      source.height,
      grid.originX,
      grid.originY,
      grid.step,
      reach,
      dst,
      COLS,
      ROWS,
      scratch,
    );
    expect(largestGap(take(dst, COUNT), twin.gridDownsample(source, grid, reach))).toBeLessThanOrEqual(0.75);
  },
);

test.each(grids)(
  'gridApply, %s: rounds to its twin within 0.53 levels; row padding and pixels without a cell stay',
  (_name, grid) => {
    const source = plane(67, 43, 5, 2);
    const address = putPlane(source);
    const random = randomFrom(5);
    const raw = Int16Array.from({ length: 2 * COUNT }, (_, i) => (random() - 0.5) * (i % 2 === 0 ? 16384 : 4000));
    const fields = kernels.alloc(raw.byteLength);
    new Int16Array(kernels.memory.buffer, fields, raw.length).set(raw);
    const scratch = kernels.alloc(run.gridApplyScratch(source.width));
    run.gridApply(
      address,
      source.stride,
      source.width,
      source.height,
      grid.originX,
      grid.originY,
      grid.step,
      fields,
      COLS,
      ROWS,
      16,
      scratch,
    );
    const expected = twin.gridApply(source, grid, takePairs(fields, COUNT), 16);
    const found = kernels.u8(address, source.data.length);
    expect(largestGap(found, expected)).toBeLessThanOrEqual(0.53);
    for (let y = 0; y < source.height; y++) {
      const padding = y * source.stride + source.width;
      expect(found.slice(padding, padding + 5)).toEqual(source.data.slice(padding, padding + 5));
    }
  },
);

test('gridHalve: means and variances within 0.01 of their twin', () => {
  const fine = randoms(4 * COUNT, 0, 255, 3);
  const [mean, variance] = [room(COUNT), room(COUNT)];
  run.gridHalve(put(fine), 2 * COLS, 2 * ROWS, mean, variance);
  const expected = twin.gridHalve(fine, 2 * COLS, 2 * ROWS);
  expect(largestGap(take(mean, COUNT), expected.mean)).toBeLessThanOrEqual(0.01);
  expect(largestGap(take(variance, COUNT), expected.variance)).toBeLessThanOrEqual(0.01);
});

test.each([
  [
    'a triangle',
    [
      [2.2, 1.1],
      [13.7, 4.4],
      [5.5, 8.9],
    ],
  ],
  [
    'the same the other way round',
    [
      [5.5, 8.9],
      [13.7, 4.4],
      [2.2, 1.1],
    ],
  ],
  [
    'a flat sliver',
    [
      [1, 5.2],
      [15, 5.4],
      [15, 5.5],
      [1, 5.6],
    ],
  ],
  [
    'a box that leaves the grid on all sides but one',
    [
      [-3, -2],
      [20, -2],
      [20, 6.5],
      [-3, 6.5],
    ],
  ],
  [
    'a star with a dent',
    [
      [8, 0.5],
      [10, 4],
      [15, 5],
      [10, 6],
      [8, 9.5],
      [7, 5.5],
      [1, 5],
    ],
  ],
] as const)(
  'polygonAdd and polygonCoverage, %s: exact area within the 0.02 of 1024 samples a cell',
  (_name, corners) => {
    const acc = put(new Float32Array(COUNT));
    run.polygonAdd(put(corners.flat()), corners.length, acc, COLS, ROWS);
    run.polygonCoverage(acc, COLS, ROWS);
    expect(largestGap(take(acc, COUNT), twin.polygonCoverage(corners, COLS, ROWS))).toBeLessThanOrEqual(0.02);
  },
);

test.each([1, 3, 5, 13])('boxBlur4 of radius %s, in place too: within 1e-3 of its twin', (radius) => {
  const quads = randoms(4 * COUNT, -200, 200, radius);
  const [src, dst] = [put(quads), room(4 * COUNT)];
  const scratch = room(4 * (COUNT + COLS));
  run.boxBlur4(src, dst, COLS, ROWS, radius, scratch);
  run.boxBlur4(src, src, COLS, ROWS, radius, scratch);
  const expected = twin.boxBlur4(quads, COLS, ROWS, radius);
  expect(largestGap(take(dst, 4 * COUNT), expected)).toBeLessThanOrEqual(1e-3);
  expect(largestGap(take(src, 4 * COUNT), expected)).toBeLessThanOrEqual(1e-3);
});

test('skinLikelihood and skinWeights: within 1e-3 of their twins', () => {
  const [luma, u, v] = [randoms(COUNT, 16, 235, 1), randoms(COUNT, 100, 130, 2), randoms(COUNT, 125, 165, 3)];
  const [variance, oval, features] = [randoms(COUNT, 0, 40, 4), randoms(COUNT, 0, 1, 5), randoms(COUNT, 0, 0.4, 6)];
  const tone = { ratioU: -0.1, ratioV: 0.15, scaleU: 20, scaleV: 15, darkest: 40, dark: 70 };
  const quads = room(4 * COUNT);
  const inputs = [luma, u, v, variance, oval, features].map(put) as [number, number, number, number, number, number];
  run.skinLikelihood(
    ...inputs,
    COUNT,
    tone.ratioU,
    tone.ratioV,
    tone.scaleU,
    tone.scaleV,
    tone.darkest,
    tone.dark,
    quads,
  );
  const found = take(quads, 4 * COUNT);
  const skins = Array.from({ length: COUNT }, (_, i) => twin.skinLikelihood(luma[i]!, u[i]!, v[i]!, tone));
  const packed = skins.flatMap((skin, i) => [oval[i]!, features[i]!, skin, variance[i]!]);
  expect(largestGap(found, packed)).toBeLessThanOrEqual(1e-3);

  const [mask, weights, moments] = [room(COUNT), room(COUNT), room(4 * COUNT)];
  const [calm, fadeX, fadeY, fade0, fade] = [0.4, 0.06, -0.02, 0.1, 0.7];
  run.skinWeights(quads, quads, inputs[0], COLS, ROWS, 120, calm, fadeX, fadeY, fade0, fade, mask, weights, moments);
  const cells = skins.map((skin, i) => {
    const across = fadeX * (i % COLS) + fadeY * Math.floor(i / COLS) + fade0;
    return twin.skinWeight(packed.slice(4 * i, 4 * i + 4), skin, calm, across, fade);
  });
  expect(cells.some(({ mask: m }) => m > 0.5)).toBe(true);
  expect(
    largestGap(
      take(mask, COUNT),
      cells.map((cell) => cell.mask),
    ),
  ).toBeLessThanOrEqual(1e-3);
  expect(
    largestGap(
      take(weights, COUNT),
      cells.map((cell) => cell.weight),
    ),
  ).toBeLessThanOrEqual(1e-3);
  const products = cells.flatMap(({ weight }, i) => [
    weight,
    weight * (luma[i]! - 120),
    weight * (luma[i]! - 120) ** 2,
    0,
  ]);
  expect(largestGap(take(moments, 4 * COUNT), products)).toBeLessThanOrEqual(2);
});

test('guidedModel and guidedBase: the filter of He, Sun and Tang with weights, within 0.01 levels', () => {
  const weights = randoms(COUNT, 0.2, 1, 1);
  const light = randoms(COUNT, -40, 40, 2);
  const z = randoms(COUNT, -0.2, 0.2, 3);
  const moments = twin.boxBlur4(
    Array.from(weights, (w, i) => [w, w * light[i]!, w * light[i]! ** 2, w * z[i]!]).flat(),
    COLS,
    ROWS,
    2,
  );
  const [norm, mean, model] = [room(COUNT), room(COUNT), room(4 * COUNT)];
  const zAt = put(z);
  run.guidedModel(put(moments), put(weights), zAt, COUNT, 100, norm, mean, model);
  const lines = Array.from({ length: COUNT }, (_, i) => {
    const [n, s, q] = [moments[4 * i]!, moments[4 * i + 1]!, moments[4 * i + 2]!];
    const variance = Math.max(q / n - (s / n) ** 2, 0);
    const a = variance / (variance + 100);
    return { a, b: (s / n) * (1 - a) };
  });
  expect(
    largestGap(
      take(mean, COUNT),
      lines.map((_, i) => moments[4 * i + 3]! / moments[4 * i]!),
    ),
  ).toBeLessThanOrEqual(1e-4);
  const sums = lines.flatMap(({ a, b }, i) => [weights[i]! * a, weights[i]! * b, weights[i]! * z[i]!, 0]);
  expect(largestGap(take(model, 4 * COUNT), sums)).toBeLessThanOrEqual(0.01);

  const blurred = twin.boxBlur4(sums, COLS, ROWS, 2);
  const [slope, shift, base] = [room(COUNT), room(COUNT), room(COUNT)];
  const luma = light.map((value) => value + 120);
  run.guidedBase(put(blurred), norm, put(luma), 120, COUNT, slope, shift, base, mean);
  const expected = lines.map((_, i) => {
    const [a, b] = [blurred[4 * i]! / moments[4 * i]!, blurred[4 * i + 1]! / moments[4 * i]!];
    return a * light[i]! + b;
  });
  expect(largestGap(take(base, COUNT), expected)).toBeLessThanOrEqual(0.01);
  expect(
    largestGap(
      take(mean, COUNT),
      lines.map((_, i) => blurred[4 * i + 2]! / moments[4 * i]!),
    ),
  ).toBeLessThanOrEqual(1e-4);
});

test('toneMoments and lumaPlan: within 0.02 of the sums written out', () => {
  const [w, base, luma] = [randoms(COUNT, 0, 1, 1), randoms(COUNT, -30, 30, 2), randoms(COUNT, 20, 200, 3)];
  const [u, v] = [randoms(COUNT, 90, 140, 4), randoms(COUNT, 120, 170, 5)];
  const [ratioV, quads] = [room(COUNT), room(4 * COUNT)];
  run.toneMoments(put(w), put(base), put(luma), put(u), put(v), COUNT, ratioV, quads);
  const ratio = (chroma: number, i: number): number => (chroma - 128) / twin.chromaBase(luma[i]!);
  const expected = Array.from(w, (weight, i) => [
    weight,
    weight * base[i]!,
    weight * base[i]! ** 2,
    weight * ratio(u[i]!, i),
  ]);
  expect(largestGap(take(quads, 4 * COUNT), expected.flat())).toBeLessThanOrEqual(0.02);
  expect(largestGap(take(ratioV, COUNT), Array.from(v, ratio))).toBeLessThanOrEqual(1e-4);

  const [a, b, tone] = [randoms(COUNT, 0, 1, 6), randoms(COUNT, -20, 20, 7), randoms(COUNT, -30, 30, 8)];
  run.lumaPlan(put(w), put(a), put(b), put(base), put(tone), COUNT, 120, 0.3, quads);
  const plan = Array.from(w, (m, i) => {
    const p = 1 - a[i]!;
    const blotch = base[i]! - tone[i]!;
    return [m * p, -m * (120 * p + b[i]!), m, -m * 0.3 * (blotch < 0 ? 1.2 : 0.8) * blotch];
  });
  expect(largestGap(take(quads, 4 * COUNT), plan.flat())).toBeLessThanOrEqual(0.02);
});

test('lumaFields, chromaFields, liftFields: gains within 1e-4, offsets within 0.02 levels of their twins', () => {
  const plan = Array.from(randoms(COUNT, 0, 1, 1), (m) => [0.6 * m, -70 * m, m, 2 * m - 1]).flat();
  const fineLuma = randoms(4 * COUNT, 60, 180, 2);
  const fields = room(4 * COUNT);
  const amounts = { fine: 0.1, middle: 0.6, limit: 15 };
  const scratch = room(4 * (COLS + 2));
  run.lumaFields(put(plan), put(fineLuma), COLS, ROWS, amounts.fine, amounts.middle, amounts.limit, fields, scratch);
  expectPairs(takePairs(fields, 4 * COUNT), twin.lumaFields(plan, fineLuma, COLS, ROWS, amounts));

  const [mask, luma, chroma] = [randoms(COUNT, 0, 1, 3), randoms(COUNT, 20, 200, 4), randoms(COUNT, 90, 170, 5)];
  const [near, lift] = [randoms(COUNT, -0.3, 0.3, 6), randoms(COUNT, 0, 0.5, 7)];
  const pull = { ratio: 0.15, fine: 0.1, even: 0.45, pull: 0.1 };
  for (const isLifted of [false, true]) {
    const { ratio, fine, even } = pull;
    const gains = isLifted ? put(lift) : 0;
    run.chromaFields(put(mask), put(luma), put(chroma), put(near), gains, COUNT, ratio, fine, even, pull.pull, fields);
    const expected = Array.from(mask, (m, i) =>
      twin.chromaField(
        { mask: m, luma: luma[i]!, chroma: chroma[i]!, near: near[i]!, lift: isLifted ? lift[i]! : 0 },
        pull,
      ),
    );
    expectPairs(takePairs(fields, COUNT), expected.flat());
  }

  const wide = randoms(4 * COUNT, 0, 1.1, 8);
  const gain = room(COUNT);
  run.liftFields(put(wide), put(luma), COUNT, 0.5, gain, fields);
  const expected = Array.from(luma, (y, i) => 0.5 * twin.smoothstep(wide[4 * i]!, 0.25, 1) * (1 - (y - 16) / 220));
  expect(largestGap(take(gain, COUNT), expected)).toBeLessThanOrEqual(1e-4);
  expectPairs(
    takePairs(fields, COUNT),
    expected.flatMap((g) => [g, 0]),
  );
});

function expectPairs(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  const lane = (values: ArrayLike<number>, from: number): number[] =>
    Array.from(values).filter((_, i) => i % 2 === from);
  expect(largestGap(lane(found, 0), lane(expected, 0))).toBeLessThanOrEqual(1e-4);
  expect(largestGap(lane(found, 1), lane(expected, 1))).toBeLessThanOrEqual(0.02);
}
