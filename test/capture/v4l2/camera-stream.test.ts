import { expect, test } from 'vitest';
import { CameraStream } from '../../../src/capture/v4l2/camera-stream.js';
import { SystemCallError } from '../../../src/system/libc.js';
import { FakeCamera, FakeClock, FakeHost } from './fake-camera.js';

/** A camera of 30 frames a second that streams, and its clock. */
function streaming(change: Partial<FakeCamera> = {}) {
  const clock = new FakeClock();
  const host = new FakeHost(clock);
  const camera = Object.assign(new FakeCamera(), change);
  host.cameras.push(camera);
  const device = host.open(camera.identity.path);
  device.configure({ pixels: 'YU12', width: 64, height: 36, fps: 30 });
  device.start();
  return { clock, camera, stream: new CameraStream(device, () => clock.now()) };
}

const INTERVAL_US = 1e6 / 30;

test('frames come one after the other with the stamps of the driver', () => {
  const { clock, stream } = streaming();
  const startedAt = clock.now();
  for (let i = 0; i < 10; i++) {
    const frame = stream.next(50)!;
    expect(frame.sequence).toBe(i);
    expect(frame.data[0]).toBe(i);
    expect(frame.capturedAt).toBeCloseTo(startedAt + (i + 1) * INTERVAL_US, 3);
  }
  expect(stream.counts).toEqual({ dropped: 0, damaged: 0, stale: 0 });
});

test('nothing within the time is null, and not the end', () => {
  const { stream } = streaming();
  expect(stream.next(20)).toBeNull();
  expect(stream.next(20)?.sequence).toBe(0);
});

test('of several that wait only the newest is used', () => {
  const { clock, stream } = streaming();
  stream.next(50);
  clock.passTo(clock.now() + 3.5 * INTERVAL_US);
  const frame = stream.next(50)!;
  expect(frame.sequence).toBe(3);
  expect(frame.data[0]).toBe(3);
  expect(stream.counts.dropped).toBe(2);
  expect(stream.next(50)?.sequence).toBe(4);
});

test('a process that was stopped for 10 s shows nothing old, and counts what it missed', () => {
  const { clock, stream } = streaming();
  stream.next(50);
  clock.passTo(clock.now() + 10e6);
  const stoppedUntil = clock.now();
  expect(stream.next(50)).toBeNull();
  const frame = stream.next(50)!;
  expect(frame.capturedAt).toBeGreaterThan(stoppedUntil);
  expect(frame.sequence).toBeGreaterThan(295);
  expect(stream.counts.stale).toBe(1);
  expect(stream.counts.dropped + stream.counts.stale).toBe(frame.sequence - 1);
});

test('damaged and empty frames are counted and left out', () => {
  const { stream } = streaming({ damaged: new Set([1, 2]) });
  expect(stream.next(50)?.sequence).toBe(0);
  expect(stream.next(50)).toBeNull();
  expect(stream.next(50)).toBeNull();
  expect(stream.next(50)?.sequence).toBe(3);
  expect(stream.counts).toEqual({ dropped: 0, damaged: 2, stale: 0 });
});

test('a damaged newest frame gives way to the good one before it', () => {
  const { clock, stream } = streaming({ damaged: new Set([2]) });
  stream.next(50);
  clock.passTo(clock.now() + 2.5 * INTERVAL_US);
  expect(stream.next(50)?.sequence).toBe(1);
});

test.each([
  ['behind ours by a day', -86_400e6],
  ['ahead of ours', 5e6],
])('a clock %s gives way to ours', (_, stampShiftUs) => {
  const { clock, stream } = streaming({ stampShiftUs });
  let frame = null;
  for (let i = 0; i < 6; i++) frame = stream.next(50);
  expect(frame?.capturedAt).toBeCloseTo(clock.now(), -4);
});

test('a driver that goes away or fails ends the stream with its error', () => {
  const { clock, camera, stream } = streaming();
  stream.next(50);
  camera.failing.queue = 'EINVAL';
  expect(() => stream.next(50)).toThrow(SystemCallError);
  camera.failing = {};
  clock.in(0.01, () => {
    camera.isPlugged = false;
  });
  expect(() => stream.next(50)).toThrow(/ENODEV/);
});
