import { expect, test } from 'vitest';
import { chooseMode } from '../../../src/capture/v4l2/choose-mode.js';
import { mode } from './fake-camera.js';

const hd30 = { width: 1280, height: 720, fps: 30 };

/** What a USB 2 webcam offers: raw pictures are slow above 640x480. */
const webcam = [
  mode('YUYV', 640, 480, [30, 15]),
  mode('YUYV', 1280, 720, [10, 5]),
  mode('YUYV', 1920, 1080, [5]),
  mode('MJPG', 640, 480, [30]),
  mode('MJPG', 1280, 720, [60, 30, 15]),
  mode('MJPG', 1920, 1080, [30]),
];

test('size and rate come before the format: Motion JPEG where raw is too slow', () => {
  expect(chooseMode(webcam, hd30)).toEqual({ pixels: 'MJPG', width: 1280, height: 720, fps: 30 });
});

test('where raw reaches both it is taken', () => {
  expect(chooseMode(webcam, { width: 640, height: 480, fps: 30 })).toMatchObject({ pixels: 'YUYV', width: 640 });
  expect(chooseMode(webcam, { width: 1280, height: 720, fps: 10 })).toMatchObject({ pixels: 'YUYV', fps: 10 });
});

test.each([
  [['MJPG', 'UYVY', 'YUYV', 'NV12', 'YU12'], 'YU12'],
  [['MJPG', 'UYVY', 'YUYV', 'NV12'], 'NV12'],
  [['MJPG', 'UYVY', 'YUYV'], 'YUYV'],
  [['MJPG', 'UYVY'], 'UYVY'],
  [['H264', 'MJPG'], 'MJPG'],
])('of %j the cheapest to decode is %s', (offered, chosen) => {
  const modes = offered.map((pixels) => mode(pixels, 1280, 720, [30]));
  expect(chooseMode(modes, hd30)?.pixels).toBe(chosen);
});

test('the smallest mode that covers the size, not the first and not the largest', () => {
  const modes = [mode('YUYV', 3840, 2160, [30]), mode('YUYV', 1920, 1080, [30]), mode('YUYV', 640, 480, [30])];
  expect(chooseMode(modes, hd30)).toMatchObject({ width: 1920, height: 1080 });
  expect(chooseMode(modes, { width: 400, height: 300, fps: 30 })).toMatchObject({ width: 640 });
});

test('out of reach: the mode that covers most of the wish; of equals the smaller', () => {
  const vivid = [mode('YUYV', 640, 360, [40, 30]), mode('YUYV', 640, 480, [25]), mode('YUYV', 1280, 720, [12.5])];
  expect(chooseMode(vivid, hd30)).toMatchObject({ width: 1280, fps: 12.5 });
  expect(chooseMode([mode('YUYV', 1280, 720, [10]), mode('YUYV', 640, 480, [30])], hd30)).toMatchObject({ width: 640 });
  expect(chooseMode([mode('YUYV', 1280, 720, [30])], { ...hd30, fps: 60 })).toMatchObject({ fps: 30 });
  expect(chooseMode([mode('YUYV', 640, 480, [30]), mode('YUYV', 800, 600, [30])], hd30)).toMatchObject({ width: 800 });
});

test('the slowest rate that covers the wanted one is asked for; NTSC rates count as whole ones', () => {
  expect(chooseMode([mode('YUYV', 1280, 720, [60, 50, 30, 15])], { ...hd30, fps: 25 })?.fps).toBe(30);
  expect(chooseMode([mode('YUYV', 1280, 720, [59.94, 29.97])], hd30)?.fps).toBe(29.97);
});

test('a mode without rates is believed; nothing to decode is nothing to choose', () => {
  expect(chooseMode([mode('NV12', 1280, 720, [])], hd30)).toEqual({ pixels: 'NV12', ...hd30 });
  expect(chooseMode([mode('H264', 1280, 720, [30])], hd30)).toBeNull();
  expect(chooseMode([], hd30)).toBeNull();
});
