import { once } from 'node:events';
import { Command } from 'commander';
import { createSource } from '../capture/create-source.js';
import type { Config, ConfigKey } from '../config/config.js';
import { LANDMARK_COUNT } from '../inference/face-region.js';
import { Kernels } from '../kernels/kernels.js';
import type { FaceState } from '../tracking/face.js';
import { FaceTracker } from '../tracking/face-tracker.js';
import { addConfigOptions, configOf } from './config-options.js';
import { isReaderGone } from './reader-gone.js';
import { sourceSpecOf } from './source-spec.js';

const KEYS: readonly ConfigKey[] = ['size', 'fps', 'fit', 'json'];

/** Kernel memory beside the frame: the crops and tensors of two networks. */
const TENSOR_BYTES = 16 << 20;

/** `mien track IN`: the tracker's own view of a file, so that anyone can measure it from outside. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description("print the tracked face of a video file, a line a frame, in the picture's pixels")
    .argument('<in>', 'the video to read; "demo" for the demo clip')
    .addHelpText(
      'after',
      `
With --json each line is
  {"frame", "time", "presence", "box": {"x", "y", "width", "height"},
   "points": [[x,y,z] × 478], "raw": [[x,y,z] × 478]}
time in seconds, points smoothed, raw as the network gave them. Without a face,
presence is 0 and the rest null. Without --json: frame, time, presence, box.

Example:
  mien track talk.mp4 --json | jq -c '[.time, .points[1]]'   where the nose is
`,
    );
  addConfigOptions(command, KEYS, { json: 'print all points, one JSON object a frame' });
  return command.action((input: string) => run(configOf(command, KEYS, { source: input })));
}

async function run(config: Config): Promise<void> {
  const source = createSource(sourceSpecOf(config, { paced: false, loop: false }));
  const { layout } = await source.open();
  const kernels = await Kernels.load(layout.byteLength + TENSOR_BYTES);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const pixels = kernels.u8(frame.address, layout.byteLength);
  const tracker = await FaceTracker.open(kernels);
  let isDone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isReaderGone(error)) throw error;
    isDone = true; // `mien track … | head`
  });
  try {
    for (;;) {
      const stamp = await source.read(pixels);
      if (!stamp || isDone) break;
      const face = await tracker.track(frame, stamp.capturedAt);
      const line = config.json ? toJsonLine(stamp.sequence, stamp.pts, face) : toLine(stamp.sequence, stamp.pts, face);
      // `once` rejects when the stream fails: then the reader is gone, and the loop ends above.
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain').catch(() => {});
    }
  } finally {
    await tracker.close();
    await source.close();
  }
}

function toJsonLine(frame: number, time: number, face: FaceState | null): string {
  const record = face
    ? {
        frame,
        time: round(time, 4),
        presence: round(face.presence, 4),
        box: boxOf(face.points),
        points: triples(face.points),
        raw: triples(face.rawPoints),
      }
    : { frame, time: round(time, 4), presence: 0, box: null, points: null, raw: null };
  return JSON.stringify(record);
}

function toLine(frame: number, time: number, face: FaceState | null): string {
  const start = `${String(frame).padStart(6)} ${time.toFixed(3).padStart(9)} s`;
  if (!face) return `${start}  no face`;
  const { x, y, width, height } = boxOf(face.points);
  return `${start}  presence ${face.presence.toFixed(2)}  box ${width.toFixed(0)}x${height.toFixed(0)} at ${x.toFixed(0)},${y.toFixed(0)}`;
}

/** The upright box around all points, in pixels. */
function boxOf(points: Float32Array): { x: number; y: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 0; index < LANDMARK_COUNT; index++) {
    left = Math.min(left, points[3 * index]!);
    right = Math.max(right, points[3 * index]!);
    top = Math.min(top, points[3 * index + 1]!);
    bottom = Math.max(bottom, points[3 * index + 1]!);
  }
  return { x: round(left, 2), y: round(top, 2), width: round(right - left, 2), height: round(bottom - top, 2) };
}

function triples(points: Float32Array): number[][] {
  return Array.from({ length: LANDMARK_COUNT }, (_, index) => [
    round(points[3 * index]!, 3),
    round(points[3 * index + 1]!, 3),
    round(points[3 * index + 2]!, 3),
  ]);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
