// The table of jitter and lag in ARCHITECTURE.md: node benchmarks/tracking-table.mjs [--frames N]
// Runs on dist/. A still of each clip is given a camera's noise (deviation 3 of 255) and moved by known amounts at
// sub-pixel accuracy; every filter smooths the same landmarks. The embedded clip comes first; clips that lie beside the
// repository (../shared/clips) follow where there are any, with the blinks and syllables of the rendered ones.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { i420Layout } from '../dist/frame/i420.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { compareBlinks, EXPRESSION_SIGNALS } from '../dist/tracking/evaluation/expression-signals.js';
import { follow } from '../dist/tracking/evaluation/jitter-and-lag.js';
import { RIVALS, record, smoothWith, tryFilters } from '../dist/tracking/evaluation/trial.js';
import { FaceTracker } from '../dist/tracking/face-tracker.js';

const WIDTH = 1280;
const HEIGHT = 720;
const MOTIONS = ['slow', 'lively', 'nods', 'quick'];

const { values } = parseArgs({ options: { frames: { type: 'string', default: '300' } } });
const frames = Number(values.frames);
if (!Number.isInteger(frames) || frames < 90) {
  console.error(`--frames must be a whole number of at least 90, not ${values.frames}.`);
  process.exit(1);
}

const shared = (path) => fileURLToPath(new URL(`../../shared/clips/${path}`, import.meta.url));
const STILLS = [
  { path: demoClipPath(), frame: 50 },
  { path: shared('demo/synth-f47.mp4'), frame: 0 },
  { path: shared('demo/headpose-male-ccby.mp4'), frame: 0 },
];
const RENDERED = [
  'demo/synth-f47',
  'demo/synth-m53',
  'dev/clips/synth-f9',
  'dev/clips/synth-m12',
  'dev/clips/synth-m32',
];

const kernels = await Kernels.load(32 << 20);
const layout = i420Layout(WIDTH, HEIGHT);
const frame = { layout, address: kernels.alloc(layout.byteLength) };
const tracker = await FaceTracker.open(kernels);
const setup = { tracker, kernels, frame };

for (const still of STILLS.filter(({ path }) => existsSync(path))) {
  const { filters, predictions } = await tryFilters(setup, await readStill(still), frames);
  console.log(`\n${basename(still.path)}, frame ${still.frame}, ${frames} frames a row\n`);
  printTable(
    [
      'filter',
      'jitter px',
      'frame to frame px',
      ...MOTIONS.map((name) => `lag ${name} ms`),
      ...MOTIONS.map((name) => `error ${name} px`),
    ],
    filters.map((row) => [
      row.filter,
      row.jitterPx.toFixed(3),
      row.tremblePx.toFixed(3),
      ...MOTIONS.map((name) => row.motions[name].lagMs.toFixed(1)),
      ...MOTIONS.map((name) => row.motions[name].errorPx.toFixed(2)),
    ]),
  );
  console.log('\nShown with the next frame, 33 ms later\n');
  printTable(
    ['points', ...MOTIONS.map((name) => `error ${name} px`)],
    [
      ['left where they were', ...MOTIONS.map((name) => predictions[name].heldPx.toFixed(2))],
      ['predicted', ...MOTIONS.map((name) => predictions[name].predictedPx.toFixed(2))],
    ],
  );
}

const rendered = RENDERED.filter((path) => existsSync(shared(`${path}.mp4`)));
if (rendered.length > 0) {
  console.log(`\nBlinks, syllables and turns of ${rendered.length} rendered clips whose motion is known (means)\n`);
  printTable(
    ['filter', 'blink depth', 'blink delay frames', 'blink lag ms', 'mouth lag ms', 'mouth correlation', 'turn lag ms'],
    await expressionRows(rendered),
  );
}
await tracker.close();

/** One frame of a clip as I420. */
async function readStill({ path, frame: wanted }) {
  const source = new ClipSource(path, { width: WIDTH, height: HEIGHT });
  const picture = new Uint8Array((await source.open()).layout.byteLength);
  for (let index = 0; index <= wanted; index++) await source.read(picture);
  await source.close();
  return picture;
}

/** For each filter, the means over the clips. The lag is that behind the motion the clip was rendered with. */
async function expressionRows(paths) {
  const blinks = new Map();
  const follows = new Map();
  for (const path of paths) {
    const truth = readTruth(shared(`${path}.truth.tsv`));
    const source = new ClipSource(shared(`${path}.mp4`), { width: WIDTH, height: HEIGHT });
    await source.open();
    const recording = await record(setup, 30, async (into) => (await source.read(into)) !== null);
    await source.close();
    const rivals = Object.entries(RIVALS).map(([name, make]) => [name, smoothWith(make(), recording)]);
    const openness = recording.raw.map(EXPRESSION_SIGNALS.eyeOpenness);
    for (const [name, track] of [['none', recording.raw], ...rivals, ['mien', recording.smoothed]]) {
      const filtered = track.map(EXPRESSION_SIGNALS.eyeOpenness);
      blinks.set(name, [...(blinks.get(name) ?? []), ...compareBlinks(openness, filtered)]);
      const lag = (signal, reference) => follow(track.map(signal), reference, 1 / 30);
      const eyes = lag((points) => -EXPRESSION_SIGNALS.eyeOpenness(points), truth.blink);
      const mouth = lag(EXPRESSION_SIGNALS.mouthOpenness, truth.jaw);
      const turn = lag(EXPRESSION_SIGNALS.turn, truth.yaw);
      follows.set(name, [...(follows.get(name) ?? []), { eyes, mouth, turn }]);
    }
  }
  const mean = (items, value) => items.reduce((sum, item) => sum + value(item), 0) / items.length;
  return [...follows].map(([name, runs]) => [
    name,
    mean(blinks.get(name), ({ depth }) => depth).toFixed(3),
    mean(blinks.get(name), ({ delayFrames }) => delayFrames).toFixed(2),
    mean(runs, ({ eyes }) => 1000 * eyes.lag).toFixed(1),
    mean(runs, ({ mouth }) => 1000 * mouth.lag).toFixed(1),
    mean(runs, ({ mouth }) => mouth.correlation).toFixed(4),
    mean(runs, ({ turn }) => 1000 * turn.lag).toFixed(1),
  ]);
}

/** Columns of a table with a header, by name. */
function readTruth(path) {
  const [head, ...rows] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  return Object.fromEntries(head.map((name, column) => [name, rows.map((row) => Number(row[column]))]));
}

function printTable(head, rows) {
  console.log(`| ${head.join(' | ')} |`);
  console.log(`| --- |${' ---: |'.repeat(head.length - 1)}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
