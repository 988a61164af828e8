// The v4l2loopback output against the driver that the guest has loaded. Prints one object a finding, {"<name>": …}.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { i420Layout } from '../../../dist/frame/i420.js';
import { LoopbackCamera } from '../../../dist/output/v4l2loopback/loopback-camera.js';
import { identify, numberedFrame } from './pictures.mjs';

const path = '/dev/video10';
const [width, height] = [320, 240];
const rate = { num: 25, den: 1 };
const layout = i420Layout(width, height);
const say = (name, value) => console.log(JSON.stringify({ [name]: value }));
const note = (text) => console.error(`-- ${text}`);

const makeCamera = async (of = layout, pixels = 'yuyv') => {
  const camera = new LoopbackCamera({ path, pixels });
  await camera.open({ layout: of, rate });
  return camera;
};

/**
 * Writes numbered frames for as long as `isDone` says, and returns the number of the last one. With a `reader`, each waits
 * until the one before was read, a quarter of a second at most: the driver writes over what a slow reader has not fetched.
 */
async function writeUntil(camera, isDone, { of = layout, from = 0, reader = null } = {}) {
  let sequence = from;
  const until = Date.now() + 20_000; // a failure must not hang the guest
  do {
    const read = reader?.pictures;
    camera.write(numberedFrame(of, sequence++));
    await sleep(25);
    for (let waited = 0; reader && reader.pictures === read && !isDone() && waited < 250; waited += 5) await sleep(5);
  } while (!isDone() && Date.now() < until);
  return sequence - 1;
}

/** A reader: v4l2-ctl with mapped buffers, its pictures into a file. */
function startReader(count, file = '/tmp/read.raw') {
  const args = ['-d', path, '--stream-mmap=4', `--stream-count=${count}`, `--stream-to=${file}`];
  const child = spawn('v4l2-ctl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const reader = { child, file, isDone: false, errors: '', pictures: 0, done: null };
  child.stderr.on('data', (text) => {
    reader.errors += text;
    reader.pictures += String(text).split('<').length - 1; // it prints one a picture
  });
  reader.done = once(child, 'close').then(([code]) => {
    reader.isDone = true;
    return code;
  });
  return reader;
}

/** Reads `count` pictures while they are written. */
async function readBack(camera, count, options = {}) {
  const reader = startReader(count);
  const last = await writeUntil(camera, () => reader.isDone, { ...options, reader });
  const bytes = readFileSync(reader.file);
  const { width, height, pixels } = camera.format;
  return identify(bytes, { width, height, pixels, last, ...(options.of && { layout: options.of }) });
}

const watched = async (camera, isEnough, limitMs = 4000) => {
  const until = Date.now() + limitMs;
  while (Date.now() < until && !isEnough(camera.watchers())) {
    camera.repeat();
    await sleep(30);
  }
  return camera.watchers();
};

async function startWriter(w = width, h = height) {
  const script = fileURLToPath(new URL('loopback-writer.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(w), String(h)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, answer: JSON.parse(String(line).split('\n')[0]) };
}

async function kill(child, signal = 'SIGKILL') {
  const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : null;
  child.kill(signal);
  await closed;
}

async function tryOpen() {
  try {
    await (await makeCamera()).close();
    return null;
  } catch ({ code, message, remedy }) {
    return { code, message, remedy };
  }
}

const reload = (...args) => {
  execFileSync('modprobe', ['-r', 'v4l2loopback']);
  execFileSync('modprobe', ['v4l2loopback', 'video_nr=10', 'card_label=Virtual Camera', ...args]);
};

note('formats');
for (const pixels of ['yuyv', 'i420', 'nv12']) {
  const camera = await makeCamera(layout, pixels);
  const seen = execFileSync('v4l2-ctl', ['-d', path, '--get-fmt-video', '--get-parm'], { encoding: 'utf8' });
  say(`format-${pixels}`, { format: camera.format, warning: camera.warning, label: camera.label, seen });
  say(`frames-${pixels}`, await readBack(camera, 12));
  await camera.close();
}

note('FFmpeg reads');
{
  const camera = await makeCamera();
  const args = [
    '-loglevel',
    'error',
    '-f',
    'v4l2',
    '-i',
    path,
    '-frames:v',
    '4',
    '-f',
    'rawvideo',
    '-y',
    '/tmp/ffmpeg.raw',
  ];
  const ffmpeg = spawn('ffmpeg', args, { stdio: 'inherit' });
  const last = await writeUntil(camera, () => ffmpeg.exitCode !== null);
  say('frames-ffmpeg', identify(readFileSync('/tmp/ffmpeg.raw'), { width, height, pixels: 'YUYV', last }));
  await camera.close();
}

note('an odd size');
const odd = i420Layout(width + 1, height + 1);
for (const pixels of ['yuyv', 'i420']) {
  const camera = await makeCamera(odd, pixels);
  say(`odd-${pixels}`, { format: camera.format, frames: await readBack(camera, 6, { of: odd }) });
  await camera.close();
}

note('repeat, and a reader that is stopped, killed, and comes back');
{
  const camera = await makeCamera();
  camera.repeat();
  const reader = startReader(1000);
  say('watchers-reader', await watched(camera, (count) => count === 1));
  reader.child.kill('SIGSTOP');
  let written = 0;
  while (written < 60) camera.write(numberedFrame(layout, written++)); // none of these waits for the reader
  say('stalled', { written });
  reader.child.kill('SIGCONT');
  await writeUntil(camera, () => true);
  await kill(reader.child);
  say('watchers-killed', await watched(camera, (count) => count === 0));
  for (let n = 0; n < 3; n++) {
    spawnSync('v4l2-ctl', ['-d', path, '--all']);
    camera.repeat();
  }
  say('watchers-probed', camera.watchers());
  say('came-back', await readBack(camera, 6));
  await camera.close();
}

note('a second reader');
{
  const camera = await makeCamera();
  const first = startReader(1000);
  await watched(camera, (count) => count === 1);
  const second = startReader(3, '/tmp/second.raw');
  await writeUntil(camera, () => second.isDone);
  say('second-reader', { pictures: second.pictures, errors: second.errors.trim().split('\n').pop() });
  await kill(first.child);
  await camera.close();
}

note('a second mien, and the module, while it is open');
{
  const camera = await makeCamera();
  const { answer } = await startWriter();
  say('second-mien', { pid: process.pid, ...answer.refused });
  const removal = spawnSync('modprobe', ['-r', 'v4l2loopback'], { encoding: 'utf8' });
  say('module-in-use', { status: removal.status, message: removal.stderr.trim() });
  await camera.close();
}

note('another program writes');
{
  const args = ['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', `testsrc=size=${width}x${height}:rate=25`];
  const ffmpeg = spawn('ffmpeg', [...args, '-pix_fmt', 'yuyv422', '-f', 'v4l2', path], { stdio: 'inherit' });
  for (let got = 0, tries = 0; got === 0 && tries < 40; tries++, await sleep(200)) {
    spawnSync('v4l2-ctl', ['-d', path, '--stream-mmap=2', '--stream-count=1', '--stream-to=/tmp/foreign.raw']);
    got = existsSync('/tmp/foreign.raw') ? statSync('/tmp/foreign.raw').size : 0;
  }
  say('foreign-writer', { pid: ffmpeg.pid, ...(await tryOpen()) });
  await kill(ffmpeg);
  say('after-foreign-writer', await tryOpen());
}

note('killed, and started again while a reader has it open');
{
  const writer = await startWriter();
  const reader = startReader(100_000, '/dev/null');
  for (let tries = 0; reader.pictures < 5 && tries < 100; tries++) await sleep(100);
  await kill(writer.child);
  const camera = await makeCamera();
  const readers = await watched(camera, (count) => count === 1);
  const before = reader.pictures;
  await writeUntil(camera, () => reader.pictures > before + 20);
  say('restarted', { format: camera.format, readers, more: reader.pictures - before });
  await kill(reader.child);
  say('restarted-frames', await readBack(camera, 6));
  await camera.close();
}

note('the same with another size: the reader keeps what it has, scaled');
{
  const writer = await startWriter();
  const reader = startReader(100_000, '/dev/null');
  for (let tries = 0; reader.pictures < 5 && tries < 100; tries++) await sleep(100);
  await kill(writer.child);
  const larger = i420Layout(2 * width, 2 * height);
  const camera = await makeCamera(larger);
  const before = reader.pictures;
  await writeUntil(camera, () => reader.pictures > before + 10, { of: larger });
  say('resized-under-reader', { format: camera.format, warning: camera.warning, more: reader.pictures - before });
  await kill(reader.child);
  await camera.close();
  const keeping = await makeCamera();
  execFileSync('v4l2-ctl', ['-d', path, '-c', 'keep_format=1']);
  await keeping.close();
  const kept = await makeCamera(larger);
  say('kept-format', { format: kept.format, warning: kept.warning });
  await kept.close();
  execFileSync('v4l2-ctl', ['-d', path, '-c', 'keep_format=0']);
  const alone = await makeCamera(larger);
  say('resized-alone', alone.format);
  await alone.close();
}

note('fifty rounds');
{
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let round = 0; round < 50; round++) {
    const camera = await makeCamera();
    camera.write(numberedFrame(layout, round));
    camera.watchers();
    await camera.close();
  }
  say('fifty-rounds', { before, after: descriptors() });
}

note('module loaded again, with and without exclusive_caps');
{
  reload('exclusive_caps=1');
  const camera = await makeCamera();
  say('reloaded', await readBack(camera, 4));
  await camera.close();
  reload('exclusive_caps=0');
  const shared = await makeCamera();
  say('shared', { warning: shared.warning, frames: await readBack(shared, 4) });
  await shared.close();
  const writer = await startWriter();
  say('shared-second-mien', { pid: writer.child.pid, ...(await tryOpen()) });
  await kill(writer.child);
  say('shared-afterwards', await tryOpen());
}
process.exit(0);
