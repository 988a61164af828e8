// Tracking beside @vladmandic/human (WASM backend, face mesh and iris), on the same frames of the demo clip at 1280x720,
// frame by frame in the same run. Needs `npm install` in this folder first.
//
// Human is given the frame as a ready tensor (its conversion from RGB is not counted), is told to run its detector only
// when it loses the face, and does nothing but mesh and iris. Ours is timed with everything: crop, landmarks, Kalman.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createSource } from '../../dist/capture/create-source.js';
import { demoClipPath } from '../../dist/capture/demo-clip.js';
import { Kernels } from '../../dist/kernels/kernels.js';
import { FaceTracker } from '../../dist/tracking/face-tracker.js';

const FRAMES = Number(process.env.MIEN_BENCH_ROUNDS ?? 200);
const WARM_UP = 20;
const TARGET_RATIO = 6;

const require = createRequire(import.meta.url);
const inPeer = (path) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url));

/** Human loads its models over HTTP only. */
async function serveModels() {
  const server = createServer(async (request, response) => {
    try {
      response.end(await readFile(inPeer(`@vladmandic/human/models/${request.url?.slice(1)}`)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function openHuman(port) {
  const { Human } = require(inPeer('@vladmandic/human/dist/human.node-wasm.js'));
  const human = new Human({
    backend: 'wasm',
    wasmPath: inPeer('@tensorflow/tfjs-backend-wasm/dist/'),
    modelBasePath: `http://127.0.0.1:${port}/`,
    cacheSensitivity: 0, // else a frame like the one before is not looked at
    filter: { enabled: false },
    face: {
      enabled: true,
      detector: { rotation: true, maxDetected: 1, skipFrames: 999, skipTime: 99_999 },
      mesh: { enabled: true },
      iris: { enabled: true },
      attention: { enabled: false },
      description: { enabled: false },
      emotion: { enabled: false },
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    gesture: { enabled: false },
    segmentation: { enabled: false },
  });
  await human.load();
  return human;
}

const source = createSource({
  kind: 'clip',
  input: demoClipPath(),
  width: 1280,
  height: 720,
  fps: null,
  fit: 'crop',
  loop: true,
  paced: false,
  frameLimit: null,
});
const { layout } = await source.open();
const kernels = await Kernels.load((48 << 20) + layout.byteLength * 4);
const frame = { layout, address: kernels.alloc(layout.byteLength) };
const rgbStride = layout.width * 3;
const rgb = kernels.alloc(rgbStride * layout.height);
const tracker = await FaceTracker.open(kernels);
const server = await serveModels();
const human = await openHuman(server.address().port);

const ours = [];
const theirs = [];
let oursFound = 0;
let theirsFound = 0;
for (let index = 0; index < WARM_UP + FRAMES; index++) {
  const stamp = await source.read(kernels.u8(frame.address, layout.byteLength));
  kernels.i420ToRgb(frame, rgb, rgbStride);
  const pixels = kernels.u8(rgb, rgbStride * layout.height).slice();
  const tensor = human.tf.tensor4d(pixels, [1, layout.height, layout.width, 3], 'int32');

  const start = performance.now();
  const face = await tracker.track(frame, stamp.pts * 1e6);
  const middle = performance.now();
  const result = await human.detect(tensor);
  const end = performance.now();
  tensor.dispose();
  if (index < WARM_UP) continue;
  ours.push(middle - start);
  theirs.push(end - middle);
  if (face) oursFound++;
  if (result.face.length > 0) theirsFound++;
}
await tracker.close();
await source.close();
server.close();

const at = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return Number(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)].toFixed(3));
};
const row = (name, values, found) => ({
  bench: name,
  p50: at(values, 0.5),
  p95: at(values, 0.95),
  p99: at(values, 0.99),
  frames: values.length,
  facesFound: found,
});
const ratio = at(
  theirs.map((value, index) => value / ours[index]),
  0.5,
);
console.log(JSON.stringify(row('tracking/mien', ours, oursFound)));
console.log(JSON.stringify(row('tracking/@vladmandic/human wasm', theirs, theirsFound)));
console.log(JSON.stringify({ ratioP50: ratio, target: TARGET_RATIO, load: loadavg()[0], cpu: cpus()[0]?.model }));
if (ratio < TARGET_RATIO) process.exitCode = 1;
