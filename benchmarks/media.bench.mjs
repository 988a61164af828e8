// Reading and recording at 1280x720, on dist/: node benchmarks/media.bench.mjs
// The demo clip (400x300) decoded, scaled and letterboxed; the same pictures encoded as H.264. `cpuMs` is the processor
// time of all threads a frame.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { RecordingSink } from '../dist/output/recording-sink.js';
import { measure, report } from './measure.mjs';

const rounds = Number(process.env.MIEN_BENCH_ROUNDS ?? 400);
const warmup = Math.min(100, rounds);
const folder = mkdtempSync(join(tmpdir(), 'mien-bench-'));

async function measureFrames(name, once, budgetMs) {
  let calls = 0;
  let begun = process.cpuUsage();
  const result = await measure(
    name,
    () => {
      if (calls++ === warmup) begun = process.cpuUsage();
      return once();
    },
    { budgetMs, rounds, warmup },
  );
  const { user, system } = process.cpuUsage(begun);
  report({ ...result, cpuMs: Number(((user + system) / 1000 / rounds).toFixed(2)) });
}

const source = new ClipSource(demoClipPath(), { width: 1280, height: 720, loop: true });
const { layout, rate } = await source.open();
const shared = new Uint8Array(new SharedArrayBuffer(layout.byteLength));
await measureFrames('media/read-720p', () => source.read(shared), 2);

// 50 frames, played to and fro: a loop's jump would be a scene cut that no camera makes.
const pictures = [];
for (let i = 0; i < 50; i++) {
  const data = new Uint8Array(layout.byteLength);
  await source.read(data);
  pictures.push(data);
}
await source.close();

for (const [preset, budgetMs] of [
  ['live', 6],
  ['offline', 8],
]) {
  const sink = new RecordingSink(join(folder, `${preset}.mp4`), { preset });
  await sink.open({ layout, rate });
  let sequence = 0;
  await measureFrames(
    `media/record-720p-${preset}`,
    () => {
      const at = sequence % 98;
      const seconds = sequence / 25;
      const data = pictures[at < 50 ? at : 98 - at];
      sink.write({ layout, data, sequence: sequence++, capturedAt: seconds * 1e6, pts: seconds });
    },
    budgetMs,
  );
  await sink.close();
}
rmSync(folder, { recursive: true });
