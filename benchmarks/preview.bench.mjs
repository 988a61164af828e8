// A frame of 1280x720 made into a JPEG for the preview page, and a card, on dist/: node benchmarks/preview.bench.mjs
// `cpuPercentAt30` is the processor time of all threads at 30 pictures a second; 100 is one core.
import { i420Layout } from '../dist/frame/i420.js';
import { renderCard } from '../dist/output/card.js';
import { PictureEncoder } from '../dist/output/preview-encoder.js';
import { measure, report } from './measure.mjs';

const rounds = Number(process.env.MIEN_BENCH_ROUNDS ?? 300);
const layout = i420Layout(1280, 720);

/** A picture as hard to compress as a webcam's: gradients, edges and sensor noise of ±2. */
function picture() {
  const data = new Uint8Array(layout.byteLength).fill(120, layout.offsetU);
  let state = 1;
  for (let i = 0; i < layout.offsetU; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [x, y] = [i % layout.width, Math.floor(i / layout.width)];
    const isInside = Math.hypot(x - 640, y - 360) % 160 < 80;
    data[i] = 60 + x / 16 + (isInside ? 50 : 0) + (state >>> 30);
  }
  return data;
}

const [after, before] = [picture(), picture()];
const encoder = await PictureEncoder.open(layout);

async function measureCpu(name, once, budgetMs, warmup) {
  let [calls, begun] = [0, process.cpuUsage()];
  const result = await measure(
    name,
    () => {
      if (calls++ === warmup) begun = process.cpuUsage();
      return once();
    },
    { budgetMs, rounds, warmup },
  );
  const { user, system } = process.cpuUsage(begun); // µs; 30 calls a second are 3 % of a core for each ms a call
  return { ...result, cpuPercentAt30: Number((((user + system) / 1000 / (calls - warmup)) * 3).toFixed(1)) };
}

const warmup = Math.min(30, rounds);
const { byteLength } = await encoder.encode(after, null, 0);
console.error(`(${byteLength} bytes a picture)`);
report(await measureCpu('preview/jpeg-720p', () => encoder.encode(after, null, 0), 8.3, warmup));
report(await measureCpu('preview/jpeg-720p-split', () => encoder.encode(after, before, 0.5), 8.3, warmup));
const card = () => renderCard(layout, { title: 'mien', state: 'paused', detail: 'Back in five minutes' });
report(await measure('card-720p', card, { budgetMs: 200, rounds: Math.min(20, rounds), warmup: 2 }));
