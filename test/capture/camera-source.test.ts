import { expect, test } from 'vitest';
import { type CameraOptions, CameraSource } from '../../src/capture/camera-source.js';
import { DueTimer } from '../../src/capture/due-timer.js';
import type { SourceStatus } from '../../src/telemetry/telemetry.js';
import { control, FakeCamera, FakeClock, FakeHost, mode } from './v4l2/fake-camera.js';

/** A source over cameras in memory, with all that it tells. */
function setUp(options: Partial<CameraOptions> = {}, cameras = [new FakeCamera()]) {
  const clock = new FakeClock();
  const host = new FakeHost(clock);
  host.cameras.push(...cameras);
  const source = new CameraSource(
    { camera: 'auto', fit: 'letterbox', onDemand: false, controls: {}, ...options },
    host,
    clock,
  );
  const statuses: SourceStatus[] = [];
  source.onStatus = (status) => statuses.push(status);
  return { clock, host, camera: cameras[0]!, source, statuses, kinds: () => statuses.map(({ kind }) => kind) };
}

async function opened(...args: Parameters<typeof setUp>) {
  const set = setUp(...args);
  const info = await set.source.open();
  const into = new Uint8Array(new SharedArrayBuffer(info.layout.byteLength));
  return { ...set, info, into, read: () => set.source.read(into) };
}

test('a camera that is there: its size and rate, its frames in order', async () => {
  const { info, read, into, source, kinds, host } = await opened();
  expect(info).toMatchObject({ name: 'Test Camera', layout: { width: 64, height: 36 }, rate: { num: 30, den: 1 } });
  expect(info.frameCount).toBeNull();
  expect(host.openDevices).toBe(0);
  for (let i = 0; i < 5; i++) {
    const stamp = await read();
    expect(stamp?.sequence).toBe(i);
    expect(stamp?.pts).toBeCloseTo(i / 30, 6);
    expect(into[0]).toBe(i);
  }
  await source.close();
  expect(await read()).toBeNull();
  expect(kinds()).toEqual(['starting', 'live']);
  expect(host.openDevices).toBe(0);
});

test('the size that was asked for is delivered, whatever the camera has', async () => {
  const { info, read, into } = await opened({ width: 128, height: 72, fps: 15 });
  expect(info).toMatchObject({ layout: { width: 128, height: 72 }, rate: { num: 15, den: 1 } });
  await read();
  await read();
  expect(into[36 * 128 + 64]).toBe(1);
});

test('odd sides of a camera are rounded down to even ones', async () => {
  const camera = new FakeCamera();
  camera.modes = [mode('YU12', 102, 76, [30])];
  expect((await opened({}, [camera])).info.layout).toMatchObject({ width: 102, height: 76 });
  camera.modes = [mode('YUYV', 101, 75, [30])];
  expect((await opened({}, [camera])).info.layout).toMatchObject({ width: 100, height: 74 });
});

test('missing at the start: the usual size, waited for, and picked up when plugged in', async () => {
  const { info, clock, host, read, statuses } = await opened({ camera: 'test' }, []);
  const camera = new FakeCamera();
  expect(info).toMatchObject({
    name: 'Webcam "test"',
    layout: { width: 1280, height: 720 },
    rate: { num: 30, den: 1 },
  });
  clock.in(7, () => host.cameras.push(camera));
  const startedAt = clock.now();
  expect((await read())?.sequence).toBe(0);
  expect(clock.now() - startedAt).toBeLessThan(8e6);
  expect(statuses).toEqual([
    { kind: 'starting' },
    { kind: 'missing', detail: 'The camera "test" was not found; no webcam is there.' },
    { kind: 'starting' },
    { kind: 'live' },
  ]);
});

test('unplugged in use and back under another number, with another size: same frames, counted on', async () => {
  const { clock, camera, host, read, into, kinds } = await opened({ camera: '/dev/video0' });
  for (let i = 0; i < 3; i++) await read();
  const again = new FakeCamera('/dev/video7');
  again.modes = [mode('YU12', 128, 72, [30])];
  clock.in(0.01, () => {
    camera.isPlugged = false;
  });
  clock.in(4, () => host.cameras.push(again));
  expect((await read())?.sequence).toBe(3);
  expect((await read())?.sequence).toBe(4);
  expect(into[18 * 64 + 32]).toBe(1);
  expect(kinds()).toEqual(['starting', 'live', 'missing', 'starting', 'live']);
});

test('a path is a place: another camera that is plugged in there is used', async () => {
  const { clock, camera, host, read } = await opened({ camera: '/dev/v4l/by-path/left' }, []).then((set) => {
    set.host.links.set('/dev/v4l/by-path/left', '/dev/video0');
    const camera = new FakeCamera();
    set.host.cameras.push(camera);
    return { ...set, camera };
  });
  await read();
  const other = new FakeCamera('/dev/video0', 'Another Camera', 'usb-9');
  clock.in(1, () => {
    camera.isPlugged = false;
    host.cameras.push(other);
  });
  while (other.opened === 0) await read();
  expect(camera.opened).toBe(1);
});

test('another camera is never shown in place of the one that was chosen', async () => {
  const other = new FakeCamera('/dev/video2', 'Another Camera', 'usb-9');
  const { clock, camera, host, read, kinds } = await opened({}, [new FakeCamera(), other]);
  await read();
  camera.isPlugged = false;
  clock.in(6, () => host.cameras.push(new FakeCamera('/dev/video5')));
  const before = clock.now();
  expect((await read())?.sequence).toBe(1);
  expect(clock.now() - before).toBeGreaterThan(5.9e6);
  expect(other.opened).toBe(0);
  expect(kinds()).toEqual(['starting', 'live', 'missing', 'starting', 'live']);
});

test('busy: says who has it, once, and takes it when it is free', async () => {
  const camera = new FakeCamera();
  camera.failing.configure = 'EBUSY';
  const { clock, read, statuses, host } = await opened({}, [camera]);
  clock.in(3, () => {
    camera.failing = {};
  });
  await read();
  expect(statuses).toEqual([
    { kind: 'starting' },
    { kind: 'busy', detail: 'Test Camera is used by firefox (process 4711).', holder: 'firefox (process 4711)' },
    { kind: 'starting' },
    { kind: 'live' },
  ]);
  expect(host.openDevices).toBe(1);
});

test.each([
  ['start', 'EIO'],
  ['wait', 'EIO'],
  ['queue', 'EINVAL'],
] as const)('a driver whose %s fails with %s is closed and tried again', async (call, code) => {
  const { clock, camera, read, kinds, host } = await opened();
  await read();
  await read();
  camera.failing[call] = code;
  if (call === 'start') camera.failing.wait = code;
  clock.in(2, () => {
    camera.failing = {};
  });
  const before = clock.now();
  expect((await read())?.sequence).toBe(2);
  expect(clock.now() - before).toBeLessThan(3e6);
  expect(kinds()).toContain('failed');
  expect(kinds().at(-1)).toBe('live');
  expect(host.openDevices).toBe(1);
});

test('a stream that gives no frame stalls after 2 s, is reopened, and goes on', async () => {
  const { clock, camera, read, kinds } = await opened();
  await read();
  camera.isRunning = false;
  clock.in(9, () => {
    camera.isRunning = true;
  });
  await read();
  expect(kinds()).toEqual(['starting', 'live', 'stalled', 'live']);
  expect(camera.opened).toBeGreaterThan(3);
});

test('damaged and cut frames are left out, and the sequence shows it', async () => {
  const { camera, read } = await opened();
  camera.damaged.add(1);
  camera.truncated.add(2);
  expect((await read())?.sequence).toBe(0);
  expect((await read())?.sequence).toBe(3);
});

test('damaged frames are told of at the first, the tenth, the hundredth', async () => {
  const { camera, source, read } = await opened();
  const warnings: string[] = [];
  source.onWarning = (text) => warnings.push(text);
  for (let sequence = 1; sequence < 40; sequence += 2) camera.damaged.add(sequence);
  for (let frame = 0; frame < 30; frame++) await read();
  expect(warnings).toEqual([
    'Test Camera: 1 damaged picture left out so far',
    'Test Camera: 10 damaged pictures left out so far',
  ]);
});

test('a camera whose every JPEG is broken has stalled', async () => {
  const camera = new FakeCamera();
  camera.modes = [mode('MJPG', 64, 36, [30])];
  const { clock, source, read, kinds } = await opened({}, [camera]);
  clock.in(3, () => source.close());
  expect(await read()).toBeNull();
  expect(kinds()).toEqual(['starting', 'stalled']);
});

test('stopped for 10 s: no old frame, no stall', async () => {
  const { clock, read, kinds } = await opened();
  await read();
  clock.passTo(clock.now() + 10e6);
  const stamp = await read();
  expect(clock.now() - stamp!.capturedAt).toBeLessThan(500_000);
  expect(stamp?.sequence).toBeGreaterThan(295);
  expect(kinds()).toEqual(['starting', 'live']);
});

const brightness = control(1, 'brightness', { value: 100 });

test('controls are set while the camera is open, and set back', async () => {
  const camera = new FakeCamera();
  camera.controls = [brightness];
  const { read, source } = await opened({ controls: { brightness: 30 } }, [camera]);
  expect(camera.controls[0]?.value).toBe(100);
  await read();
  expect(camera.controls[0]?.value).toBe(30);
  await source.close();
  expect(camera.controls[0]?.value).toBe(100);
});

test('a camera plugged in later without a wished control gives pictures all the same; the user is told once', async () => {
  const camera = new FakeCamera(); // has no controls
  camera.isPlugged = false;
  const { read, source, kinds, clock } = await opened({ controls: { brightness: 30 } }, [camera]);
  const warnings: string[] = [];
  source.onWarning = (text) => warnings.push(text);
  const plugIn = () => {
    camera.isPlugged = true;
  };
  for (let round = 0; round < 3; round++) {
    clock.in(1, plugIn);
    expect(await read()).not.toBeNull();
    camera.isPlugged = false;
  }
  await source.close();
  expect(kinds()).toContain('live');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('no control "brightness"');
});

test('options that cannot be are refused at once', async () => {
  const camera = new FakeCamera();
  camera.controls = [brightness];
  await expect(setUp({ controls: { brightnes: 1 } }, [camera]).source.open()).rejects.toThrow('no control "brightnes"');
  await expect(setUp({ width: 1, height: 1 }).source.open()).rejects.toThrow('width of 1 pixels');
  await expect(setUp({ fps: 1000 }).source.open()).rejects.toThrow('rate of 1000');
});

test('a name that several cameras have is refused at once', async () => {
  const cameras = [new FakeCamera(), new FakeCamera('/dev/video2', 'Test Camera', 'usb-2')];
  await expect(setUp({ camera: 'test' }, cameras).source.open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a camera that mien cannot read is told of', async () => {
  const camera = new FakeCamera();
  camera.modes = [mode('H264', 1280, 720, [30])];
  const { source, read, statuses, clock } = await opened({}, [camera]);
  clock.in(1, () => source.close());
  expect(await read()).toBeNull();
  expect(statuses[1]).toMatchObject({
    kind: 'failed',
    detail: expect.stringContaining('offers H264; mien reads YU12'),
  });
});

test('a camera without permission is told of', async () => {
  const { host, source, read, statuses, clock } = await opened({}, []);
  host.refused = [{ path: '/dev/video0', code: 'EACCES' }];
  clock.in(1, () => source.close());
  expect(await read()).toBeNull();
  expect(statuses[1]).toMatchObject({ kind: 'failed', detail: expect.stringContaining('group "video"') });
});

test('on demand: closed until watched, closed again 5 s after nobody does, opened at once', async () => {
  const { clock, camera, host, source, read, kinds } = await opened({ onDemand: true });
  const askedAtStart = camera.opened;
  clock.in(20, () => source.setWatched(true));
  expect((await read())?.sequence).toBe(0);
  expect(camera.opened).toBe(askedAtStart + 1);
  source.setWatched(false);
  const leftAt = clock.now();
  let last = leftAt;
  clock.in(30, () => {
    expect(host.openDevices).toBe(0);
    source.setWatched(true);
  });
  for (;;) {
    await read();
    if (clock.now() - last > 1e6) break;
    last = clock.now();
  }
  expect(last - leftAt).toBeGreaterThan(4.8e6);
  expect(last - leftAt).toBeLessThan(5.2e6);
  expect(clock.now() - leftAt).toBeLessThan(30.2e6);
  expect(kinds()).toEqual(['asleep', 'starting', 'live', 'asleep', 'starting', 'live']);
});

test.each([
  ['missing', { camera: 'nowhere', onDemand: false }],
  ['asleep', { camera: 'nowhere', onDemand: true }],
])('closing ends a wait at once: %s', async (_, options) => {
  const clock = new DueTimer();
  const source = new CameraSource({ ...options, fit: 'crop', controls: {} }, new FakeHost(new FakeClock()), clock);
  const { layout } = await source.open();
  const reading = source.read(new Uint8Array(layout.byteLength));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await source.close();
  expect(await reading).toBeNull();
  await source.close();
});

test('closing before opening, and while the camera is being opened, leaves no device open', async () => {
  await setUp().source.close();
  const { source, read, host } = await opened();
  const reading = read();
  await new Promise((resolve) => setImmediate(resolve));
  await source.close();
  expect(await reading).toBeNull();
  expect(host.openDevices).toBe(0);
});
