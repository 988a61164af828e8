import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { ChannelReader, ChannelWriter, createChannel } from '../../src/frame/channel.js';
import { nowMicros } from '../../src/frame/clock.js';
import type { Frame } from '../../src/frame/frame.js';
import { i420Layout } from '../../src/frame/i420.js';
import { OutputGone, type StreamFormat, type VirtualCamera } from '../../src/output/sink.js';
import { SteadyCamera } from '../../src/output/steady-camera.js';

const layout = i420Layout(16, 8);
const RATE = { num: 50, den: 1 };
const CARD = 99;

/** A virtual camera in memory: keeps the first byte of every picture that a consumer would have seen. */
class MemoryCamera implements VirtualCamera {
  readonly name = 'memory camera';
  readonly label = 'memory';
  readonly warning = null;
  readonly seen: number[] = [];
  isThere = true;
  opened = 0;
  watching: number | null = 0;
  #last: number | null = null;

  /** Why it cannot be opened. */
  refusal: Error | null = null;
  /** Opens, and takes nothing. */
  isBroken = false;

  async open(_format: StreamFormat): Promise<void> {
    if (this.refusal) throw this.refusal;
    if (!this.isThere) throw new Error('no such device');
    this.opened++;
    this.#last = null;
  }

  write({ data }: Frame): void {
    if (!this.isThere || this.isBroken) throw new OutputGone('the device went away');
    this.#last = data[0]!;
    this.seen.push(data[0]!);
  }

  repeat(): void {
    if (!this.isThere || this.isBroken) throw new OutputGone('the device went away');
    if (this.#last !== null) this.seen.push(this.#last);
  }

  watchers(): number | null {
    return this.watching;
  }

  async close(): Promise<void> {}
}

async function start(events: string[] = []) {
  const handle = createChannel('newest', layout);
  const writer = new ChannelWriter(handle);
  const camera = new MemoryCamera();
  await camera.open({ layout, rate: RATE });
  const steady = new SteadyCamera(
    camera,
    { layout, rate: RATE },
    {
      onWatchers: (count) => events.push(`watchers ${count}`),
      onGone: (reason) => events.push(reason === null ? 'back' : `gone: ${reason}`),
    },
  );
  const running = steady.run(new ChannelReader(handle));
  let sequence = 0;
  const publish = (value: number) => {
    writer.slot()!.data.fill(value);
    writer.publish({ sequence: sequence++, capturedAt: nowMicros(), pts: 0 });
  };
  const end = () => {
    writer.end();
    return running;
  };
  return { camera, steady, publish, end };
}

/** Waits until the condition holds: real time, no exact moments. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let waited = 0; !isTrue(); waited += 5) {
    if (waited > 20_000) throw new Error('waited 20 s in vain');
    await delay(5);
  }
}

test('a frame that is forgotten is never repeated: the card stands in for it at once, or nothing where there is none', async () => {
  for (const hasCard of [true, false]) {
    const { camera, steady, publish, end } = await start();
    if (hasCard) steady.setCard(new Uint8Array(layout.byteLength).fill(CARD));
    publish(1);
    await until(() => camera.seen.includes(1));
    steady.forgetFrame();
    camera.seen.length = 0;
    await delay(200);
    expect(new Set(camera.seen)).toEqual(new Set(hasCard ? [CARD] : []));
    publish(2);
    await until(() => camera.seen.filter((value) => value === 2).length >= 2); // repeated again
    await end();
  }
});

test('the card is there before the first frame, the frames in order, then the last one, then the card again', async () => {
  const { camera, steady, publish, end } = await start();
  steady.setCard(new Uint8Array(layout.byteLength).fill(CARD));
  await until(() => camera.seen.length >= 3);
  for (let value = 1; value <= 10; value++) {
    publish(value);
    await until(() => camera.seen.includes(value));
  }
  await until(() => camera.seen.at(-1) === CARD);
  await end();
  const changes = camera.seen.filter((value, index) => value !== camera.seen[index - 1]);
  expect(changes).toEqual([CARD, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, CARD]);
  expect(camera.seen.filter((value) => value === 10).length).toBeGreaterThan(5); // 1 s at 50 a second, on a busy machine
});

test('a new card replaces the one that is being shown', async () => {
  const { camera, steady, end } = await start();
  steady.setCard(new Uint8Array(layout.byteLength).fill(CARD));
  await until(() => camera.seen.at(-1) === CARD);
  steady.setCard(new Uint8Array(layout.byteLength).fill(55));
  await until(() => camera.seen.at(-1) === 55);
  await end();
});

test('a device that went away is opened again when it is back, and frames go on; each is told once', async () => {
  const events: string[] = [];
  const { camera, publish, end } = await start(events);
  publish(1);
  await until(() => camera.seen.includes(1));
  camera.isThere = false;
  await until(() => events.some((event) => event.startsWith('gone')));
  for (let round = 0; round < 20; round++) {
    publish(2);
    await delay(30);
  }
  camera.isThere = true;
  await until(() => events.includes('back'));
  publish(3);
  await until(() => camera.seen.includes(3));
  await end();
  expect(camera.opened).toBe(2);
  expect(camera.seen).not.toContain(2);
  expect(events.filter((event) => !event.startsWith('watchers'))).toEqual(['gone: the device went away', 'back']);
});

test('a device that opens but takes no picture is told of once, not at every try', async () => {
  const events: string[] = [];
  const { camera, publish, end } = await start(events);
  publish(1);
  await until(() => camera.seen.includes(1));
  camera.isBroken = true;
  await until(() => camera.opened >= 4);
  expect(events.filter((event) => !event.startsWith('watchers'))).toEqual(['gone: the device went away']);
  camera.isBroken = false;
  await until(() => events.includes('back'));
  await end();
});

test('that another program took the device meanwhile is told', async () => {
  const events: string[] = [];
  const { camera, publish, end } = await start(events);
  publish(1);
  await until(() => camera.seen.includes(1));
  camera.refusal = new UserError('DEVICE_BUSY', 'obs has it', 'Quit it.');
  camera.isThere = false;
  await until(() => events.includes('gone: obs has it'));
  camera.refusal = null;
  camera.isThere = true;
  await until(() => events.includes('back'));
  await end();
});

test('watchers are told when their number changes, and only then', async () => {
  const events: string[] = [];
  const { camera, end } = await start(events);
  await until(() => events.includes('watchers 0'));
  camera.watching = 2;
  await until(() => events.includes('watchers 2'));
  await delay(300);
  camera.watching = 0;
  await until(() => events.length === 3);
  await end();
  expect(events).toEqual(['watchers 0', 'watchers 2', 'watchers 0']);
});

test('a card of another size is refused', async () => {
  const { steady, end } = await start();
  expect(() => steady.setCard(new Uint8Array(5))).toThrow(/5 bytes/);
  await end();
});
