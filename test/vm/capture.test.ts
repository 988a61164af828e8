import { beforeAll, describe, expect, test } from 'vitest';
import { runGuest } from './vm.js';

type Fact = Record<string, unknown> & { check: string };
type Colour = readonly [y: number, u: number, v: number];

/** vivid's bars at 75 %, white to black, in BT.601. Source: SMPTE EG 1, ITU-R BT.601-7. */
const BARS: readonly Colour[] = [
  [180, 128, 128],
  [162, 44, 142],
  [131, 156, 44],
  [112, 72, 58],
  [84, 184, 198],
  [65, 100, 212],
  [35, 212, 114],
  [16, 128, 128],
];
/** vivid computes its colours in steps of its own. */
const TOLERANCE = 3;

function expectBars(found: unknown, expected: readonly Colour[]): void {
  const differences = (found as Colour[]).flatMap((bar, i) =>
    bar.map((value, j) => Math.abs(value - expected[i]![j]!)),
  );
  expect(Math.max(...differences), JSON.stringify(found)).toBeLessThanOrEqual(TOLERANCE);
}

describe('the camera source over vivid', () => {
  let facts: Fact[];
  const all = (check: string) => facts.filter((fact) => fact.check === check);
  const one = (check: string, name?: string) =>
    facts.find((fact) => fact.check === check && (name === undefined || fact['name'] === name))!;

  beforeAll(async () => {
    const checks = 'formats rate controls unplugged faults busy missingAtStart stopped rounds disconnected';
    facts = (await runGuest('capture', checks.split(' '))) as Fact[];
  });

  test('every raw format, pixel values included', () => {
    expect(all('format').map(({ pixels }) => pixels)).toEqual(['YUYV', 'UYVY', 'NV12', 'YU12']);
    for (const { bars } of all('format')) expectBars(bars, BARS);
  });

  test('full range is drawn in to limited', () => {
    expect(one('full-range')['isFullRange']).toBe(true);
    expectBars(one('full-range')['bars'], BARS);
  });

  test('the rate that was asked for is what the driver runs at', () => {
    const { driverFps, isOrdered, kinds, info } = one('rate');
    expect(driverFps).toBeGreaterThan(24);
    expect(driverFps).toBeLessThan(26);
    expect(isOrdered).toBe(true);
    expect(kinds).toEqual(['starting', 'live']);
    expect(info).toMatchObject({ name: 'vivid', layout: { width: 640, height: 360 }, rate: { num: 25, den: 1 } });
  });

  test('controls are set while it runs, and set back', () => {
    const { before, during, after, refused, names } = one('controls');
    expect(before).toEqual({ brightness: 128, gain: 1, menu: 3 });
    expect(during).toEqual({ brightness: 200, gain: 0, menu: 1 });
    expect(after).toEqual(before);
    expect(refused).toBe('The camera has no control "brigthness".');
    expect(names).toEqual(expect.arrayContaining(['brightness', 'gain_automatic', 'integer_menu', 'test_pattern']));
  });

  test('unplugged and replugged: it waits and goes on, frames counted on', () => {
    const { kinds, sequences } = one('unplugged');
    expect(kinds).toEqual(['starting', 'live', 'missing', 'starting', 'live']);
    expect(sequences).toEqual([...(sequences as number[])].sort((a, b) => a - b));
  });

  test.each(['inject_vidioc_qbuf_error', 'inject_fatal_streaming_error'])('%s: closed, opened again', (name) => {
    expect(one('fault', name)['kinds']).toEqual(['failed', 'starting', 'live']);
  });

  test.each(['inject_vidioc_streamon_error', 'inject_vidioc_reqbufs_error'])('%s: tried once more', (name) => {
    expect(one('fault', name)['kinds']).toEqual(['failed', 'failed', 'starting', 'live']);
  });

  test('damaged frames and dropped ones are no failure, silence is', () => {
    expect(one('fault', 'inject_v4l2_buf_flag_error')['kinds']).toEqual([]);
    expect(one('fault', 'dropped')).toMatchObject({ kinds: [] });
    expect(one('fault', 'dropped')['steps']).toBeGreaterThan(20);
    expect(one('fault', 'stall')['kinds']).toEqual(['stalled', 'live']);
  });

  test('busy: names the process that holds it, and takes it when it is free', () => {
    const { statuses, pid } = one('busy');
    expect(statuses).toMatchObject([
      { kind: 'starting' },
      { kind: 'busy', holder: `v4l2-ctl (process ${pid})` },
      { kind: 'starting' },
      { kind: 'live' },
    ]);
  });

  test('missing at the start', () => {
    expect(one('missing')['statuses']).toMatchObject([
      { kind: 'starting' },
      { kind: 'missing', detail: 'The camera "vivid" was not found; no webcam is there.' },
      { kind: 'starting' },
      { kind: 'live' },
    ]);
  });

  test('stopped for 10 s: no picture of before, and no stall', () => {
    const { oldestMs, largestStep, kinds } = one('stopped');
    // Pictures from before would be some 10 s old.
    expect(oldestMs).toBeLessThan(5000);
    expect(largestStep).toBeGreaterThan(150);
    expect(kinds).toEqual(['starting', 'live']);
  });

  test('50 times opened and closed: nothing is left', () => {
    const { before, after } = one('rounds') as unknown as Record<'before' | 'after', Record<string, number>>;
    expect(after['maps']).toBe(0);
    expect(after['fds']).toBe(before['fds']);
    expect(after['threads']).toBe(before['threads']);
    // The heap swings by 20 MB; buffers or kernel memory kept from 50 rounds would be 90 MB or more.
    expect(after['rssMb']! - before['rssMb']!).toBeLessThan(40);
  });

  test('disconnected by the driver, and back', () => {
    expect(one('disconnected')['kinds']).toEqual(['starting', 'live', 'missing', 'starting', 'live']);
  });
});

test('an HDMI input, whose colours are BT.709, in odd sizes and every raw format: the right colours in BT.601', async () => {
  const vividArgs = 'n_devs=1 node_types=0x1 num_inputs=2 input_types=0xc vid_cap_nr=0 multiplanar=1';
  const facts = (await runGuest('capture', ['oddSizes'], { vividArgs })) as Fact[];
  const odd = facts.filter(({ check }) => check === 'odd');
  expect(odd.map(({ width, height }) => `${width}x${height}`)).toEqual([
    ...Array(4).fill('636x358'),
    ...Array(3).fill('318x179'),
  ]);
  for (const { bars, ageMs } of odd) {
    expect(ageMs).not.toBeNull();
    expectBars(bars, BARS);
  }
});

test('Motion JPEG through v4l2loopback, found by name; its writer killed and started again', async () => {
  const loopbackArgs = 'devices=2 video_nr=10,11 exclusive_caps=1,1 card_label="Virtual Camera,Fake Webcam"';
  const facts = (await runGuest('capture', ['motionJpeg'], { loopbackArgs })) as Fact[];
  const [jpeg, back] = ['motion-jpeg', 'writer-back'].map((name) => facts.find(({ check }) => check === name)!);
  // Blue in BT.601, limited range.
  for (const [i, value] of [41, 240, 110].entries()) {
    expect(Math.abs((jpeg!['middle'] as number[])[i]! - value)).toBeLessThanOrEqual(2);
  }
  expect(jpeg!['isOrdered']).toBe(true);
  expect(jpeg!['kinds']).toContain('live');
  expect(back!['kinds']).toContain('stalled');
  expect((back!['kinds'] as string[]).at(-1)).toBe('live');
});
