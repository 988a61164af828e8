import { expect } from 'vitest';
import type { Producer } from '../pipewire/programs.js';
import type { PageFrame } from './call-pages.js';

/** How old the frames were when they were seen, median, in ms. Both clocks are brought to the time of day. */
export async function medianAgeMs(frames: readonly PageFrame[], producer: Producer): Promise<number> {
  const last = frames.at(-1)!.top!;
  await producer.next(({ frame }) => frame !== undefined && frame > last); // the stamps of all of them were printed
  const toTimeOfDay = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  const capturedAt = new Map(producer.lines.map(({ frame, capturedAt }) => [frame, capturedAt]));
  const ages = frames.map(({ top, at }) => at - (capturedAt.get(top!)! / 1000 + toTimeOfDay)).sort((a, b) => a - b);
  return ages[ages.length >> 1]!;
}

/** Every frame has one number and 1280x720 pixels; none comes late or twice. */
export function expectWholeAndInOrder(frames: readonly PageFrame[]): void {
  let last = -1;
  for (const { top, bottom, width, height } of frames) {
    expect([width, height]).toEqual([1280, 720]);
    expect(bottom).toBe(top);
    expect(top).toBeGreaterThan(last);
    last = top!;
  }
}
