// The touch-up alone, one thread, on dist/, over frames of the demo clip with the landmarks of the tracker: prepare and
// blend apart and together, by size of face. Beside it two smoothing filters of FFmpeg over the same face's box, which
// know nothing of skin, eyes or pores: node benchmarks/touch-up.bench.mjs
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { TouchUp } from '../dist/effects/touch-up.js';
import { i420Layout } from '../dist/frame/i420.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { FaceTracker } from '../dist/tracking/face-tracker.js';
import { measure, report, summarise } from './measure.mjs';

const FRAMES = 12;
const SKIPPED = 60;
const rounds = Number(process.env.MIEN_BENCH_ROUNDS ?? 400);
const settings = { effect: 'touch-up', avatar: '', strength: 60, mirror: false, split: false, paused: false };

/** Frames of `width` x `height` cut round the face of the clip, scaled so that the face is about `facePx` wide. */
async function load(width, height, facePx) {
  const CLIP_FACE = 92; // its width at the clip's own 400x300
  const scale = facePx / CLIP_FACE;
  const clip = { width: 2 * Math.round(200 * scale), height: 2 * Math.round(150 * scale) };
  const source = new ClipSource(demoClipPath(), { ...clip, fit: 'letterbox', loop: false, paced: false });
  const { layout: whole } = await source.open();
  const pixels = new Uint8Array(whole.byteLength);
  const layout = i420Layout(width, height);
  const kernels = await Kernels.load(layout.byteLength + (64 << 20));
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const view = kernels.u8(frame.address, layout.byteLength);
  const tracker = await FaceTracker.open(kernels);
  const frames = [];
  for (let index = 0; frames.length < FRAMES; index++) {
    const stamp = await source.read(pixels);
    if (!stamp) break;
    if (index < SKIPPED) continue;
    cut(pixels, whole, view, layout);
    const capturedAt = stamp.pts * 1e6;
    const face = await tracker.track(frame, capturedAt);
    if (face) frames.push({ data: view.slice(), face: { ...face, points: face.points.slice(), capturedAt } });
  }
  await tracker.close();
  await source.close();
  const effect = new TouchUp();
  effect.configure({ kernels, frame, rate: { num: 30, den: 1 } });
  return { layout, view, frames, effect };
}

/** The middle of one picture into another; grey where it does not reach. */
function cut(from, a, to, b) {
  to.fill(128);
  const plane = (fromAt, fromWidth, fromHeight, toAt, toWidth, toHeight) => {
    const left = Math.floor((fromWidth - toWidth) / 2);
    const top = Math.floor((fromHeight - toHeight) / 2);
    for (let y = 0; y < toHeight; y++) {
      if (y + top < 0 || y + top >= fromHeight) continue;
      const start = Math.max(0, left);
      const end = Math.min(fromWidth, left + toWidth);
      const row = fromAt + (y + top) * fromWidth;
      to.set(from.subarray(row + start, row + end), toAt + y * toWidth + start - left);
    }
  };
  plane(a.offsetY, a.width, a.height, b.offsetY, b.width, b.height);
  plane(a.offsetU, a.strideUV, a.heightUV, b.offsetU, b.strideUV, b.heightUV);
  plane(a.offsetV, a.strideUV, a.heightUV, b.offsetV, b.strideUV, b.heightUV);
}

function boxOf({ points }, { width, height }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < 468; i++) {
    left = Math.min(left, points[3 * i]);
    right = Math.max(right, points[3 * i]);
    top = Math.min(top, points[3 * i + 1]);
    bottom = Math.max(bottom, points[3 * i + 1]);
  }
  const even = (value, limit) => 2 * Math.round(Math.min(Math.max(value, 0), limit) / 2);
  const [x, y] = [even(left, width), even(top, height)];
  return { x, y, width: even(right, width) - x, height: even(bottom, height) - y };
}

for (const [width, height, facePx, budgetMs] of [
  [1280, 720, 380, 3.5],
  [1920, 1080, 380, 7],
  [1920, 1080, 600, 7],
  [1920, 1080, 1000, 7],
]) {
  const { layout, view, frames, effect } = await load(width, height, facePx);
  if (frames.length === 0) throw new Error(`no face found at ${width}x${height}`);
  const times = { prepare: [], blend: [], total: [] };
  for (let i = -50; i < rounds; i++) {
    const { data, face } = frames[Math.abs(i) % frames.length];
    view.set(data);
    const start = performance.now();
    const isWork = effect.prepare(face, settings) === 'blend';
    const middle = performance.now();
    if (isWork) effect.blend();
    const end = performance.now();
    if (!isWork) throw new Error('nothing was touched up');
    if (i < 0) continue;
    times.prepare.push(middle - start);
    times.blend.push(end - middle);
    times.total.push(end - start);
  }
  const box = boxOf(frames[0].face, layout);
  const name = `touch-up/${width}x${height} face ${box.width}x${box.height}`;
  report(summarise(`${name} prepare`, Float64Array.from(times.prepare)));
  report(summarise(`${name} blend`, Float64Array.from(times.blend)));
  report(summarise(name, Float64Array.from(times.total), budgetMs));
  if (facePx === 380 && height === 720) await peers(name, frames[0], layout, box);
}

/** FFmpeg's filters over the face's box, one thread, with sensible settings for a face of this size. */
async function peers(name, { data }, layout, box) {
  // The package's high-level API needs this, which Node 20 lacks.
  Promise.withResolvers ??= () => {
    const deferred = {};
    deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
    return deferred;
  };
  const av = await import('node-av').catch(() => null);
  if (!av) {
    console.error('node-av is not installed: no peers');
    return;
  }
  const crop = `crop=${box.width}:${box.height}:${box.x}:${box.y}`;
  for (const smooth of ['bilateral=sigmaS=12:sigmaR=0.08:planes=7', 'smartblur=lr=5:ls=0.9:lt=12']) {
    const filter = av.FilterAPI.create(`${crop},${smooth}`, { threads: 1 });
    const timeBase = { num: 1, den: 30 };
    const format = av.AV_PIX_FMT_YUV420P;
    const { width, height } = layout;
    const picture = av.Frame.fromVideoBuffer(Buffer.from(data), { width, height, format, timeBase });
    let pts = 0n;
    const result = await measure(
      `${name}: ffmpeg ${smooth}, box only`,
      () => {
        picture.pts = pts++;
        filter.processSync(picture);
        for (;;) {
          const out = filter.receiveSync();
          if (!out) break;
          out.free();
        }
      },
      { warmup: 5, rounds: Math.min(rounds, 40) },
    );
    report(result);
    filter.close();
    picture.free();
  }
}
