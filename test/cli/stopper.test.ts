import { afterEach, expect, test, vi } from 'vitest';
import { Stopper } from '../../src/cli/stopper.js';
import type { Loop } from '../../src/pipeline/loop.js';

afterEach(() => vi.restoreAllMocks());

function setUp() {
  const exits: unknown[] = [];
  let nowMs = 1000;
  vi.spyOn(process, 'exit').mockImplementation(((code: number) => exits.push(code)) as never);
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const stop = vi.fn(async () => {});
  const stopper = new Stopper();
  return { stopper, stop, loop: { stop } as unknown as Loop, exits, pass: (ms: number) => (nowMs += ms) };
}

test('a closed window asks twice at once, by signal and by the end of its input: the files are still closed', () => {
  const { stopper, stop, loop, exits, pass } = setUp();
  stopper.attach(loop);
  process.emit('SIGHUP');
  pass(20);
  stopper.stop();
  expect([stop.mock.calls.length, exits]).toEqual([1, []]);
  pass(1000);
  process.emit('SIGINT');
  expect([stop.mock.calls.length, exits]).toEqual([1, [130]]);
  stopper.release();
});

test('a loop that is still being started is ended once it is there', () => {
  const { stopper, stop, loop } = setUp();
  process.emit('SIGTERM');
  expect(stopper.wasAsked).toBe(true);
  stopper.attach(loop);
  expect(stop).toHaveBeenCalledTimes(1);
  stopper.release();
});

test('released, it leaves the signals alone', () => {
  const before = process.listenerCount('SIGTERM');
  const { stopper } = setUp();
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  stopper.release();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
