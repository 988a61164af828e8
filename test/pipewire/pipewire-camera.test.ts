import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFrameNumber } from '../../src/capture/frame-number.js';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import { i420Layout } from '../../src/frame/i420.js';
import { PicturePacker } from '../../src/output/picture-packer.js';
import { nv12Format } from '../../src/output/pipewire/camera-params.js';
import { PrivateSession, whyNoSession } from './private-session.mjs';
import { exit, framesOfGstreamer, Producer, startReader } from './programs.js';

const layout = i420Layout(1280, 720);
/** A library, a thread or the memory of a camera left behind in each of 50 rounds is more. */
const GROWTH_MB_MAX = 12;

let session: PrivateSession;

beforeEach(async (context) => {
  const reason = whyNoSession();
  if (reason) context.skip(reason);
  session = await PrivateSession.start();
});
afterEach(() => session?.close());

async function opened(options = {}): Promise<Producer> {
  const producer = new Producer(session, options);
  expect(await producer.event()).toEqual({ event: 'opened' });
  return producer;
}

const cameras = () =>
  session
    .nodes()
    .map(({ info }) => info)
    .filter(({ props }) => props['media.class'] === 'Video/Source');

test('the node is a camera with the names given, and offers NV12 at the size and rate of the stream', async () => {
  await opened({ nodeName: 'mien-desk', description: 'Ann\'s "best" camera', width: 640, height: 360, fps: 25 });
  const [camera, ...others] = cameras();
  expect(others).toEqual([]);
  expect(camera.props).toMatchObject({
    'media.class': 'Video/Source',
    'media.role': 'Camera',
    'node.name': 'mien-desk',
    'node.description': 'Ann\'s "best" camera',
  });
  expect(camera.params.EnumFormat).toEqual([
    {
      mediaType: 'video',
      mediaSubtype: 'raw',
      format: 'NV12',
      size: { width: 640, height: 360 },
      framerate: { num: 25, denom: 1 },
    },
  ]);
});

test('GStreamer gets whole frames in order, with no pixel wrong; nobody watching, nothing is sent', async () => {
  const producer = await opened();
  expect(await producer.status(({ frame }) => frame > 5)).toMatchObject({ sent: 0, dropped: 0, watchers: 0 });
  const reading = framesOfGstreamer(session, 60);
  await producer.status(({ watchers }) => watchers === 1);
  const frames = await reading;
  expect(frames).toHaveLength(60);

  const source = new SyntheticSource();
  const picture = new Uint8Array(layout.byteLength);
  const packer = await PicturePacker.create(layout, nv12Format(layout));
  let number = -1;
  for (const frame of frames) {
    const { top, bottom } = readFrameNumber(frame, layout);
    expect(bottom).toBe(top);
    expect(top).toBeGreaterThan(number);
    for (; number < top!; number++) source.next();
    source.convert(picture);
    packer.pack(picture);
    expect(Buffer.compare(packer.picture, frame), `pixels of frame ${number}`).toBe(0);
  }
  // A consumer that is late, on a busy machine, misses frames: it never gets old ones instead.
  const passed = number + 1 - readFrameNumber(frames[0]!, layout).top!;
  console.log(`GStreamer got ${frames.length} of ${passed} frames`);

  await producer.status(({ watchers }) => watchers === 0);
  const idle = await producer.status();
  expect((await producer.status(({ frame }) => frame > idle.frame + 10)).sent).toBe(idle.sent);
});

test('a consumer that is killed, and one that stops for 2 s, harm nobody; what comes after is new', async () => {
  const producer = await opened();
  const killed = startReader(session, 10_000);
  await producer.status(({ sent }) => sent > 20);
  killed.child.kill('SIGKILL');
  await producer.status(({ watchers }) => watchers === 0);

  const stalled = startReader(session, 120);
  const running = await producer.status(({ watchers }) => watchers === 1);
  await producer.status(({ frame }) => frame > running.frame + 20);
  stalled.child.kill('SIGSTOP');
  const stopped = await producer.status();
  await producer.status(({ frame }) => frame > stopped.frame + 60);
  stalled.child.kill('SIGCONT');
  const numbers = (await stalled.seen()).map(({ top, bottom }) => {
    expect(top).toBe(bottom);
    return top!;
  });
  expect(numbers).toHaveLength(120);
  const steps = numbers.slice(1).map((number, i) => number - numbers[i]!);
  expect(Math.min(...steps)).toBeGreaterThan(0);
  // Frames of before the stop are the few that were on their way, not the 60 that passed meanwhile.
  expect(Math.max(...steps)).toBeGreaterThan(50);
  expect(producer.child.exitCode).toBeNull();
});

test('a program that asks for another format gets nothing, and harms nobody', async () => {
  const producer = await opened();
  const caps = 'video/x-raw,format=RGB,width=1280,height=720';
  const child = session.spawn('gst-launch-1.0', ['pipewiresrc', 'target-object=mien', '!', caps, '!', 'fakesink']);
  const { frame } = await producer.status();
  expect((await producer.status((status) => status.frame > frame + 60)).sent).toBe(0);
  child.kill('SIGKILL');
  expect(await framesOfGstreamer(session, 5)).toHaveLength(5);
});

test('the daemon is killed and started again, 10 times: the camera is back under its name, and nothing is left behind', async () => {
  const producer = await opened();
  const before = await producer.status();
  for (let round = 0; round < 10; round++) {
    await session.killDaemon();
    expect(await producer.event()).toEqual({ event: 'gone' });
    await session.startDaemon();
    let line = await producer.event();
    while (line.event === 'refused') {
      expect(line.code).toBe('OUTPUT_FAILED');
      line = await producer.event();
    }
    expect(line).toEqual({ event: 'opened' });
    expect(cameras().map(({ props }) => props['node.name'])).toEqual(['mien']);
  }
  const after = await producer.status();
  expect(after.files).toBe(before.files);
  expect(after.threads).toBe(before.threads);
  expect(after.rssMb - before.rssMb).toBeLessThan(GROWTH_MB_MAX);
  expect(await framesOfGstreamer(session, 10)).toHaveLength(10);
});

test('a second camera of the same name is refused and told of the first; killed with -9, the first leaves the name', async () => {
  const first = await opened();
  const second = new Producer(session);
  expect(await second.event()).toMatchObject({
    event: 'refused',
    code: 'DEVICE_BUSY',
    message: expect.stringContaining(`(process ${first.child.pid})`),
  });
  expect(await exit(second.child)).toBe(1);
  const other = await opened({ nodeName: 'mien-other' });
  await other.end();
  await first.end('SIGKILL');
  await opened();
  await expect.poll(() => cameras().map(({ props }) => props['node.name'])).toEqual(['mien']);
});

test('without a daemon the camera says what to start', async () => {
  await session.killDaemon();
  const producer = new Producer(session);
  expect(await producer.event()).toEqual({
    event: 'refused',
    code: 'OUTPUT_FAILED',
    message: expect.stringContaining(session.env['XDG_RUNTIME_DIR']!),
    remedy: 'Start it with: systemctl --user start pipewire wireplumber',
  });
});

test(`50 rounds of opening and closing leave no file, no thread and no memory beyond ${GROWTH_MB_MAX} MB`, () => {
  const script = fileURLToPath(new URL('rounds.mjs', import.meta.url));
  const run = spawnSync(process.execPath, ['--expose-gc', script, '50'], { env: session.env, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const { first, last } = JSON.parse(run.stdout);
  console.log(`after 13 rounds ${JSON.stringify(first)}, after 50 ${JSON.stringify(last)}`);
  expect(last.files).toBe(first.files);
  expect(last.threads).toBe(first.threads);
  expect(last.rssMb - first.rssMb).toBeLessThan(GROWTH_MB_MAX);
});
