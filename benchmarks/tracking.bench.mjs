// Tracking a frame of the embedded clip at 1280x720, steady state, on dist/: node benchmarks/tracking.bench.mjs [--rounds N]
import { parseArgs } from 'node:util';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { i420Layout } from '../dist/frame/i420.js';
import { FaceDetector } from '../dist/inference/face-detector.js';
import { FaceLandmarker } from '../dist/inference/face-landmarker.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { FaceTracker } from '../dist/tracking/face-tracker.js';
import { LandmarkSmoother } from '../dist/tracking/smoothing/landmark-smoother.js';
import { measure, report } from './measure.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '500' } } });
const rounds = Number(values.rounds);
const warmup = Math.min(200, rounds);

/** Frames kept in memory, so that decoding is no part of what is measured. */
const FRAMES = 50;
const layout = i420Layout(1280, 720);
const kernels = await Kernels.load((FRAMES + 16) * layout.byteLength);
const source = new ClipSource(demoClipPath(), { width: layout.width, height: layout.height });
await source.open();
const frames = [];
for (let index = 0; index < FRAMES; index++) {
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  await source.read(kernels.u8(frame.address, layout.byteLength));
  frames.push(frame);
}
await source.close();

const tracker = await FaceTracker.open(kernels);
let index = 0;
let face = null;
/** Forwards through the clip, then backwards: motion without a cut. */
const nextFrame = () => {
  const at = index++ % (2 * FRAMES - 2);
  return frames[at < FRAMES ? at : 2 * FRAMES - 2 - at];
};
const atMicros = () => 1e6 + index * 40_000;

report(
  await measure(
    'tracking/steady',
    async () => {
      face = await tracker.track(nextFrame(), atMicros());
      if (!face) throw new Error(`the track was lost at round ${index}`);
    },
    { budgetMs: 2.5, warmup, rounds },
  ),
);

// Its parts.
const { region } = face;
const points = Array.from({ length: FRAMES }, () => new Float32Array(face.rawPoints.length));
const landmarker = await FaceLandmarker.open(kernels);
for (const [at, into] of points.entries()) await landmarker.locate(frames[at], region, into);
const scratch = new Float32Array(face.rawPoints.length);
report(
  await measure('tracking/crop and landmarks', () => landmarker.locate(frames[0], region, scratch), { warmup, rounds }),
);

const smoother = new LandmarkSmoother();
const smooth = () => {
  const at = index++ % (2 * FRAMES - 2);
  smoother.update(points[at < FRAMES ? at : 2 * FRAMES - 2 - at], atMicros(), scratch);
};
report(await measure('tracking/Kalman', smooth, { budgetMs: 0.1, warmup: 4 * warmup, rounds }));
report(await measure('tracking/prediction', () => smoother.predict(atMicros() + 33_000, scratch), { warmup, rounds }));

const detector = await FaceDetector.open(kernels);
report(await measure('tracking/detector (no face followed)', () => detector.detect(nextFrame()), { warmup, rounds }));
await Promise.all([tracker.close(), landmarker.close(), detector.close()]);
