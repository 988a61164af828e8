import { expect, test } from 'vitest';
import type { CameraMode } from '../../src/capture/v4l2/modes.js';
import { deviceLines, modeLines } from '../../src/cli/device-lines.js';
import type { CameraReport, DeviceReport } from '../../src/cli/device-report.js';
import { control } from '../capture/v4l2/fake-camera.js';

const mode = (
  pixels: string,
  width: number,
  height: number,
  rates: readonly number[],
  isReadable = true,
): CameraMode => ({
  pixels,
  isReadable,
  width,
  height,
  rates,
});

const camera: CameraReport = {
  index: 0,
  path: '/dev/video0',
  name: 'Integrated Camera',
  driver: 'uvcvideo',
  bus: 'usb-0000:00:14.0-6',
  holders: [],
  modes: [mode('YUYV', 640, 480, [30, 15]), mode('MJPG', 1280, 720, [30])],
  chosen: { pixels: 'MJPG', width: 1280, height: 720, fps: 30 },
  controls: null,
};

const nothing: DeviceReport = {
  wish: { width: 1280, height: 720, fps: 30 },
  cameras: [],
  loopbackVersion: null,
  virtualCameras: [],
  pipewire: { kind: 'ready' },
  unreadable: [],
};

test('modes are grouped by format and rates; what mien cannot read is only named', () => {
  const modes = [
    mode('YUYV', 640, 480, [30, 15]),
    mode('YUYV', 320, 240, [30, 15]),
    mode('YUYV', 1280, 720, [10]),
    mode('H264', 1280, 720, [30], false),
    mode('H264', 640, 480, [30], false),
    mode('NV12', 640, 480, []),
  ];
  expect(modeLines(modes)).toEqual([
    '     YUYV  640x480, 320x240 at 30, 15 fps',
    '     YUYV  1280x720 at 10 fps',
    '     NV12  640x480',
    '     mien cannot read  H264',
  ]);
});

test('long lists are broken at commas, and nothing is lost', () => {
  const modes = Array.from({ length: 20 }, (_, at) => mode('YUYV', 160 + 16 * at, 120, [30]));
  const lines = modeLines(modes);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(96);
  expect(lines.slice(1).every((line) => line.startsWith('           '))).toBe(true);
  expect(lines.join(' ').match(/\d+x120/g)).toHaveLength(20);
});

test('a machine without devices says so, and what is wrong with PipeWire', () => {
  const pipewire = { kind: 'no-daemon', reason: 'No PipeWire daemon answers.', remedy: 'Start it.' } as const;
  expect(deviceLines({ ...nothing, pipewire })).toEqual([
    'Webcams',
    '  none',
    '',
    'Virtual cameras (v4l2loopback is not loaded)',
    '  none',
    '',
    'PipeWire',
    '  No PipeWire daemon answers.',
    '     Start it.',
  ]);
});

test('a webcam with its modes and the choice; a virtual camera with its label and who uses it', () => {
  const firefox = { pid: 12, command: 'firefox' };
  const device = { path: '/dev/video10', label: 'mien', isExclusive: true, holders: [firefox] };
  const plain = { path: '/dev/video11', label: 'OBS', isExclusive: false, holders: [] };
  const report = { ...nothing, cameras: [camera], loopbackVersion: '0.15.0', virtualCameras: [device, plain] };
  expect(deviceLines(report).slice(0, 8)).toEqual([
    'Webcams',
    '  0  Integrated Camera  /dev/video0, driver uvcvideo',
    '     YUYV  640x480 at 30, 15 fps',
    '     MJPG  1280x720 at 30 fps',
    '     mien takes MJPG 1280x720 at 30 fps (wanted: 1280x720 at 30 fps)',
    '',
    'Virtual cameras (v4l2loopback 0.15.0)',
    '  "mien"  /dev/video10, exclusive_caps, used by firefox (process 12)',
  ]);
  expect(deviceLines(report)[8]).toBe('  "OBS"  /dev/video11, without exclusive_caps: Chrome leaves it out');
});

test('a camera of which mien can read nothing', () => {
  const blind = { ...camera, modes: [mode('H264', 640, 480, [30], false)], chosen: null };
  expect(deviceLines({ ...nothing, cameras: [blind] })).toContain('     mien can read none of its formats');
});

test('controls: value, range, choices, and what holds them', () => {
  const options = [
    { index: 1, label: 'Manual Mode' },
    { index: 3, label: 'Aperture Priority Mode' },
  ];
  const controls = [
    control(1, 'brightness', { value: 100 }),
    control(2, 'focus', { value: 100, step: 5, isInactive: true }),
    control(3, 'backlight', { kind: 'switch', default: 0, value: 1 }),
    control(4, 'auto_exposure', { kind: 'menu', default: 3, value: 1, options }),
    control(5, 'reset', { kind: 'button', value: null }),
  ];
  const lines = deviceLines({ ...nothing, cameras: [{ ...camera, controls }] });
  expect(lines.slice(5, 12)).toEqual([
    '     brightness                    100  (0 to 255, normally 128)',
    '     focus                         100  (0 to 255 in steps of 5,',
    '                                   normally 128; set automatically)',
    '     backlight                     1  (0 or 1, normally 0)',
    '     auto_exposure                 1 Manual Mode  (1 Manual Mode,',
    '                                   3 Aperture Priority Mode; normally 3)',
    '     reset                         (a button)',
  ]);
});

test.each([
  ['EACCES', /you are not allowed to.*mien doctor.*\(EACCES\)$/],
  ['EBUSY', /another program has it for itself\. Close that program\. \(EBUSY\)$/],
  ['ENODEV', /Plug it in again\. \(ENODEV\)$/],
  ['EIO', /its driver refuses\..*\(EIO\)$/],
])('a node that cannot be opened, for %s: the reason and the remedy', (code, expected) => {
  const lines = deviceLines({ ...nothing, unreadable: [{ path: '/dev/video3', code }] });
  expect(lines.at(-2)).toBe('Cannot be opened');
  expect(lines.at(-1)).toMatch(expected);
});
