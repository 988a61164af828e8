// A webcam with a number in each picture: `fake-webcam.mjs PATH WxH FPS raw|mjpeg`. Numbers go with the clock: frame n is
// written n intervals after the time that is printed first, {"firstMs":…}, on CLOCK_MONOTONIC. Runs until killed.
import { spawn } from 'node:child_process';
import { SyntheticSource } from '../../../dist/capture/synthetic-source.js';
import { nowMs, sleep } from './lib/waiting.mjs';

const [path, size, rate, kind] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const fps = Number(rate);
const intervalMs = 1000 / fps;
const source = new SyntheticSource({ width, height, fps });
const { layout } = await source.open();
const data = new Uint8Array(layout.byteLength);
const write = kind === 'mjpeg' ? mjpegWriter() : await rawWriter();

const firstMs = nowMs();
console.log(JSON.stringify({ firstMs }));
let drawn = -1;
for (;;) {
  const number = Math.max(drawn + 1, Math.floor((nowMs() - firstMs) / intervalMs));
  await sleep(Math.max(0, firstMs + number * intervalMs - nowMs()));
  for (; drawn < number; drawn++) source.next();
  source.convert(data);
  await write(number);
}

async function rawWriter() {
  const { LoopbackCamera } = await import('../../../dist/output/v4l2loopback/loopback-camera.js');
  const camera = new LoopbackCamera({ path, pixels: 'yuyv' });
  await camera.open({ layout, rate: { num: fps, den: 1 } });
  return (sequence) => camera.write({ layout, data, sequence, capturedAt: 0, pts: 0 });
}

function mjpegWriter() {
  const input = [
    '-fflags',
    'nobuffer',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-video_size',
    size,
    '-framerate',
    rate,
  ];
  const output = ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p', '-f', 'v4l2', path];
  const ffmpeg = spawn('ffmpeg', ['-loglevel', 'error', ...input, '-i', '-', ...output], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  ffmpeg.on('exit', () => process.exit(1));
  process.on('exit', () => ffmpeg.kill());
  return () => new Promise((resolve) => ffmpeg.stdin.write(data, resolve));
}
