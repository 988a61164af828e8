import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { compareBlinks, EXPRESSION_SIGNALS } from '../../src/tracking/evaluation/expression-signals.js';
import { follow } from '../../src/tracking/evaluation/jitter-and-lag.js';
import {
  type Recording,
  RIVALS,
  record,
  smoothWith,
  type TrialResult,
  type TrialSetup,
  tryFilters,
} from '../../src/tracking/evaluation/trial.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';

// The real networks on the embedded clip, as benchmarks/tracking-table.mjs measures them, on shorter recordings.
const layout = i420Layout(1280, 720);
let setup: TrialSetup;

beforeAll(async () => {
  const kernels = await Kernels.load(32 << 20);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  setup = { kernels, frame, tracker: await FaceTracker.open(kernels) };
});
afterAll(() => setup.tracker.close());

describe('on a still of the embedded clip with camera noise, at rest and moved by known amounts', () => {
  let results: TrialResult;
  const of = (filter: string) => results.filters.find((result) => result.filter === filter)!;

  beforeAll(async () => {
    const source = new ClipSource(demoClipPath(), { width: layout.width, height: layout.height });
    const still = new Uint8Array((await source.open()).layout.byteLength);
    for (let frame = 0; frame <= 50; frame++) await source.read(still);
    await source.close();
    results = await tryFilters(setup, still, 120, ['slow', 'lively', 'nods']);
    for (const { filter, jitterPx, motions } of results.filters) {
      const lags = Object.entries(motions).map(([name, { lagMs }]) => `${name} ${lagMs.toFixed(1)} ms`);
      console.log(`${filter}: jitter ${jitterPx.toFixed(3)} px, lag ${lags.join(', ')}`);
    }
  });

  test('jitter is at most 0.06 px and at most half of One Euro’s (0.03 and 0.12 px measured)', () => {
    expect(of('mien').jitterPx).toBeLessThan(0.06);
    expect(of('mien').jitterPx).toBeLessThan(0.5 * of('One Euro (MediaPipe)').jitterPx);
  });

  for (const motion of ['slow', 'lively', 'nods'] as const) {
    test(`lag on the ${motion} motion is at most half of One Euro’s, and under 5 ms`, () => {
      expect(of('mien').motions[motion].lagMs).toBeLessThan(0.5 * of('One Euro (MediaPipe)').motions[motion].lagMs);
      expect(Math.abs(of('mien').motions[motion].lagMs)).toBeLessThan(5);
    });

    test(`points of the ${motion} motion predicted for the next frame err by at most 70 % of points held`, () => {
      const { heldPx, predictedPx } = results.predictions[motion];
      console.log(`${motion}: 33 ms ahead ${predictedPx.toFixed(2)} px, held ${heldPx.toFixed(2)} px`);
      expect(predictedPx).toBeLessThan(0.7 * heldPx);
    });

    test(`the ${motion} motion is rendered with less error than by any other filter, and at most 10 % more than unfiltered`, () => {
      for (const rival of Object.keys(RIVALS)) {
        expect(of('mien').motions[motion].errorPx).toBeLessThan(of(rival).motions[motion].errorPx);
      }
      expect(of('mien').motions[motion].errorPx).toBeLessThan(1.1 * of('none').motions[motion].errorPx);
    });
  }
});

describe('blinks, glances and syllables in the first 12 s of the embedded clip', () => {
  let recording: Recording;
  const FPS = 25;
  const FRAMES = 300;

  beforeAll(async () => {
    const source = new ClipSource(demoClipPath(), { width: layout.width, height: layout.height });
    await source.open();
    recording = await record(setup, FPS, async (into, k) => k < FRAMES && (await source.read(into)) !== null);
    await source.close();
  });

  test('a blink keeps at least 95 % of its depth and is not a frame late', () => {
    const measured = recording.raw.map(EXPRESSION_SIGNALS.eyeOpenness);
    const blinks = compareBlinks(measured, recording.smoothed.map(EXPRESSION_SIGNALS.eyeOpenness));
    expect(blinks.length).toBeGreaterThan(0);
    for (const { depth, delayFrames } of blinks) {
      expect(depth).toBeGreaterThan(0.95);
      expect(delayFrames).toBe(0);
    }
  });

  test('the mouth follows what was measured with a correlation of 0.995 and less than 4 ms behind', () => {
    const [raw, smoothed] = [recording.raw, recording.smoothed].map((t) => t.map(EXPRESSION_SIGNALS.mouthOpenness));
    const { correlation, lag } = follow(smoothed!, raw!, 1 / FPS);
    expect(correlation).toBeGreaterThan(0.995);
    expect(1000 * lag).toBeLessThan(4);
    const oneEuro = follow(
      smoothWith(RIVALS['One Euro (MediaPipe)']!(), recording).map(EXPRESSION_SIGNALS.mouthOpenness),
      raw!,
      1 / FPS,
    );
    expect(lag).toBeLessThan(oneEuro.lag / 2);
  });

  test('the irises follow with a correlation of 0.97 and less than 10 ms behind', () => {
    const [raw, smoothed] = [recording.raw, recording.smoothed].map((t) => t.map(EXPRESSION_SIGNALS.gaze));
    const { correlation, lag } = follow(smoothed!, raw!, 1 / FPS);
    expect(correlation).toBeGreaterThan(0.97);
    expect(1000 * lag).toBeLessThan(10);
  });
});
