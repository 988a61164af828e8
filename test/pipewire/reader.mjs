// A consumer of a PipeWire camera of NV12 that reads frame numbers where they lie, and the clock as soon as a frame is
// there: for delays, where a pipe out of another program would be part of the figure. On the compiled program:
//   node test/pipewire/reader.mjs '{"nodeName":"mien","frames":100,"fps":30}'
// Prints one JSON line: per frame the numbers at the top and at the bottom of the picture, or where there is none a hash
// of the picture, when it was read (`at`) and when the stamp beside it says that it was captured (`capturedAt`), in ms on
// CLOCK_MONOTONIC. Looks for frames every
// 0.1 ms. With `rounds`, comes and goes so many times, and reads `frames` each time.

import { createHash } from 'node:crypto';
import { readFrameNumber } from '../../dist/capture/frame-number.js';
import { i420Layout } from '../../dist/frame/i420.js';
import { cameraParams } from '../../dist/output/pipewire/camera-params.js';
import { libpipewire } from '../../dist/output/pipewire/libpipewire.js';
import { linedPods } from '../../dist/output/pipewire/spa-pod.js';
import { StreamBuffers } from '../../dist/output/pipewire/stream-buffers.js';

const {
  nodeName = 'mien',
  frames = 100,
  width = 1280,
  height = 720,
  fps = 30,
  seconds = 60,
  rounds = 1,
} = JSON.parse(process.argv[2] ?? '{}');
const INPUT = 0;
const AUTOCONNECT_AND_MAP = (1 << 0) | (1 << 2);

const layout = i420Layout(width, height);
const pipewire = libpipewire();
const buffers = new StreamBuffers();
const offers = linedPods(cameraParams({ layout, rate: { num: fps, den: 1 } })); // what the camera offers is asked for
const properties = JSON.stringify({
  'media.type': 'Video',
  'media.category': 'Capture',
  'media.role': 'Camera',
  'target.object': nodeName,
});
const clock = new Int32Array(new SharedArrayBuffer(4));
const end = process.hrtime.bigint() + BigInt(seconds) * 1_000_000_000n;
const seen = [];
for (let round = 1; round <= rounds; round++) read(round * frames);
process.stdout.write(`${JSON.stringify(seen)}\n`);

/** Comes, reads until there are so many frames, and goes. */
function read(count) {
  const loop = pipewire.loopNew('reader', null);
  const context = pipewire.contextNew(pipewire.loopGet(loop), null, 0);
  const core = pipewire.contextConnect(context, null, 0);
  const stream = pipewire.streamNew(core, 'reader', pipewire.propertiesFrom(properties));
  pipewire.streamConnect(stream, INPUT, 0xffff_ffff, AUTOCONNECT_AND_MAP, offers.addresses, offers.addresses.length);
  pipewire.loopStart(loop);
  while (seen.length < count && process.hrtime.bigint() < end && offers.memory.byteLength > 0) {
    pipewire.loopLock(loop);
    const buffer = pipewire.streamDequeue(stream);
    pipewire.loopUnlock(loop);
    if (buffer === 0) {
      Atomics.wait(clock, 0, 0, 0.1);
      continue;
    }
    const now = process.hrtime.bigint();
    const pixels = buffers.pixels(buffer, layout.byteLength);
    const { top, bottom } = readFrameNumber(pixels, layout);
    const pts = buffers.pts(buffer);
    const hash = top === null ? createHash('sha1').update(pixels).digest('hex') : null;
    seen.push({ top, bottom, hash, at: Number(now) / 1e6, capturedAt: pts === null ? null : Number(pts) / 1e6 });
    pipewire.loopLock(loop);
    pipewire.streamQueue(stream, buffer);
    pipewire.loopUnlock(loop);
  }
  pipewire.loopStop(loop);
  pipewire.streamDestroy(stream);
  pipewire.coreDisconnect(core);
  pipewire.contextDestroy(context);
  pipewire.loopDestroy(loop);
  buffers.forget();
}
