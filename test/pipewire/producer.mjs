// A PipeWire camera that shows numbered frames until it is ended by SIGTERM, on the compiled program:
//   node test/pipewire/producer.mjs '{"nodeName":"mien","fps":30,"stamps":true}'
// Opens its camera again after the daemon went away, as the pipeline does. Prints JSON lines: each change of what
// happens (`event`), the state of things four times a second (`status`), and with `stamps` a line a frame.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyntheticSource } from '../../dist/capture/synthetic-source.js';
import { PipewireCamera } from '../../dist/output/pipewire/pipewire-camera.js';
import { OutputGone } from '../../dist/output/sink.js';

const { width = 1280, height = 720, fps = 30, stamps = false, ...names } = JSON.parse(process.argv[2] ?? '{}');
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const source = new SyntheticSource({ width, height, fps, paced: true });
const info = await source.open();
const camera = new PipewireCamera(names);
let isEnded = false;
process.on('SIGTERM', () => {
  isEnded = true;
});

async function open() {
  try {
    await camera.open(info);
    print({ event: 'opened' });
    return true;
  } catch (error) {
    if (error.name !== 'UserError') throw error;
    print({ event: 'refused', code: error.code, message: error.message, remedy: error.remedy });
    if (error.code !== 'OUTPUT_FAILED') process.exit(1);
    return false;
  }
}

let isOpen = await open();
let triedAt = Date.now();
let toldAt = 0;
const data = new Uint8Array(info.layout.byteLength);
while (!isEnded) {
  const stamp = await source.read(data);
  if (!isOpen && Date.now() - triedAt >= 500) {
    triedAt = Date.now();
    isOpen = await open();
  }
  if (isOpen) {
    try {
      const begun = process.hrtime.bigint();
      camera.write({ ...stamp, layout: info.layout, data });
      const writeMs = Number(process.hrtime.bigint() - begun) / 1e6;
      if (stamps) print({ frame: stamp.sequence, capturedAt: stamp.capturedAt, writeMs });
    } catch (error) {
      if (!(error instanceof OutputGone)) throw error;
      print({ event: 'gone' });
      await camera.close();
      isOpen = false;
      triedAt = Date.now();
    }
  }
  if (Date.now() - toldAt >= 250) {
    toldAt = Date.now();
    print({
      status: {
        ...camera.stats,
        watchers: camera.watchers(),
        frame: stamp.sequence,
        files: readdirSync('/proc/self/fd').length,
        threads: readdirSync('/proc/self/task').length,
        rssMb: process.memoryUsage.rss() / 2 ** 20,
      },
    });
  }
  await sleep(0);
}
await camera.close();
await source.close();
