// From the capture of a frame of 1280x720 to a program reading it, at 60 a second, by the frame number in its pixels:
//   node benchmarks/glass-to-glass.bench.mjs
// `camera`: one process that makes the frames and is the camera: what PipeWire itself takes.
// `mien`: the whole program without an effect: capture thread, engine thread, sink thread. What it takes beyond `camera` is
// what mien adds.
// `gstreamer`: the same camera copied to a second one by GStreamer; the program reads the copy.
// All start at the same point (the frame was made) and end at the same point (the program can read it in its memory), in
// a private session.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PrivateSession, whyNoSession } from '../test/pipewire/private-session.mjs';
import { byNumber, read } from './camera-reader.mjs';
import { report, summarise } from './measure.mjs';

const reason = whyNoSession();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit();
}

const fps = 60;
const frames = process.env.MIEN_BENCH_ROUNDS ? 60 : 1200;
const producer = fileURLToPath(new URL('../test/pipewire/producer.mjs', import.meta.url));

const bin = fileURLToPath(new URL('../bin/mien.js', import.meta.url));

/**
 * Each starts its programs and returns when a frame was captured, in ms, by the number in its pixels; undefined if it never
 * was. mien gives that time along with the frame.
 */
const cases = {
  camera: (session, nodeName) => startProducer(session, nodeName),
  mien: (session) => {
    const size = ['--size', '1280x720', '--fps', String(fps)];
    session.spawn(process.execPath, [
      ...[bin, '--source', 'synthetic', ...size, '--effect', 'none', '--output', 'pipewire', '--no-preview', '--json'],
    ]);
    return (_number, frame) => frame?.capturedAt ?? undefined;
  },
  gstreamer: async (session, nodeName) => {
    const capturedAt = startProducer(session, `${nodeName}-original`);
    await listed(session, `${nodeName}-original`);
    const caps = `video/x-raw,format=NV12,width=1280,height=720,framerate=${fps}/1`;
    const properties = `p,media.class=Video/Source,media.role=Camera,node.name=${nodeName}`;
    session.spawn('gst-launch-1.0', [
      ...['-q', 'pipewiresrc', `target-object=${nodeName}-original`, '!', caps, '!'],
      ...['pipewiresink', 'mode=provide', 'sync=false', `stream-properties=${properties}`],
    ]);
    return capturedAt;
  },
};

function startProducer(session, nodeName) {
  const child = session.spawn(process.execPath, [producer, JSON.stringify({ nodeName, fps, stamps: true })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  let times = null;
  return (number) => {
    times ??= new Map(
      printed
        .split('\n')
        .filter((line) => line.startsWith('{"frame"'))
        .map((line) => JSON.parse(line))
        .map(({ frame, capturedAt }) => [frame, capturedAt / 1000]),
    );
    return times.get(number);
  };
}

async function listed(session, nodeName) {
  const end = Date.now() + 15_000;
  while (!session.nodes().some(({ info }) => info.props?.['node.name'] === nodeName)) {
    if (Date.now() > end) throw new Error(`no camera ${nodeName} appeared`);
    await sleep(50);
  }
}

for (const [name, start] of Object.entries(cases)) {
  const session = await PrivateSession.start();
  try {
    const nodeName = name === 'mien' ? 'mien' : `bench-${name}`;
    const capturedAt = await start(session, nodeName);
    await listed(session, nodeName);
    await sleep(1000); // programs that have just started are busy with themselves
    const seen = await read(session, { nodeName, frames, fps });
    await sleep(100); // the last stamps are on their way
    const ages = Float64Array.from(seen, (frame) => frame.at - capturedAt(frame.top, frame));
    report({
      ...summarise(`glass-to-glass/${name}-720p60`, ages),
      // A gap in mien's numbers may be its source's, which was late; it counts as missed all the same.
      ...byNumber(seen, (number) => name === 'mien' || capturedAt(number) !== undefined),
    });
  } finally {
    await session.close();
  }
}
