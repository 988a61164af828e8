import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { ChannelReader, ChannelWriter, createChannel } from '../../src/frame/channel.js';
import type { Micros } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';

const layout = i420Layout(5, 3); // odd sides: plane offsets and slot padding are not multiples of 8

function stamp(sequence: number) {
  return { sequence, capturedAt: (1000 + sequence) as Micros, pts: sequence / 30 };
}

describe('newest', () => {
  test('a newer frame replaces the waiting one, and the drop is counted', () => {
    const handle = createChannel('newest', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    for (let sequence = 0; sequence < 5; sequence++) {
      writer.slot()!.data.fill(sequence);
      writer.publish(stamp(sequence));
    }
    const frame = reader.tryTake()!;
    expect(frame.sequence).toBe(4);
    expect(frame.capturedAt).toBe(1004);
    expect([...frame.data]).toEqual(Array(layout.byteLength).fill(4));
    expect(reader.dropped).toBe(4);
    reader.release();
    expect(reader.tryTake()).toBeNull();
  });

  test('the writer never touches the slot that is being read', () => {
    const handle = createChannel('newest', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    writer.slot()!.data.fill(1);
    writer.publish(stamp(0));
    const held = reader.tryTake()!;
    for (let sequence = 1; sequence < 10; sequence++) {
      writer.slot()!.data.fill(9);
      writer.publish(stamp(sequence));
    }
    expect([...held.data]).toEqual(Array(layout.byteLength).fill(1));
    expect(held.sequence).toBe(0);
  });

  test('taking twice without a release, and releasing twice, are errors', () => {
    const handle = createChannel('newest', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    writer.publish(stamp(0));
    reader.tryTake();
    expect(() => reader.tryTake()).toThrow(/not released/);
    reader.release();
    expect(() => reader.release()).toThrow(/released twice/);
  });

  test('what was published before the end is still read, then null', async () => {
    const handle = createChannel('newest', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    writer.publish(stamp(7));
    writer.end();
    expect((await reader.take())?.sequence).toBe(7);
    reader.release();
    expect(await reader.take()).toBeNull();
  });

  test('the second picture is seen only on frames that have it', () => {
    const handle = createChannel('newest', layout, 2);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    writer.slot()!.data.fill(1);
    writer.slot()!.secondData!.fill(2);
    writer.publish(stamp(0), true);
    const frame = reader.tryTake()!;
    expect([frame.data[0], frame.data.at(-1), frame.second![0], frame.second!.at(-1)]).toEqual([1, 1, 2, 2]);
    reader.release();
    writer.publish(stamp(1), false);
    expect(reader.tryTake()!.second).toBeNull();
  });
});

describe('every', () => {
  test('a full queue gives no slot until a frame is released; nothing is lost or reordered', async () => {
    const handle = createChannel('every', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    let written = 0;
    while (writer.slot()) writer.publish(stamp(written++));
    expect(written).toBe(4);
    const space = writer.space();
    expect((await reader.take())!.sequence).toBe(0);
    reader.release();
    await space;
    expect(writer.slot()).not.toBeNull();
    for (let sequence = 1; sequence < written; sequence++) {
      expect((await reader.take())!.sequence).toBe(sequence);
      reader.release();
    }
  });
});

test('a writer that waits for space is let go when the reader leaves, before or during the wait', async () => {
  for (const leavesFirst of [true, false]) {
    const handle = createChannel('every', layout);
    const writer = new ChannelWriter(handle);
    const reader = new ChannelReader(handle);
    expect(await writer.space()).toBe(true);
    for (let sequence = 0; writer.slot(); sequence++) writer.publish(stamp(sequence));
    if (leavesFirst) reader.leave();
    const space = writer.space();
    if (!leavesFirst) reader.leave();
    expect(await space).toBe(false);
  }
});

const PRODUCER = `
const { workerData, parentPort } = require('node:worker_threads');
parentPort.on('message', () => {}); // a wait on shared memory alone does not keep a thread alive
import(workerData.channelModule).then(async ({ ChannelWriter }) => {
  const writer = new ChannelWriter(workerData.handle);
  for (let sequence = 0; sequence < workerData.frames; sequence++) {
    await writer.space();
    writer.slot().data.fill(sequence & 255);
    writer.publish({ sequence, capturedAt: sequence, pts: sequence });
    if (workerData.pauseEvery && sequence % workerData.pauseEvery === 0) await new Promise(setImmediate);
  }
  writer.end();
});
`;

test.each([
  ['newest', 'take'],
  ['newest', 'takeBlocking'],
  ['every', 'take'],
  ['every', 'takeBlocking'],
] as const)('%s, %s, two threads, 20000 frames: none torn, none out of order', async (policy, take) => {
  const frames = 20_000;
  const handle = createChannel(policy, i420Layout(64, 48));
  const channelModule = new URL('../../dist/frame/channel.js', import.meta.url).href;
  const worker = new Worker(PRODUCER, { eval: true, workerData: { channelModule, handle, frames, pauseEvery: 50 } });
  const reader = new ChannelReader(handle);
  let last = -1;
  let count = 0;
  for (;;) {
    const frame = await reader[take]();
    if (!frame) break;
    const value = frame.sequence & 255;
    expect(frame.sequence).toBeGreaterThan(last);
    if (frame.data.some((byte) => byte !== value)) throw new Error(`frame ${frame.sequence} is torn`);
    last = frame.sequence;
    count++;
    reader.release();
  }
  await worker.terminate();
  expect(last).toBe(frames - 1);
  if (policy === 'every') expect(count).toBe(frames);
  expect(count + reader.dropped).toBe(frames);
});

test('a writer that breaks off is told from one that ends, whatever comes after', () => {
  const [ended, brokenOff] = [createChannel('every', layout), createChannel('every', layout)];
  new ChannelWriter(ended).end();
  const writer = new ChannelWriter(brokenOff);
  writer.breakOff();
  writer.end();
  expect([new ChannelReader(ended).isBrokenOff, new ChannelReader(brokenOff).isBrokenOff]).toEqual([false, true]);
});
