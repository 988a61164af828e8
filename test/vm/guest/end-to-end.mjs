// A camera on its way through mien to other programs: `end-to-end.mjs`. Prints one object a part, {"part": …}.

import { readWithFfmpeg } from './lib/ffmpeg-viewer.mjs';
import { earlyRepeats, figures } from './lib/figures.mjs';
import { Mien } from './lib/mien.mjs';
import { hasOpen } from './lib/process-facts.mjs';
import { PictureReader, Viewer } from './lib/viewer.mjs';
import { FAKE_WEBCAM } from './lib/virtual-camera.mjs';
import { VIVID } from './lib/vivid.mjs';
import { VividCounter } from './lib/vivid-counter.mjs';
import { nowMs, sleep, until } from './lib/waiting.mjs';
import { FakeWebcam } from './lib/webcam.mjs';

const size = { width: 320, height: 180 };
const fps = 25;
const say = (part, facts) => console.log(JSON.stringify({ part, ...facts }));
const common = ['--fps', String(fps), '--output', 'mien'];
/** Frames that are looked at, and how long they may take: so many are enough to see their order. */
const ENOUGH = 60;

const counter = await VividCounter.learn(size, { isMoving: true });
const pictures = await PictureReader.make(size, counter);

// On demand: what nobody watches is not filmed.
const mien = new Mien(['--source', 'camera', '--camera', VIVID, '--size', '320x180', '--on-demand', ...common]);
await mien.waitForOutput();
await mien.waitForStatus('asleep');
say('nobody watches', { isCameraOpen: hasOpen(mien.pid, VIVID) });

let viewer = new Viewer(pictures);
const cameAtMs = nowMs();
const first = await viewer.waitForMotion();
await until('enough is seen', () => viewer.since(first.writtenMs).length >= ENOUGH, { limitMs: 60_000 });
say('vivid to v4l2-ctl', {
  ...figures(viewer.seen, first.writtenMs, viewer.last.writtenMs),
  earlyRepeats: earlyRepeats(viewer.since(first.writtenMs), 1000 / fps),
  liveAfterMs: first.writtenMs - cameAtMs,
  isCameraOpen: hasOpen(mien.pid, VIVID),
  watchers: await mien.waitFor('it tells who watches', () => mien.report.sinks[0].watchers),
});

await viewer.stop();
const leftAtMs = nowMs();
await until('the camera is closed', () => !hasOpen(mien.pid, VIVID));
say('the last one leaves', { closedAfterMs: nowMs() - leftAtMs, status: await mien.waitForStatus('asleep') });

const { frames, errors } = await readWithFfmpeg(pictures, ENOUGH);
say('vivid to ffmpeg', { errors, ...figures(frames, frames[0].writtenMs, frames.at(-1).writtenMs) });

// Who writes to a node owns it.
const second = new Mien(['--source', 'synthetic', '--size', '320x180', ...common]);
say('a second mien', { code: await second.closed, message: second.messageText, first: mien.pid });

// Killed without a chance to tidy up, and started again with another size, while somebody watches.
const webcam = await FakeWebcam.start({ width: 640, height: 360 }, { fps });
viewer = new Viewer(pictures);
await viewer.waitForMotion();
await mien.stop('SIGKILL');
const startedMs = nowMs();
const heir = new Mien(['--source', 'camera', '--camera', FAKE_WEBCAM, '--size', '640x360', ...common]);
const back = await viewer.waitForMotion({ sinceMs: startedMs, limitMs: 240_000 });
await until('enough is seen', () => viewer.since(back.writtenMs).length >= ENOUGH, { limitMs: 60_000 });
say('killed and started again with another size', {
  ...figures(viewer.seen, back.writtenMs, viewer.last.writtenMs),
  earlyRepeats: earlyRepeats(viewer.since(back.writtenMs), 1000 / fps),
  firstPictureMs: viewer.since(startedMs)[0].writtenMs - startedMs,
  liveAfterMs: back.writtenMs - startedMs,
  warnings: heir.messageText,
});
await viewer.stop();
await sleep(500);
say('end', { code: await heir.stop() });
await webcam.stop();
process.exit(0);
