import { expect } from 'vitest';
import type { Producer, SeenFrame } from '../pipewire/programs.js';
import type { PageFrame } from './call-pages.js';

/** How old the frames of a producer were when they were seen, median, in ms. */
export async function medianAgeMs(frames: readonly PageFrame[], producer: Producer): Promise<number> {
  const last = frames.at(-1)!.top!;
  await producer.next(({ frame }) => frame !== undefined && frame > last); // the stamps of all of them were printed
  return medianAgeByStamps(
    frames,
    producer.lines.map(({ frame, capturedAt }) => ({
      top: frame ?? null,
      capturedAt: (capturedAt ?? Number.NaN) / 1000,
    })),
  );
}

/**
 * How old the frames were when they were seen, median, in ms, by what another consumer read of their numbers and stamps;
 * NaN if it saw none of them. Both clocks are brought to the time of day.
 */
export function medianAgeByStamps(
  frames: readonly PageFrame[],
  stamps: readonly Pick<SeenFrame, 'top' | 'capturedAt'>[],
): number {
  const toTimeOfDay = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  // The first stamp of a number is the true one: a frame that is sent again bears the time of that.
  const capturedAt = new Map([...stamps].reverse().map(({ top, capturedAt }) => [top, capturedAt]));
  const ages = frames
    .filter(({ top }) => capturedAt.has(top))
    .map(({ top, at }) => at - (capturedAt.get(top)! + toTimeOfDay))
    .sort((a, b) => a - b);
  return ages[ages.length >> 1] ?? Number.NaN;
}

/**
 * Every frame has one number and 1280x720 pixels; none comes late, or twice unless it may: mien sends one again where the
 * next one is late.
 */
export function expectWholeAndInOrder(frames: readonly PageFrame[], { mayRepeat = false } = {}): void {
  let last = -1;
  for (const { top, bottom, width, height } of frames) {
    expect([width, height]).toEqual([1280, 720]);
    expect(bottom).toBe(top);
    expect(top).toBeGreaterThan(mayRepeat ? last - 1 : last);
    last = top!;
  }
}
