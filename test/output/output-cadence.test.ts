import { describe, expect, test } from 'vitest';
import { OutputCadence } from '../../src/output/output-cadence.js';

const RATE = { num: 25, den: 1 }; // 40 ms

/** Sends at the given moments and fills in between, as a sink thread does that is never late. */
function play(frames: readonly number[], untilMs: number): { at: number; what: 'frame' | 'last' | 'card' }[] {
  const cadence = new OutputCadence(RATE);
  const sent: { at: number; what: 'frame' | 'last' | 'card' }[] = [];
  const waiting = [...frames];
  cadence.frameSent(waiting.shift()!);
  sent.push({ at: frames[0]!, what: 'frame' });
  for (;;) {
    const frame = waiting[0] ?? Number.POSITIVE_INFINITY;
    const at = Math.min(frame, cadence.dueMs);
    if (at > untilMs) return sent;
    if (at === frame) {
      waiting.shift();
      cadence.frameSent(at);
      sent.push({ at, what: 'frame' });
    } else {
      sent.push({ at, what: cadence.standIn });
      cadence.standInSent(at);
    }
  }
}

describe('an output at 25 frames a second', () => {
  test('steady frames, up to 19 ms late, pass through and nothing is added', () => {
    const frames = Array.from({ length: 50 }, (_, index) => index * 40 + ((index * 7) % 20));
    expect(play(frames, 49 * 40).filter(({ what }) => what !== 'frame')).toEqual([]);
  });

  test('one missing frame is stood in for once, half an interval late', () => {
    const frames = [0, 40, 80, 160, 200];
    expect(play(frames, 200).filter(({ what }) => what !== 'frame')).toEqual([{ at: 140, what: 'last' }]);
  });

  test('at half the rate, each frame is sent twice: 25 pictures a second', () => {
    const frames = Array.from({ length: 26 }, (_, index) => index * 80);
    expect(play(frames, 2000)).toHaveLength(26 + 25);
  });

  test('without frames the last one stays for a second, then the card, each at 25 a second', () => {
    const sent = play([0], 3000);
    const lasts = sent.filter(({ what }) => what === 'last').map(({ at }) => at);
    const cards = sent.filter(({ what }) => what === 'card').map(({ at }) => at);
    expect(lasts[0]).toBe(60);
    expect(lasts.at(-1)).toBeLessThan(1000);
    expect(cards[0]).toBeLessThan(1000 + 40);
    for (const times of [lasts, cards]) {
      for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBe(40);
    }
    expect(lasts.length + cards.length).toBe(Math.floor((3000 - 60) / 40) + 1);
  });

  test('ten seconds slept away are not made up for, and no reason for a card', () => {
    const cadence = new OutputCadence(RATE);
    cadence.frameSent(0);
    cadence.standInSent(60);
    expect(cadence.dueMs).toBe(100);
    cadence.standInSent(10_100);
    expect(cadence.standIn).toBe('last');
    expect(cadence.dueMs).toBe(10_140);
  });

  test('before the first frame a card is due at once', () => {
    const cadence = new OutputCadence(RATE);
    expect(cadence.dueMs).toBeLessThan(0);
    expect(cadence.standIn).toBe('card');
  });
});
