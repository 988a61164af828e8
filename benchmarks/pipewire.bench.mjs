// What it costs to send a frame of 1280x720 to PipeWire while a program reads it, beside a plain copy of the frame, and
// how long after that the program has it; on dist/, in a private session: node benchmarks/pipewire.bench.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import { SyntheticSource } from '../dist/capture/synthetic-source.js';
import { nowMs } from '../dist/frame/clock.js';
import { PipewireCamera } from '../dist/output/pipewire/pipewire-camera.js';
import { PrivateSession, whyNoSession } from '../test/pipewire/private-session.mjs';
import { byNumber, read } from './camera-reader.mjs';
import { measure, report, summarise } from './measure.mjs';

const reason = whyNoSession();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit();
}

const fps = 60;
const frames = Math.min(600, Number(process.env.MIEN_BENCH_ROUNDS ?? Number.POSITIVE_INFINITY));
const source = new SyntheticSource({ fps, paced: true });
const { layout, rate } = await source.open();
const [data, copy] = [new Uint8Array(layout.byteLength), new Uint8Array(layout.byteLength)];
report(await measure('copy/1280x720', () => copy.set(data)));

const session = await PrivateSession.start();
Object.assign(process.env, session.env);
const camera = new PipewireCamera({ nodeName: 'mien-bench' });
try {
  await camera.open({ layout, rate });
  const reading = read(session, { nodeName: 'mien-bench', frames, fps });
  let seen = null;
  reading.then((result) => {
    seen = result;
  });
  const writeMs = [];
  const writtenAt = new Map();
  while (seen === null) {
    const stamp = await source.read(data);
    const isWatched = camera.watchers() > 0;
    const begun = nowMs();
    camera.write({ ...stamp, layout, data });
    const ended = nowMs();
    writtenAt.set(stamp.sequence, ended);
    if (isWatched) writeMs.push(ended - begun);
    await sleep(0); // the reader's answer comes between frames
  }
  const delays = seen.map(({ top, at }) => at - writtenAt.get(top));
  report(summarise('pipewire/send-720p', Float64Array.from(writeMs), 0.5));
  report({
    ...summarise('pipewire/to-consumer-720p60', Float64Array.from(delays)),
    ...byNumber(seen, (number) => writtenAt.has(number)),
    ...camera.stats,
  });
} finally {
  await camera.close();
  await source.close();
  await session.close();
}
