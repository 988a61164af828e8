// An MJPEG webcam through mien to v4l2-ctl and to a page in Chromium. Prints one object a part, {"part": …}.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { readFrameNumber } from '../../../dist/capture/frame-number.js';
import { i420Layout } from '../../../dist/frame/i420.js';
import { earlyRepeats, figures } from './lib/figures.mjs';
import { Mien } from './lib/mien.mjs';
import { PictureReader, Viewer } from './lib/viewer.mjs';
import { FAKE_WEBCAM, isWritten } from './lib/virtual-camera.mjs';
import { sleep, until } from './lib/waiting.mjs';
import { FakeWebcam } from './lib/webcam.mjs';

const size = { width: 320, height: 180 };
const fps = 15; // a browser leaves the emulated processor little time
const ENOUGH = 45;
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const say = (part, facts) => console.log(JSON.stringify({ part, ...facts }));

const pictures = await PictureReader.make(size);
const webcam = await FakeWebcam.start(size, { fps, kind: 'mjpeg' });
await until('the MJPEG webcam is one', () => isWritten(FAKE_WEBCAM), { limitMs: 60_000 });
const camera = ['--source', 'camera', '--camera', FAKE_WEBCAM, '--size', '320x180'];
const mien = new Mien([...camera, '--fps', String(fps), '--output', 'mien']);
await mien.waitForOutput();

const viewer = new Viewer(pictures);
const first = await viewer.waitForMotion({ limitMs: 240_000 });
await until('enough is seen', () => viewer.since(first.writtenMs).length >= ENOUGH, { limitMs: 60_000 });
say('MJPEG to v4l2-ctl', {
  ...figures(viewer.seen, first.writtenMs, viewer.last.writtenMs),
  earlyRepeats: earlyRepeats(viewer.since(first.writtenMs), 1000 / fps),
});
await viewer.stop();

// getUserMedia is for pages of this computer or of https.
const server = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<video muted>'),
);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: BROWSERS.find(existsSync),
  timeout: 180_000,
  args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--disable-background-networking'],
});
const page = await browser.newPage();
page.setDefaultTimeout(180_000);
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const { labels, settings } = await page.evaluate(async () => {
  // Labels are told once there has been a stream, of whatever camera.
  const any = await navigator.mediaDevices.getUserMedia({ video: true });
  for (const track of any.getTracks()) track.stop();
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
  const mien = cameras.find(({ label }) => label.startsWith('mien'));
  const video = document.querySelector('video');
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: mien.deviceId } } });
  await video.play();
  const { width, height } = video.srcObject.getVideoTracks()[0].getSettings();
  return { labels: cameras.map(({ label }) => label), settings: { width, height } };
});
const seen = [];
for (let n = 0; n < 8; n++) {
  const luma = await page.evaluate(() => {
    const video = document.querySelector('video');
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    // Green stands for luma: the numbers are grey.
    return Array.from({ length: data.length / 4 }, (_, at) => data[4 * at + 1]);
  });
  seen.push(readFrameNumber(Uint8Array.from(luma), i420Layout(size.width, size.height)));
  await sleep(300);
}
say('MJPEG to Chromium', { labels, settings, pictures: seen });
await browser.close();
say('end', { code: await mien.stop() });
await webcam.stop();
process.exit(0);
