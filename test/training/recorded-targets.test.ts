import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mouthOpening } from '../../src/blending/expression.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { loadDriver } from '../../src/training/driver.js';
import { faceSignals, loadRecordedPortraits, unlikeness } from '../../src/training/recorded-portraits.js';
import { RecordedTargetMaker } from '../../src/training/recorded-targets.js';
import { TargetMaker } from '../../src/training/targets.js';

/** A recording of nobody real, beside the repository; the test is skipped where there is none. */
const RECORDING = fileURLToPath(new URL('../../../shared/clips/demo/synth-f47.mp4', import.meta.url));

describe.skipIf(!existsSync(RECORDING))('an avatar from a recording', () => {
  test('has portraits that are unlike each other, and a frame wears the nearest one', async () => {
    const portraits = await loadRecordedPortraits(RECORDING, 5);
    expect(portraits.length).toBeGreaterThanOrEqual(4);
    const signals = portraits.map(({ points }) => faceSignals(points));
    for (const [i, one] of signals.entries()) {
      for (const other of signals.slice(i + 1)) expect(unlikeness(one, other)).toBeGreaterThan(0.3);
    }
    const openings = portraits.map(({ shape }) => mouthOpening(shape));
    expect(Math.max(...openings) - Math.min(...openings)).toBeGreaterThan(0.5);

    const driver = await loadDriver(demoClipPath(), { maxFrames: 40 });
    const kernels = await Kernels.load(64 << 20);
    const options = { side: 64 };
    const maker = new RecordedTargetMaker(kernels, portraits, driver.neutral, options);
    const alone = portraits.map((portrait) => new TargetMaker(kernels, portrait, driver.neutral, options));
    const worn = new Set<number>();
    for await (const { frame, points } of driver.read(kernels)) {
      const { mask, weight, points: put } = maker.make(frame, points);
      expect(mask[32 * 64 + 32]).toBe(255);
      expect(weight[32 * 64 + 32]).toBeGreaterThan(0);
      const asked = faceSignals(points);
      const distances = signals.map((one) => unlikeness(one, asked));
      const nearest = distances.indexOf(Math.min(...distances));
      worn.add(nearest);
      // All share one shape at rest, so the points are the same whichever is worn.
      expect(alone[nearest]!.make(frame, points).points).toEqual(put);
    }
    expect(worn.size).toBeGreaterThan(1);
  }, 120_000);
});
