import { afterEach, describe, expect, test } from 'vitest';
import { LiveSettings } from '../../src/config/settings.js';
import type { Effect, EffectContext, Preparation } from '../../src/effects/effect.js';
import { TouchUp } from '../../src/effects/touch-up.js';
import { ChannelReader, ChannelWriter, createChannel } from '../../src/frame/channel.js';
import { type Micros, nowMicros, nowMs } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import { FramePath, LEDGER_ROWS, type Tracker } from '../../src/pipeline/frame-path.js';
import type { FaceState } from '../../src/tracking/face.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';
import { drawFace, landmarksOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const layout = i420Layout(64, 36);
const rate = { num: 30, den: 1 };
const OPTIONS = { isLive: true, onAvatarFailed: () => {} };
const noAvatar = () => Promise.reject(new Error('no avatar is worn in these tests'));

/** Follows a face that is always there, and counts. */
class FakeTracker implements Tracker {
  calls = 0;
  resets = 0;
  closes = 0;
  readonly #face: FaceState = {
    capturedAt: 0 as Micros,
    presence: 1,
    region: { centerX: 32, centerY: 18, size: 30, rotation: 0 },
    points: new Float32Array(478 * 3),
    rawPoints: new Float32Array(478 * 3),
    trackId: 1,
  };

  async track(): Promise<FaceState> {
    this.calls++;
    return this.#face;
  }

  async detect() {
    return [];
  }

  reset(): void {
    this.resets++;
  }

  async close(): Promise<void> {
    this.closes++;
  }
}

/** Adds one to the first luma byte of each frame. */
class FakeEffect implements Effect {
  readonly name = 'fake';
  resets = 0;
  #context: EffectContext | null = null;

  configure(context: EffectContext): void {
    this.#context = context;
  }

  prepare(face: FaceState | null): Preparation {
    return face === null ? 'nothing' : 'blend';
  }

  blend(): void {
    const { kernels, frame } = this.#context!;
    kernels.u8(frame.address, 1)[0]! += 1;
  }

  reset(): void {
    this.resets++;
  }
}

/** The real tracker over networks that always see a face at these points. */
function trackerOf(points: Float32Array): FaceTracker {
  const box = { x: PLAIN_FACE.x - PLAIN_FACE.size / 2, y: PLAIN_FACE.y - PLAIN_FACE.size / 2 };
  const keypoint = (index: number) => ({ x: points[3 * index]!, y: points[3 * index + 1]! });
  const detection = {
    score: 0.9,
    box: { ...box, width: PLAIN_FACE.size, height: PLAIN_FACE.size },
    keypoints: [keypoint(33), keypoint(263), keypoint(1), keypoint(13), keypoint(234), keypoint(454)] as const,
  };
  return new FaceTracker(
    { detect: async () => [detection], close: async () => {} },
    {
      locate: async (_frame, _region, into) => {
        into.set(points);
        return 1;
      },
      close: async () => {},
    },
  );
}

const open: FramePath[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((path) => path.close()));
});

async function openPath(pictures: 1 | 2 = 1, settings: Partial<LiveSettings> = {}) {
  const opened = { count: 0 };
  const tracker = new FakeTracker();
  const effect = new FakeEffect();
  const path = await FramePath.open(layout, rate, LiveSettings.parse(settings), OPTIONS, {
    openTracker: async () => {
      opened.count++;
      return tracker;
    },
    makeEffect: () => effect,
    openAvatar: noAvatar,
  });
  open.push(path);
  const channel = createChannel('newest', layout, pictures);
  path.outputs.add({ id: 'out', channel, whenFull: 'drop' });
  const input = createChannel('newest', layout);
  const writer = new ChannelWriter(input);
  const reader = new ChannelReader(input);
  const output = new ChannelReader(channel);
  let sequence = 0;
  /** Sends a frame whose bytes all have this value, but for the first of the last luma row. */
  const send = async (value: number, settings: Partial<LiveSettings> = {}) => {
    const slot = writer.slot()!;
    slot.data.fill(value);
    slot.data[layout.strideY * (layout.height - 1)] = 200;
    writer.publish({ sequence: sequence++, capturedAt: nowMicros(), pts: sequence / 30 });
    const frame = reader.tryTake()!;
    path.change(LiveSettings.parse(settings));
    await path.process(frame);
    reader.release();
  };
  const receive = () => {
    const frame = output.tryTake()!;
    const copy = { sequence: frame.sequence, data: frame.data.slice(), second: frame.second?.slice() ?? null };
    output.release();
    return copy;
  };
  return { path, tracker, effect, send, receive, opened };
}

test('without an effect the models are not loaded until one is turned on, and then once', async () => {
  const { opened, send, tracker } = await openPath(1, { effect: 'none' });
  await send(10, { effect: 'none' });
  expect(opened.count).toBe(0);
  await send(10, { effect: 'touch-up' });
  await send(10, { effect: 'touch-up' });
  expect([opened.count, tracker.calls]).toEqual([1, 2]);
});

test('a frame goes through track, effect and blend to every output, its stamp kept', async () => {
  const { path, send, receive } = await openPath();
  const second = createChannel('newest', layout);
  path.outputs.add({ id: 'second', channel: second, whenFull: 'drop' });
  await send(10);
  expect(receive()).toMatchObject({ sequence: 0 });
  const other = new ChannelReader(second).tryTake()!;
  expect([other.data[0], other.data[1]]).toEqual([11, 10]);
});

test('without an effect nothing is tracked and the frame is bit-identical', async () => {
  const { tracker, send, receive } = await openPath();
  await send(10, { effect: 'none' });
  expect(tracker.calls).toBe(0);
  expect(receive().data[0]).toBe(10);
});

test('turning the effect off forgets the track once, not with every frame', async () => {
  const { tracker, effect, send } = await openPath();
  await send(10);
  await send(10, { effect: 'none' });
  await send(10, { effect: 'none' });
  expect([tracker.resets, effect.resets]).toEqual([1, 1]);
});

test('mirrored, the last luma row ends with what it began with', async () => {
  const { send, receive } = await openPath();
  await send(10, { mirror: true, effect: 'none' });
  const row = receive().data.subarray(layout.strideY * (layout.height - 1), layout.strideY * layout.height);
  expect([row[0], row[63]]).toEqual([10, 200]);
});

test('split carries the picture before the effect along, mirrored too', async () => {
  const { send, receive } = await openPath(2);
  await send(10, { split: true, mirror: true });
  const { data, second } = receive();
  expect([data[0], second![0]]).toEqual([11, 10]);
  expect(second![layout.strideY * layout.height - 1]).toBe(200);
  await send(10);
  expect(receive().second).toBeNull();
});

test('paused, the card goes out in place of the camera, black before there is one', async () => {
  const { path, tracker, send, receive } = await openPath();
  await send(10, { paused: true });
  expect(receive().data[0]).toBe(16);
  path.setCard(new Uint8Array(layout.byteLength).fill(77));
  await send(10, { paused: true });
  expect(receive().data.every((byte) => byte === 77)).toBe(true);
  expect(tracker.calls).toBe(0);
  expect(() => path.setCard(new Uint8Array(3))).toThrow(/3 bytes, a frame/);
});

test('an avatar that cannot be worn lets nothing of the camera out, not beside the frame either', async () => {
  const { path, send, receive } = await openPath(2, { effect: 'avatar' });
  path.avatar.setCard(new Uint8Array(layout.byteLength).fill(77));
  await send(10, { effect: 'avatar', split: true });
  const { data, second } = receive();
  expect(data.every((byte) => byte === 77)).toBe(true);
  expect(second).toBeNull();
});

describe('the ledger', () => {
  test('has a row for each step, and the rows add up to the total', async () => {
    const { path, send } = await openPath();
    await send(10);
    const stages = path.ledger.stages(nowMs());
    const total = path.ledger.total(nowMs(), 33);
    expect(stages.map((stage) => stage.name)).toEqual(['capture', 'load', 'track', 'effect', 'blend', 'write']);
    expect(stages.reduce((sum, stage) => sum + stage.p50, 0)).toBeCloseTo(total.p50, 6);
  });

  test('budgets add up to one frame interval at 60 a second', () => {
    expect(LEDGER_ROWS.reduce((sum, row) => sum + row.budgetMs, 0)).toBe(16);
  });
});

test('1000 frames allocate no buffers: 0 bytes more of ArrayBuffer memory', async () => {
  const { send, receive } = await openPath(2);
  for (let index = 0; index < 20; index++) await send(index, { split: true });
  receive();
  const before = process.memoryUsage().arrayBuffers;
  for (let index = 0; index < 1000; index++) await send(index & 255, { split: true, mirror: index % 2 === 0 });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
});

test('1000 frames through the real tracker and touch-up, with a made-up network, allocate no buffers either', async () => {
  const { data: picture, layout: faceLayout } = drawFace(PLAIN_FACE);
  const tracker = trackerOf(landmarksOf(PLAIN_FACE));
  const path = await FramePath.open(faceLayout, rate, LiveSettings.parse({}), OPTIONS, {
    openTracker: async () => tracker,
    makeEffect: () => new TouchUp(),
    openAvatar: noAvatar,
  });
  open.push(path);
  path.outputs.add({ id: 'out', channel: createChannel('newest', faceLayout), whenFull: 'drop' });
  const input = createChannel('newest', faceLayout);
  const writer = new ChannelWriter(input);
  const reader = new ChannelReader(input);
  let changed = 0;
  const send = async (sequence: number) => {
    writer.slot()!.data.set(picture);
    writer.publish({ sequence, capturedAt: (sequence * 40_000) as Micros, pts: sequence / 25 });
    const frame = reader.tryTake()!;
    await path.process(frame);
    reader.release();
    if (path.face) changed++;
  };
  for (let sequence = 0; sequence < 50; sequence++) await send(sequence);
  const before = process.memoryUsage().arrayBuffers;
  for (let sequence = 50; sequence < 1050; sequence++) await send(sequence);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
  expect(changed).toBeGreaterThan(1000);
});

test('an output that must not drop is waited for, one that may is not', async () => {
  const { path, send } = await openPath();
  const channel = createChannel('every', layout);
  path.outputs.add({ id: 'recording', channel, whenFull: 'drop' });
  for (let index = 0; index < 6; index++) await send(index);
  expect(path.outputs.stats().find(({ id }) => id === 'recording')).toMatchObject({ written: 4, dropped: 2 });
  path.outputs.remove('recording');
  const waiting = createChannel('every', layout);
  path.outputs.add({ id: 'file', channel: waiting, whenFull: 'wait' });
  for (let index = 0; index < 4; index++) await send(index);
  const fifth = send(4);
  let isDone = false;
  void fifth.then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isDone).toBe(false);
  const reader = new ChannelReader(waiting);
  reader.tryTake();
  reader.release();
  await fifth;
  expect(path.outputs.stats().find(({ id }) => id === 'file')).toMatchObject({ written: 5, dropped: 0 });
});
