import { describe, expect, test } from 'vitest';
import type { DueClock } from '../../src/capture/due-timer.js';
import { PacedPlayback, type Playable } from '../../src/capture/paced-playback.js';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import type { Micros } from '../../src/frame/clock.js';

/** A clock that stands still but for waiting and for what a test adds. */
class FakeClock implements DueClock {
  micros = 5_000_000;
  readonly waits: number[] = [];
  isCancelled = false;

  now(): Micros {
    return this.micros as Micros;
  }

  async waitUntil(due: Micros): Promise<void> {
    this.waits.push(due);
    this.micros = Math.max(this.micros, due);
  }

  cancel(): void {
    this.isCancelled = true;
  }
}

/** Frames whose first byte is their number; counts what is converted. */
class NumberedFrames implements Playable {
  converted: number[] = [];
  #at = -1;

  constructor(
    readonly count: number,
    readonly intervalS: number,
  ) {}

  next(): number | null {
    if (this.#at + 1 >= this.count) return null;
    this.#at++;
    return this.#at * this.intervalS;
  }

  convert(into: Uint8Array): void {
    into[0] = this.#at;
    this.converted.push(this.#at);
  }
}

const INTERVAL_S = 0.04;
const MS = 1000;

function setUp(count = 1000) {
  const clock = new FakeClock();
  const frames = new NumberedFrames(count, INTERVAL_S);
  return { clock, frames, playback: new PacedPlayback(frames, 1, INTERVAL_S, clock), into: new Uint8Array(1) };
}

describe('a clip played like a camera', () => {
  test('each frame is delivered when it is due, and stamped with that moment', async () => {
    const { clock, playback, into } = setUp(5);
    for (let index = 0; index < 5; index++) {
      const stamp = await playback.read(into);
      expect(into[0]).toBe(index);
      expect(stamp?.sequence).toBe(index);
      expect(stamp?.pts).toBeCloseTo(index * INTERVAL_S, 9);
      expect(stamp?.capturedAt).toBeCloseTo(5_000_000 + index * 40 * MS, 3);
      expect(clock.micros).toBeCloseTo(5_000_000 + index * 40 * MS, 3);
      clock.micros += 10 * MS; // the reader works for a while
    }
    expect(await playback.read(into)).toBeNull();
  });

  test('a reader late by less than a frame misses nothing', async () => {
    const { clock, playback, into } = setUp();
    for (let index = 0; index < 20; index++) {
      const stamp = await playback.read(into);
      expect(stamp?.sequence).toBe(index);
      clock.micros = 5_000_000 + index * 40 * MS + 79 * MS;
    }
  });

  test('a reader late by 3.5 frames gets the newest one due, its number and sequence tell of the gap', async () => {
    const { clock, playback, frames, into } = setUp();
    await playback.read(into);
    clock.micros += 180 * MS; // frame 4 was due 20 ms ago
    const stamp = await playback.read(into);
    expect(into[0]).toBe(4);
    expect(stamp?.sequence).toBe(4);
    expect(stamp?.pts).toBeCloseTo(4 * INTERVAL_S, 9);
    expect(frames.converted.filter((number) => number === 2 || number === 3)).toEqual([]);
    expect((await playback.read(into))?.sequence).toBe(5);
    expect(clock.micros).toBe(5_000_000 + 200 * MS);
  });

  test('after a halt of 10 s it goes on where it was, at its own pace: no burst, and the missed frames are counted', async () => {
    const { clock, playback, frames, into } = setUp();
    await playback.read(into);
    await playback.read(into);
    clock.micros += 10_000 * MS;
    const resumedAt = clock.micros;
    const delivered: number[] = [];
    for (let i = 0; i < 10; i++) {
      const stamp = await playback.read(into);
      delivered.push(clock.micros - resumedAt);
      expect(into[0]).toBe(2 + i);
      expect(stamp!.sequence).toBeGreaterThanOrEqual(250);
      expect(stamp!.capturedAt).toBeGreaterThanOrEqual(resumedAt - 40 * MS);
    }
    for (let i = 1; i < 10; i++) expect(delivered[i]! - delivered[i - 1]!).toBeCloseTo(40 * MS, 3);
    expect(frames.converted.length).toBe(12);
  });

  test('the end is the end, also for a reader that comes late', async () => {
    const { clock, playback, into } = setUp(3);
    await playback.read(into);
    clock.micros += 500 * MS;
    expect(await playback.read(into)).toBeNull();
    expect(await playback.read(into)).toBeNull();
  });

  test('closing ends it at once, and again', async () => {
    const { clock, playback, into } = setUp();
    await playback.read(into);
    playback.close();
    playback.close();
    expect(clock.isCancelled).toBe(true);
    expect(await playback.read(into)).toBeNull();
  });

  test('a picture that cannot be read fails the read that asks for it', async () => {
    const { playback, frames, into } = setUp();
    await playback.read(into);
    frames.convert = () => {
      throw new Error('damaged');
    };
    await new Promise((resolve) => setImmediate(resolve)); // decoded ahead here
    await expect(playback.read(into)).rejects.toThrow('damaged');
  });
});

test('on the real clock, closing ends a read that waits', async () => {
  const source = new SyntheticSource({ width: 64, height: 64, fps: 1, paced: true });
  const { layout } = await source.open();
  const into = new Uint8Array(layout.byteLength);
  expect((await source.read(into))?.sequence).toBe(0);
  const waiting = source.read(into);
  setTimeout(() => void source.close(), 10);
  expect(await waiting).toBeNull();
});
