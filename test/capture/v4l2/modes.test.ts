import { expect, test } from 'vitest';
import { type DeviceQueries, isReadable, listModes } from '../../../src/capture/v4l2/modes.js';
import { SystemCallError } from '../../../src/system/libc.js';
import { fourcc } from '../../../src/system/v4l2/structs.js';

type Answers = Partial<Record<string, (fields: Record<string, number>) => object | undefined>>;

/** A driver that answers as it is told, and refuses all else. */
function driver(answers: Answers): DeviceQueries {
  return {
    call: <T extends object>(request: string, _type: unknown, fields: object) => {
      const answer = answers[request]?.(fields as Record<string, number>);
      if (!answer) throw new SystemCallError(`VIDIOC_${request}`, answers[request] ? 'EINVAL' : 'ENOTTY', 22);
      return answer as T;
    },
  };
}

const formats =
  (names: string[]) =>
  ({ index }: Record<string, number>) => {
    const name = names[index!];
    return name ? { pixelformat: fourcc(name) } : undefined;
  };
const first =
  (answer: object) =>
  ({ index }: Record<string, number>) =>
    index === 0 ? answer : undefined;

test('discrete sizes and rates, readable or not', () => {
  const sizes = [
    [640, 480],
    [1280, 720],
  ];
  const intervals = [
    { numerator: 1, denominator: 15 },
    { numerator: 1001, denominator: 30000 },
  ];
  const webcam = driver({
    ENUM_FMT: formats(['YUYV', 'H264']),
    ENUM_FRAMESIZES: ({ index }) => {
      const size = sizes[index!];
      return size && { type: 1, min_width: size[0], max_width: size[1] };
    },
    ENUM_FRAMEINTERVALS: ({ index }) => intervals[index!] && { type: 1, min: intervals[index!] },
  });
  expect(listModes(webcam, [], isReadable)).toHaveLength(2);
  expect(listModes(webcam)).toEqual([
    { pixels: 'YUYV', isReadable: true, width: 640, height: 480, rates: [29.97, 15] },
    { pixels: 'YUYV', isReadable: true, width: 1280, height: 720, rates: [29.97, 15] },
    { pixels: 'H264', isReadable: false, width: 640, height: 480, rates: [29.97, 15] },
    { pixels: 'H264', isReadable: false, width: 1280, height: 720, rates: [29.97, 15] },
  ]);
});

test('ranges are listed by common sizes and rates, and by what is wanted', () => {
  const range = {
    type: 3,
    min_width: 16,
    max_width: 1280,
    step_width: 2,
    min_height: 16,
    max_height: 720,
    step_height: 2,
  };
  const modes = listModes(
    driver({
      ENUM_FMT: formats(['NV12']),
      ENUM_FRAMESIZES: first(range),
      ENUM_FRAMEINTERVALS: first({
        type: 2,
        min: { numerator: 1, denominator: 30 },
        max: { numerator: 1, denominator: 10 },
      }),
    }),
    [
      { width: 636, height: 358 },
      { width: 637, height: 358 },
      { width: 1920, height: 1080 },
    ],
  );
  expect(modes.map(({ width, height }) => `${width}x${height}`)).toEqual([
    '320x180',
    '320x240',
    '640x360',
    '640x480',
    '1280x720',
    '636x358',
  ]);
  expect(modes[0]?.rates).toEqual([30, 25, 24, 20, 15, 10]);
});

test('a driver that lists nothing is listed with what it is set to', () => {
  const present = {
    G_FMT: () => ({ pix: { width: 800, height: 600, pixelformat: fourcc('YUYV') } }),
    G_PARM: () => ({ timeperframe: { numerator: 1, denominator: 25 } }),
  };
  const expected = [{ pixels: 'YUYV', isReadable: true, width: 800, height: 600, rates: [25] }];
  expect(listModes(driver(present))).toEqual(expected);
  expect(listModes(driver({ ...present, ENUM_FMT: formats(['YUYV']) }))).toEqual(expected);
  expect(listModes(driver({ G_FMT: present.G_FMT }))).toEqual([{ ...expected[0], rates: [] }]);
  expect(listModes(driver({}))).toEqual([]);
});

test('a list that never ends is given up, senseless intervals are left out', () => {
  const modes = listModes(
    driver({
      ENUM_FMT: formats(['YUYV']),
      ENUM_FRAMESIZES: first({ type: 1, min_width: 640, max_width: 480 }),
      ENUM_FRAMEINTERVALS: () => ({ type: 1, min: { numerator: 0, denominator: 0 } }),
    }),
  );
  expect(modes).toEqual([{ pixels: 'YUYV', isReadable: true, width: 640, height: 480, rates: [] }]);
});

test('a device that went away is an error, not an empty list', () => {
  const gone: DeviceQueries = {
    call: () => {
      throw new SystemCallError('VIDIOC_ENUM_FMT', 'ENODEV', 19);
    },
  };
  expect(() => listModes(gone)).toThrow(/ENODEV/);
});
