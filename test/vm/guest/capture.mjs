// In the guest: the camera source over vivid, from opening to unplugging. Prints one JSON object a check.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CameraSource } from '../../../dist/capture/camera-source.js';
import { CameraStream } from '../../../dist/capture/v4l2/camera-stream.js';
import { FrameDecoder } from '../../../dist/capture/v4l2/frame-decoder.js';
import { KernelCamera } from '../../../dist/capture/v4l2/kernel-camera.js';
import { nowMicros } from '../../../dist/frame/clock.js';
import { i420Layout } from '../../../dist/frame/i420.js';
import { Kernels } from '../../../dist/kernels/kernels.js';
import { listVideoDevices } from '../../../dist/system/v4l2/list-devices.js';

const tell = (check, facts) => console.log(JSON.stringify({ check, ...facts }));
const control = (name, value = 1) => execFileSync('v4l2-ctl', ['-d0', '-c', `${name}=${value}`]);
const driver = (action) => writeFileSync(`/sys/bus/platform/drivers/vivid/${action}`, 'vivid.0');
const controlValue = (name) =>
  Number(/: (-?\d+)/.exec(execFileSync('v4l2-ctl', ['-d0', '-C', name], { encoding: 'utf8' }))[1]);
const usual = { camera: 'auto', width: 640, height: 360, fps: 25, fit: 'crop', onDemand: false, controls: {} };

/** Mean luma and chroma of the middle of a vertical bar, the `index`th of `count`. */
function bar(picture, layout, index, count) {
  const x = Math.floor(((index + 0.5) * layout.width) / count);
  const y = Math.floor(layout.height * 0.7);
  const c = (y >> 1) * layout.strideUV + (x >> 1);
  return [picture[y * layout.strideY + x], picture[layout.offsetU + c], picture[layout.offsetV + c]];
}

/** What a mode gives: the format that the driver settled on, and the bars in its first whole frame. */
async function picture(check, mode) {
  const kernels = await Kernels.load(16 << 20);
  const camera = new KernelCamera('/dev/video0');
  const format = camera.configure({ fps: 25, ...mode });
  const layout = i420Layout(format.width, format.height);
  const decoder = await FrameDecoder.open(kernels, format, layout, 'crop');
  camera.start();
  const stream = new CameraStream(camera, nowMicros);
  const into = new Uint8Array(new SharedArrayBuffer(layout.byteLength));
  let frame = null;
  for (let i = 0; i < 40 && !frame; i++) {
    frame = stream.next(200);
    if (frame && !decoder.decode(frame.data, frame.bytesUsed, into)) frame = null;
  }
  const ageMs = frame ? (nowMicros() - frame.capturedAt) / 1000 : null;
  tell(check, { ...format, ageMs, bars: Array.from({ length: 8 }, (_, index) => bar(into, layout, index, 8)) });
  camera.close();
}

async function formats() {
  control('osd_text_mode', 2);
  for (const pixels of ['YUYV', 'UYVY', 'NV12', 'YU12']) await picture('format', { pixels, width: 640, height: 360 });
  control('quantization', 1);
  await picture('full-range', { pixels: 'YUYV', width: 320, height: 180 });
  control('quantization', 0);
}

/** vivid's HDMI input scales to any size; a webcam input has its own sizes only. */
async function oddSizes() {
  execFileSync('v4l2-ctl', ['-d0', '-i1']);
  control('osd_text_mode', 2);
  // From large to small: vivid goes on composing into what was the smallest rectangle. Its I420 of odd height is shorter
  // than it says itself.
  for (const [width, height, formats] of [
    [636, 358, ['YUYV', 'UYVY', 'NV12', 'YU12']],
    [318, 179, ['YUYV', 'UYVY', 'NV12']],
  ]) {
    for (const pixels of formats) await picture('odd', { pixels, width, height });
  }
}

/** An open source that reads until `until` says so, or `seconds` are over. */
class Run {
  statuses = [];
  stamps = [];
  constructor(options = {}) {
    this.source = new CameraSource({ ...usual, ...options });
    this.source.onStatus = (status) => this.statuses.push({ ...status, at: Date.now() });
  }
  async open() {
    this.info = await this.source.open();
    this.into = new Uint8Array(new SharedArrayBuffer(this.info.layout.byteLength));
    return this;
  }
  async read(frames) {
    for (let i = 0; i < frames; i++) this.stamps.push(await this.source.read(this.into));
  }
  /** Kinds of states told since the last time. */
  kinds() {
    return this.statuses.splice(0).map(({ kind }) => kind);
  }
}

async function rate() {
  const run = await new Run().open();
  await run.read(5);
  const before = run.stamps.at(-1);
  await run.read(50);
  const after = run.stamps.at(-1);
  await run.source.close();
  const seconds = (after.capturedAt - before.capturedAt) / 1e6;
  tell('rate', {
    info: run.info,
    driverFps: (after.sequence - before.sequence) / seconds,
    isOrdered: run.stamps.every((stamp, i) => i === 0 || stamp.sequence > run.stamps[i - 1].sequence),
    kinds: run.kinds(),
  });
}

async function controls() {
  const values = () => ({
    brightness: controlValue('brightness'),
    gain: controlValue('gain_automatic'),
    menu: controlValue('menu'),
  });
  const before = values();
  const run = await new Run({ controls: { brightness: 200, gain_automatic: false, menu: 'Menu Item 1' } }).open();
  await run.read(3);
  const during = values();
  await run.source.close();
  const after = values();
  const refused = await new Run({ controls: { brigthness: 1 } }).open().then(
    () => null,
    (error) => error.message,
  );
  const device = new KernelCamera('/dev/video0');
  const names = device.listControls().map(({ name }) => name);
  device.close();
  tell('controls', { before, during, after, refused, names });
}

async function unplugged() {
  const run = await new Run({ camera: '/dev/video0' }).open();
  await run.read(5);
  driver('unbind');
  setTimeout(() => driver('bind'), 3000);
  const bound = Date.now() + 3000;
  await run.read(5);
  tell('unplugged', {
    kinds: run.kinds(),
    backAfterMs: Date.now() - bound,
    sequences: run.stamps.map(({ sequence }) => sequence),
  });
  await run.source.close();
}

async function faults() {
  const run = await new Run().open();
  for (const name of [
    'inject_vidioc_qbuf_error',
    'inject_vidioc_streamon_error',
    'inject_vidioc_reqbufs_error',
    'inject_v4l2_buf_flag_error',
    'inject_fatal_streaming_error',
  ]) {
    await run.read(5);
    run.kinds();
    const isAtOpening = /streamon|reqbufs/.test(name);
    control(name);
    if (isAtOpening) control('inject_fatal_streaming_error');
    const from = Date.now();
    let longest = 0;
    let last = from;
    while (Date.now() - from < 3000) {
      await run.read(1);
      longest = Math.max(longest, Date.now() - last);
      last = Date.now();
    }
    tell('fault', { name, kinds: run.kinds(), longestGapMs: longest });
  }
  control('percentage_of_dropped_buffers', 50);
  const before = run.stamps.at(-1).sequence;
  await run.read(20);
  tell('fault', { name: 'dropped', steps: run.stamps.at(-1).sequence - before, kinds: run.kinds() });
  control('percentage_of_dropped_buffers', 100);
  setTimeout(() => control('percentage_of_dropped_buffers', 0), 4000);
  await run.read(3);
  tell('fault', { name: 'stall', kinds: run.kinds() });
  await run.source.close();
}

async function busy() {
  const other = spawn('v4l2-ctl', ['-d0', '--stream-mmap', '--stream-count=100000'], { stdio: 'ignore' });
  await sleep(1500);
  const run = await new Run().open();
  setTimeout(() => other.kill(), 2500);
  await run.read(3);
  tell('busy', { statuses: run.statuses, pid: other.pid });
  await run.source.close();
}

async function disconnected() {
  const run = await new Run().open();
  await run.read(3);
  control('disconnect');
  setTimeout(() => {
    driver('unbind');
    driver('bind');
  }, 2000);
  await run.read(3);
  tell('disconnected', { kinds: run.kinds() });
  await run.source.close();
}

async function missingAtStart() {
  driver('unbind');
  const run = await new Run({ camera: 'vivid' }).open();
  setTimeout(() => driver('bind'), 1500);
  await run.read(2);
  tell('missing', { statuses: run.statuses.map(({ kind, detail }) => ({ kind, detail })) });
  await run.source.close();
}

async function rounds() {
  // What is garbage is no leak: kernel memory is given back when it is collected.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const held = () => ({
    fds: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    maps: readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .filter((line) => line.includes('/dev/video')).length,
    rssMb: Math.round(process.memoryUsage().rss / 2 ** 20),
  });
  const round = async () => {
    const run = await new Run().open();
    await run.read(2);
    await run.source.close();
  };
  for (let i = 0; i < 10; i++) await round();
  collect();
  const before = held();
  for (let i = 0; i < 50; i++) await round();
  collect();
  tell('rounds', { before, after: held() });
}

/** Stopped from outside for 10 s, as a suspended machine is. */
async function stopped() {
  const run = await new Run().open();
  await run.read(5);
  const helper = spawn('sh', ['-c', `kill -STOP ${process.pid}; sleep 10; kill -CONT ${process.pid}`]);
  let isOver = false;
  helper.on('exit', () => {
    isOver = true;
  });
  const ages = [];
  for (let more = 10; more > 0; more -= isOver ? 1 : 0) {
    await run.read(1);
    ages.push((nowMicros() - run.stamps.at(-1).capturedAt) / 1000);
  }
  const steps = run.stamps.map((stamp, i) => (i === 0 ? 1 : stamp.sequence - run.stamps[i - 1].sequence));
  tell('stopped', {
    oldestMs: Math.max(...ages),
    largestStep: Math.max(...steps),
    frames: ages.length,
    kinds: run.kinds(),
  });
  await run.source.close();
}

/** A webcam of Motion JPEG: a loopback that ffmpeg writes to, all blue. It ends, and starts again. */
async function motionJpeg() {
  const start = () =>
    spawn(
      'ffmpeg',
      '-v error -re -f lavfi -i color=c=blue:size=640x360:rate=15 -c:v mjpeg -q:v 3 -f v4l2 /dev/video11'.split(' '),
      { stdio: 'inherit' },
    );
  let writer = start();
  const run = await new Run({ camera: 'fake webcam', fps: 15 }).open();
  await run.read(10);
  const middle = bar(run.into, run.info.layout, 1, 3);
  const isOrdered = run.stamps.every((stamp, i) => i === 0 || stamp.sequence > run.stamps[i - 1].sequence);
  tell('motion-jpeg', { middle, isOrdered, kinds: [...new Set(run.kinds())] });
  writer.kill('SIGKILL');
  setTimeout(() => {
    writer = start();
  }, 4000);
  const until = Date.now() + 8000;
  while (Date.now() < until) await run.read(1);
  tell('writer-back', { kinds: run.kinds() });
  await run.source.close();
  writer.kill('SIGKILL');
}

tell('devices', listVideoDevices());
const checks = {
  formats,
  oddSizes,
  rate,
  controls,
  unplugged,
  faults,
  busy,
  missingAtStart,
  stopped,
  rounds,
  disconnected,
  motionJpeg,
};
const wanted = process.argv.slice(2);
for (const [name, check] of Object.entries(checks)) if (wanted.includes(name)) await check();
