// What goes wrong with a virtual camera: readers that stall and die, mien itself stopped, killed, started twice, and a
// webcam that is slow or stuck. Prints one object a scenario, see lib/scenario.mjs.

import { round } from './lib/figures.mjs';
import { Mien } from './lib/mien.mjs';
import { print, rounds, scenario } from './lib/scenario.mjs';
import { PictureReader, Viewer } from './lib/viewer.mjs';
import { FAKE_WEBCAM, loadModule, removeModule } from './lib/virtual-camera.mjs';
import { nowMs, sleep, until } from './lib/waiting.mjs';
import { FakeWebcam } from './lib/webcam.mjs';

const size = { width: 320, height: 180 };
const fps = 25;
const pictures = await PictureReader.make(size);
const startMien = () => {
  const camera = ['--source', 'camera', '--camera', FAKE_WEBCAM];
  return new Mien([...camera, '--size', '320x180', '--fps', String(fps), '--output', 'mien']);
};

let webcam = await FakeWebcam.start(size, { fps });
let mien = startMien();
await mien.waitForOutput();
const at = { viewer: new Viewer(pictures), mien };
await at.viewer.waitForMotion({ limitMs: 240_000 });

const movesAfter = async (sinceMs) => (await at.viewer.waitForMotion({ sinceMs })).writtenMs - sinceMs;

await scenario('the webcam stalls', at, async (sinceMs) => {
  webcam.signal('SIGSTOP');
  const card = await at.viewer.waitForCard('no picture', { sinceMs });
  const status = await mien.waitForStatus('stalled');
  const wokenAtMs = nowMs();
  webcam.signal('SIGCONT');
  return { status, cardAfterMs: card.writtenMs - sinceMs, liveAfterMs: await movesAfter(wokenAtMs) };
});

await scenario('the webcam gives 8 frames a second', at, async () => {
  await webcam.stop();
  webcam = await FakeWebcam.start(size, { fps: 8 });
  const sinceMs = nowMs();
  await at.viewer.waitForLive({ sinceMs });
  const fromMs = nowMs();
  await sleep(4000);
  const seen = at.viewer.since(fromMs);
  const distinct = new Set(seen.map(({ number }) => number)).size;
  return { sent: seen.length, taken: distinct };
});

await scenario('the webcam is fast again', at, async () => {
  await webcam.stop();
  webcam = await FakeWebcam.start(size, { fps });
  return { liveAfterMs: await movesAfter(nowMs()) };
});

await scenario('the reader stalls', at, async () => {
  const before = mien.report.sinks[0].written;
  at.viewer.child.kill('SIGSTOP');
  await sleep(3000);
  await mien.waitFor('it goes on', () => mien.report.sinks[0].written > before + fps);
  const wokenAtMs = nowMs();
  at.viewer.child.kill('SIGCONT');
  return { liveAfterMs: await movesAfter(wokenAtMs) };
});

await scenario('the reader is killed and another comes', at, async () => {
  await at.viewer.stop('SIGKILL');
  const before = mien.report.sinks[0].written;
  await mien.waitFor('it goes on', () => mien.report.sinks[0].written > before + fps);
  const watchers = mien.report.sinks[0].watchers;
  at.viewer = new Viewer(pictures);
  const cameAtMs = nowMs();
  return { watchers, liveAfterMs: await movesAfter(cameAtMs) };
});

await scenario('suspended for 10 s', at, async () => {
  mien.signal('SIGSTOP');
  await sleep(10_000);
  const before = at.viewer.last;
  const wokenAtMs = nowMs();
  mien.signal('SIGCONT');
  const liveAfterMs = await movesAfter(wokenAtMs);
  await sleep(1000);
  const since = at.viewer.since(wokenAtMs);
  const live = since.filter(({ number }) => number !== null);
  const ageMs = ({ number, writtenMs }) => writtenMs - webcam.takenMs(number);
  const old = live.filter((frame) => ageMs(frame) > 5000);
  return {
    liveAfterMs,
    oldOnes: [...new Set(old.map(({ number }) => number - before.number))],
    oldestOfOthersMs: round(Math.max(...live.filter((frame) => !old.includes(frame)).map(ageMs))),
    // In the first half second, at the output's rate: half of a second's frames.
    sentAtOnce: since.filter(({ writtenMs }) => writtenMs < wokenAtMs + 500).length,
  };
});

await scenario('another mien on the same node', at, async () => {
  const other = new Mien(['--source', 'synthetic', '--size', '320x180', '--output', 'mien']);
  return { code: await other.closed, message: other.messageText, owner: mien.pid };
});

await scenario('the module cannot be taken away', at, async () => {
  const { code, stderr } = await removeModule();
  return { code, message: stderr.trim(), liveAfterMs: await movesAfter(nowMs()) };
});

await at.viewer.stop();
await rounds('a reader comes and goes 50 times', at, async () => {
  const viewer = new Viewer(pictures);
  await viewer.waitForLive();
  await viewer.stop('SIGKILL');
});
at.viewer = new Viewer(pictures);
await at.viewer.waitForMotion();

await scenario('killed and started again', at, async () => {
  await mien.stop('SIGKILL');
  const startedMs = nowMs();
  mien = startMien();
  at.mien = mien;
  const back = await at.viewer.waitForMotion({ sinceMs: startedMs, limitMs: 240_000 });
  const [first] = at.viewer.since(startedMs);
  return { firstPictureMs: first.writtenMs - startedMs, liveAfterMs: back.writtenMs - startedMs };
});

const code = await mien.stop();
await at.viewer.stop();
await webcam.stop();
print({ scenario: 'stopped', code });

// The module loaded anew between two runs of mien: the nodes are others, the label is the same.
const removed = await until('the module is not in use', async () => (await removeModule()).code === 0);
await loadModule();
webcam = await FakeWebcam.start(size, { fps });
mien = startMien();
await mien.waitForOutput();
at.mien = mien;
at.viewer = new Viewer(pictures);
await scenario('the module is loaded anew', at, async (sinceMs) => {
  const back = await at.viewer.waitForMotion({ sinceMs, limitMs: 240_000 });
  return { removed, liveAfterMs: back.writtenMs - sinceMs };
});
process.exit(0);
