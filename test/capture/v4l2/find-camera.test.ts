import { expect, test } from 'vitest';
import { captureDevices, findAgain, findCamera } from '../../../src/capture/v4l2/find-camera.js';
import type { DeviceIdentity } from '../../../src/system/v4l2/device.js';
import { LOOPBACK_DRIVER } from '../../../src/system/v4l2/list-devices.js';
import { CAP } from '../../../src/system/v4l2/structs.js';

function device(path: string, card: string, change: Partial<DeviceIdentity> = {}): DeviceIdentity {
  return { path, card, driver: 'uvcvideo', bus: `usb-${path}`, caps: CAP.VIDEO_CAPTURE | CAP.STREAMING, ...change };
}

const virtual = device('/dev/video0', 'Virtual Camera', { driver: LOOPBACK_DRIVER });
const metadata = device('/dev/video2', 'Integrated Camera', { caps: CAP.META_CAPTURE | CAP.STREAMING });
const integrated = device('/dev/video1', 'Integrated Camera');
const brio = device('/dev/video4', 'Logitech BRIO');
const idle = device('/dev/video9', 'Idle Loopback', { driver: LOOPBACK_DRIVER, caps: CAP.VIDEO_OUTPUT });
const all = [virtual, integrated, metadata, brio, idle];

test.each([
  ['auto', integrated],
  ['/dev/video4', brio],
  ['/dev/video0', virtual],
  ['0', integrated],
  ['1', brio],
  ['2', virtual],
  ['integrated camera', integrated],
  ['LOGITECH', brio],
  ['virtual', virtual],
])('%s is found', (wanted, expected) => {
  expect(findCamera(wanted, all)).toBe(expected);
});

test('a whole name goes before a part of another', () => {
  const longer = device('/dev/video6', 'Logitech BRIO 2');
  expect(findCamera('logitech brio', [longer, brio])).toBe(brio);
});

test.each([
  ['camera', /"camera" may be any of "Integrated Camera" \(\/dev\/video1\), "Virtual Camera" \(\/dev\/video0\)/],
  ['/dev/video2', /\/dev\/video2 \(Integrated Camera\) gives no pictures; there are /],
  ['/dev/video7', /"\/dev\/video7" was not found; there are "Integrated Camera"/],
  ['5', /"5" was not found/],
  ['kinect', /"kinect" was not found/],
])('%s is an error that tells what is there', (wanted, message) => {
  expect(() => findCamera(wanted, all)).toThrow(message);
});

test('auto never takes a virtual camera', () => {
  expect(() => findCamera('auto', [virtual, metadata])).toThrow('No webcam was found.');
  expect(() => findCamera('auto', [])).toThrow('No webcam was found.');
});

test('a camera is found again under another number, and no other is taken for it', () => {
  const moved = { ...brio, path: '/dev/video6' };
  expect(findAgain(brio, [integrated, moved])).toBe(moved);
  const otherPort = { ...moved, bus: 'usb-other' };
  expect(findAgain(brio, [integrated, otherPort])).toBe(otherPort);
  expect(findAgain(brio, [integrated, { ...integrated, path: brio.path }])).toBeNull();
  const twins = [otherPort, { ...otherPort, path: '/dev/video8', bus: 'usb-third' }];
  expect(findAgain(brio, twins)).toBeNull();
  expect(findAgain(brio, [...twins, moved])).toBe(moved);
});

test('the order that an index counts: real cameras, then virtual ones that give pictures', () => {
  expect(captureDevices(all)).toEqual([integrated, brio, virtual]);
});
