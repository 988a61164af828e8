// What goes wrong with a webcam: vivid is missing, pulled out, busy, broken, while one mien runs and somebody watches.
// Prints one object a scenario, see lib/scenario.mjs.
import { Mien } from './lib/mien.mjs';
import { hasOpen } from './lib/process-facts.mjs';
import { print, rounds, scenario } from './lib/scenario.mjs';
import { PictureReader, Viewer } from './lib/viewer.mjs';
import { holdCamera } from './lib/virtual-camera.mjs';
import { plug, setControls, unplug, VIVID } from './lib/vivid.mjs';
import { VividCounter } from './lib/vivid-counter.mjs';
import { nowMs, sleep, until } from './lib/waiting.mjs';

const size = { width: 320, height: 180 };
const pictures = await PictureReader.make(size, await VividCounter.learn(size));

unplug();
const mien = new Mien(
  ['--source', 'camera', '--camera', VIVID, '--size', '320x180', '--fps', '25'].concat('--output', 'mien'),
);
await mien.waitForOutput();
const viewer = new Viewer(pictures);
const at = { viewer, mien };

/** Milliseconds from a moment until the picture moved again. */
const movesAfter = async (sinceMs) => (await viewer.waitForMotion({ sinceMs })).writtenMs - sinceMs;

await scenario('missing at start', at, async () => {
  await viewer.waitForCard('camera unplugged', { limitMs: 240_000 });
  const status = await mien.waitForStatus('missing');
  const pluggedAtMs = nowMs();
  await plug();
  return { status, liveAfterMs: await movesAfter(pluggedAtMs) };
});

await scenario('unplugged and replugged', at, async (sinceMs) => {
  unplug();
  const card = await viewer.waitForCard('camera unplugged', { sinceMs });
  await sleep(2000);
  const pluggedAtMs = nowMs();
  await plug();
  return { cardAfterMs: card.writtenMs - sinceMs, liveAfterMs: await movesAfter(pluggedAtMs) };
});

await scenario('busy', at, async () => {
  unplug();
  await viewer.waitForCard('camera unplugged');
  mien.signal('SIGSTOP'); // it would be quicker than the other program
  await plug();
  const holder = await holdCamera(VIVID);
  try {
    const wokenAtMs = nowMs();
    mien.signal('SIGCONT');
    await viewer.waitForCard('camera busy', { sinceMs: wokenAtMs });
    const status = await mien.waitForStatus('busy');
    const message = await mien.waitForMessage(/is used by/, { sinceMs: wokenAtMs });
    const freedAtMs = nowMs();
    holder.kill();
    return { status, message: message.text, holder: holder.pid, liveAfterMs: await movesAfter(freedAtMs) };
  } finally {
    holder.kill();
  }
});

await scenario('back under another number', at, async () => {
  mien.signal('SIGSTOP'); // it has the old node open while the new one is made
  unplug();
  const path = await plug();
  const wokenAtMs = nowMs();
  mien.signal('SIGCONT');
  const liveAfterMs = await movesAfter(wokenAtMs);
  unplug();
  await until('mien lets go of the camera', () => !hasOpen(mien.pid, path));
  await plug();
  return { path, liveAfterMs, backAfterMs: await movesAfter(nowMs()) };
});

await scenario('half of the buffers dropped', at, async () => {
  await setControls({ percentage_of_dropped_buffers: 50 });
  await sleep(4000);
  await setControls({ percentage_of_dropped_buffers: 0 });
  return { liveAfterMs: await movesAfter(nowMs()) };
});

await scenario('a damaged buffer', at, async (sinceMs) => {
  await setControls({ inject_v4l2_buf_flag_error: 1 });
  await sleep(500);
  return { liveAfterMs: await movesAfter(sinceMs + 500) };
});

// What ends a stream. The last two fail when it is opened again, so that they need something that ends it.
const FAULTS = {
  'QBUF fails': { inject_vidioc_qbuf_error: 1 },
  'a fatal streaming error': { inject_fatal_streaming_error: 1 },
  'STREAMON fails': { inject_vidioc_streamon_error: 1, inject_fatal_streaming_error: 1 },
  'REQBUFS fails': { inject_vidioc_reqbufs_error: 1, inject_fatal_streaming_error: 1 },
  disconnect: { disconnect: 1 },
};
for (const [name, controls] of Object.entries(FAULTS)) {
  await scenario(name, at, async (sinceMs) => {
    await setControls(controls);
    const message = await mien.waitForMessage(/^warning/, { sinceMs });
    return { message: message.text, liveAfterMs: await movesAfter(message.atMs) };
  });
}

await rounds('unplugged and replugged 50 times', at, async () => {
  unplug();
  await until('mien lets go of the camera', () => !hasOpen(mien.pid, VIVID));
  const pluggedAtMs = nowMs();
  await plug();
  await viewer.waitForMotion({ sinceMs: pluggedAtMs });
  viewer.forget();
});

print({ scenario: 'stopped', code: await mien.stop() });
process.exit(0);
