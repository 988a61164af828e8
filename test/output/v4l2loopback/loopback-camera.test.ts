import { beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { nowMicros } from '../../../src/frame/clock.js';
import { i420Layout } from '../../../src/frame/i420.js';
import { OutputGone } from '../../../src/output/sink.js';
import { LoopbackCamera } from '../../../src/output/v4l2loopback/loopback-camera.js';
import type { LoopbackPixels } from '../../../src/output/v4l2loopback/negotiate-format.js';
import { i420ToYuyv } from '../../kernels/conversion-twins.js';
import { failure, MemoryLoopback } from './memory-loopback.js';

const layout = i420Layout(32, 16);
const rate = { num: 30, den: 1 };
const PATH = '/dev/video10';

let loopback: MemoryLoopback;
beforeEach(() => {
  loopback = new MemoryLoopback();
});

async function openCamera(of = layout, pixels: LoopbackPixels = 'yuyv'): Promise<LoopbackCamera> {
  const camera = new LoopbackCamera({ path: PATH, pixels }, loopback);
  await camera.open({ layout: of, rate });
  return camera;
}

async function refusal(): Promise<UserError> {
  const error = await openCamera().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(loopback.isOpen, 'the node is closed again').toBe(false);
  return error as UserError;
}

function frame(sequence: number, of = layout) {
  const data = Uint8Array.from({ length: of.byteLength }, (_, at) => at * 7 + sequence * 31);
  return { layout: of, data, sequence, capturedAt: nowMicros(), pts: 0 };
}

function yuyv(data: Uint8Array, of = layout): Uint8Array {
  const packed = new Uint8Array(of.width * of.height * 2);
  i420ToYuyv(data, of, packed, of.width * 2);
  return packed;
}

describe('a free device', () => {
  test('is asked for the size in YUYV and the rate, and is a camera at once: one black picture', async () => {
    const camera = await openCamera();
    expect(loopback.asked).toEqual([{ width: 32, height: 16, pixels: 'YUYV' }]);
    expect(loopback.rates).toEqual([rate]);
    expect(loopback.pictures).toHaveLength(1);
    expect([...new Set(loopback.pictures[0])]).toEqual([16, 128]);
    expect(camera.label).toBe('mien (/dev/video10)');
    expect(camera.warning).toBeNull();
    expect(camera.watchers()).toBe(3);
  });

  test('gets each frame once, and the last one again when told to', async () => {
    const camera = await openCamera();
    camera.repeat();
    expect(loopback.pictures, 'nothing to repeat yet').toHaveLength(1);
    camera.write(frame(1));
    camera.write(frame(2));
    camera.repeat();
    const [, first, second, again] = loopback.pictures;
    expect(first).toEqual(yuyv(frame(1).data));
    expect(second).toEqual(yuyv(frame(2).data));
    expect(again).toEqual(second);
  });

  test('with odd sides is asked for even ones, and gets all but the last column and row', async () => {
    const odd = i420Layout(33, 17);
    const camera = await openCamera(odd);
    expect(camera.format).toMatchObject({ width: 32, height: 16 });
    const source = frame(1, odd);
    camera.write(source);
    const whole = new Uint8Array(34 * 17 * 2);
    i420ToYuyv(source.data, odd, whole, 34 * 2);
    const rows = Array.from({ length: 16 }, (_, y) => whole.subarray(y * 68, y * 68 + 64));
    expect(loopback.pictures[1]).toEqual(Uint8Array.from(rows.flatMap((row) => [...row])));
  });

  test.each(['i420', 'nv12'] as const)('gets %s if that is wanted', async (pixels) => {
    const camera = await openCamera(layout, pixels);
    const { data } = frame(1);
    camera.write(frame(1));
    const luma = data.subarray(0, layout.offsetU);
    const chroma = data.subarray(layout.offsetU);
    const half = chroma.byteLength / 2;
    const pairs = Uint8Array.from(chroma, (_, at) => chroma[(at >> 1) + (at & 1) * half]!);
    expect(loopback.pictures[1]).toEqual(Uint8Array.from([...luma, ...(pixels === 'nv12' ? pairs : chroma)]));
  });

  test('loaded without exclusive_caps works, with a warning', async () => {
    loopback.isShared = true;
    const camera = await openCamera();
    camera.write(frame(1));
    expect(loopback.pictures).toHaveLength(2);
    expect(camera.warning).toMatch(/exclusive_caps=1/);
  });

  test('is let go of by close, twice too, and can be opened again', async () => {
    const camera = await openCamera();
    await camera.close();
    await camera.close();
    expect(loopback.isOpen).toBe(false);
    expect(camera.watchers()).toBeNull();
    expect(() => camera.write(frame(1))).toThrow(OutputGone);
    await camera.open({ layout, rate });
    camera.write(frame(1));
    expect(loopback.pictures.at(-1)).toEqual(yuyv(frame(1).data));
  });
});

describe('writes', () => {
  test.each(['EAGAIN', 'EINTR'] as const)('that meet %s are tried again', async (code) => {
    const camera = await openCamera();
    loopback.writes.push(failure(code), failure(code));
    camera.write(frame(1));
    expect(loopback.pictures[1]).toEqual(yuyv(frame(1).data));
  });

  test('that are not taken in three tries are lost, and the next frame goes out', async () => {
    const camera = await openCamera();
    loopback.writes.push(failure('EAGAIN'), failure('EAGAIN'), failure('EAGAIN'));
    camera.write(frame(1));
    expect(loopback.pictures).toHaveLength(1);
    camera.write(frame(2));
    expect(loopback.pictures[1]).toEqual(yuyv(frame(2).data));
  });

  test.each(['ENODEV', 'EIO', 'EBADF', 'ENXIO', 'EINVAL'] as const)('that fail with %s: gone', async (code) => {
    const camera = await openCamera();
    camera.write(frame(1));
    loopback.writes.push(failure(code), failure(code));
    expect(() => camera.write(frame(2))).toThrow(OutputGone);
    expect(() => camera.repeat()).toThrow(OutputGone);
  });

  test('that are taken in part are not followed by the rest: the format has changed', async () => {
    const camera = await openCamera();
    loopback.writes.push(100);
    expect(() => camera.write(frame(1))).toThrow(/took 100 of 1024 bytes/);
    expect(loopback.pictures).toHaveLength(2);
  });

  test('a frame of another size is refused', async () => {
    const camera = await openCamera();
    expect(() => camera.write(frame(1, i420Layout(16, 16)))).toThrow(RangeError);
  });
});

describe('a device that a reader holds to another format', () => {
  const held = { width: 16, height: 16, pixels: 'YU12', strideBytes: 16 };

  test.each([
    ['answers with it (0.12, 0.15)', false],
    ['refuses any other (0.13)', true],
  ])('%s: pictures are scaled into it, with bars', async (_, refusesOthers) => {
    Object.assign(loopback, { held, refusesOthers });
    const camera = await openCamera();
    expect(camera.format).toEqual(held);
    expect(camera.warning).toMatch(/held to 16x16 by its control keep_format.*32x16/);
    const source = frame(1);
    source.data.fill(200, 0, layout.offsetU);
    camera.write(source);
    const picture = loopback.pictures[1]!;
    expect(picture.byteLength).toBe(16 * 16 * 1.5);
    const rows = Array.from({ length: 16 }, (_unused, y) => picture[y * 16 + 8]);
    expect(rows).toEqual([16, 16, 16, 16, ...Array(8).fill(200), 16, 16, 16, 16]);
  });

  test('that cannot be packed is explained: who holds it, or the control that does', async () => {
    loopback.held = { width: 640, height: 480, pixels: 'MJPG', strideBytes: 0 };
    loopback.holder = 'firefox (process 4711)';
    expect(await refusal()).toMatchObject({
      code: 'DEVICE_BUSY',
      message: 'mien (/dev/video10) is held to 640x480 MJPG by firefox (process 4711); mien sends YUYV, YU12, NV12.',
    });
    loopback.holder = null;
    expect((await refusal()).remedy).toBe('Let it go with: v4l2-ctl -d /dev/video10 -c keep_format=0');
  });
});

describe('a device that another program writes to', () => {
  beforeEach(() => {
    loopback.holder = 'ffmpeg (process 12)';
  });

  test.each<[string, () => void]>([
    [
      'has no format to ask for (0.15 with exclusive_caps)',
      () => Object.assign(loopback, { formatFailure: failure('EINVAL') }),
    ],
    ['refuses every format (0.15)', () => Object.assign(loopback, { formatFailure: failure('EBUSY') })],
    ['refuses the first picture (0.13)', () => loopback.writes.push(failure('EINVAL'))],
    [
      'gets pictures (0.12, which refuses nothing)',
      () => Object.assign(loopback, { moduleVersion: null, isFedByOthers: true }),
    ],
  ])('%s', async (_, arrange) => {
    arrange();
    const error = await refusal();
    expect(error.code).toBe('DEVICE_BUSY');
    expect(error.message).toMatch(/Another program sends pictures to mien.*ffmpeg \(process 12\)/);
  });

  test('is locked by another mien, which alone is named, whoever else has it open', async () => {
    Object.assign(loopback, { isLocked: true, locker: 'mien (process 7)' });
    const error = await refusal();
    expect(error.code).toBe('DEVICE_BUSY');
    expect(error.message).toMatch(/^mien \(process 7\) sends pictures to mien/);
    expect(error.message).not.toContain('ffmpeg');
  });

  test('pictures that come are no concern where the driver itself lets one write', async () => {
    loopback.isFedByOthers = true;
    expect((await openCamera()).format).not.toBeNull();
  });
});

describe('0.12', () => {
  test('is told that a stream begins, so that it takes the node back when mien ends', async () => {
    loopback.moduleVersion = null;
    await openCamera();
    expect(loopback.streams).toBe(1);
  });

  test('has a node that another writer left behind taken back first', async () => {
    Object.assign(loopback, { moduleVersion: null, isLeftBehind: true });
    const camera = await openCamera();
    camera.write(frame(1));
    expect(loopback.isLeftBehind).toBe(false);
    expect(loopback.pictures[1]).toEqual(yuyv(frame(1).data));
    await camera.close();
    expect(loopback.isOpen).toBe(false);
  });

  test('is the only one that is told so', async () => {
    await openCamera();
    expect(loopback.streams).toBe(0);
  });
});

describe('a node that cannot be opened', () => {
  test.each([
    ['ENOENT', 'DEVICE_MISSING', /modprobe v4l2loopback/],
    ['ENODEV', 'DEVICE_MISSING', /modprobe v4l2loopback/],
    ['EACCES', 'OUTPUT_FAILED', /usermod -aG video/],
    ['EBUSY', 'DEVICE_BUSY', /video10\/max_openers/],
  ] as const)('%s is explained', async (code, userCode, remedy) => {
    loopback.openFailure = failure(code);
    const error = await refusal();
    expect(error.code).toBe(userCode);
    expect(error.message).toContain(PATH);
    expect(error.remedy).toMatch(remedy);
  });

  test('a real camera is not written to', async () => {
    loopback.driver = 'uvcvideo';
    expect((await refusal()).message).toMatch(/driver is uvcvideo, not v4l2loopback/);
  });
});
