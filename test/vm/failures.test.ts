import { beforeAll, describe, expect, test } from 'vitest';
import { expectGoodOutput, type OutputFigures, PATIENCE_MS, TWO_LOOPBACKS } from './figures.js';
import { runGuest } from './vm.js';

interface Scenario extends OutputFigures {
  readonly scenario: string;
  readonly error?: string;
  readonly [fact: string]: unknown;
}

/** What a process holds. */
interface Held {
  readonly descriptors: number;
  readonly threads: number;
  readonly rssMb: number;
}

async function runScenarios(script: string): Promise<(name: string) => Scenario> {
  const scenarios = (await runGuest(script, [], TWO_LOOPBACKS)) as unknown as Scenario[];
  for (const { scenario, ...facts } of scenarios) console.log(`${scenario}: ${JSON.stringify(facts)}`);
  return (name) => {
    const found = scenarios.find(({ scenario }) => scenario === name);
    if (!found) throw new Error(`the guest did not tell of "${name}"`);
    if (found.error) throw new Error(`${name}: ${found.error}`);
    return found;
  };
}

/** Nothing is held after the rounds that was not held before. Memory: what the collector has not looked at yet. */
function expectNoLeak({ held }: Scenario): void {
  const [first, ...later] = held as readonly Held[];
  expect(later).toHaveLength(5);
  for (const { descriptors, threads } of later) {
    expect(descriptors).toBe(first!.descriptors);
    expect(threads).toBeLessThanOrEqual(first!.threads); // Node ends some of its own that it no longer needs
  }
  expect(later.at(-1)!.rssMb).toBeLessThan(later[0]!.rssMb + 30);
}

describe('a webcam that fails: the output goes on, and the picture comes back by itself', () => {
  let find: (name: string) => Scenario;
  beforeAll(async () => {
    find = await runScenarios('webcam-failures');
  }, PATIENCE_MS);

  test('missing at start: a card, and the picture once it is plugged in', () => {
    const found = find('missing at start');
    expectGoodOutput(found);
    expect(found.cards).toContain('camera unplugged');
    expect(found['status']).toMatchObject({ kind: 'missing' });
  });

  test('unplugged and plugged in again: the last picture, after a second a card', () => {
    const found = find('unplugged and replugged');
    expectGoodOutput(found);
    expect(found.cards).toContain('camera unplugged');
    expect(found['cardAfterMs']).toBeGreaterThan(900);
  });

  test('busy: names who has it, and takes it over when it is free', () => {
    const found = find('busy');
    expect(found).toMatchObject({ torn: 0, other: 0 });
    expect(found.cards).toContain('camera busy');
    expect(found['status']).toMatchObject({ kind: 'busy', holder: `v4l2-ctl (process ${found['holder']})` });
    expect(found['message']).toContain(`v4l2-ctl (process ${found['holder']})`);
  });

  test('plugged in again while the old node is still open: it has another number, and is found', () => {
    const found = find('back under another number');
    expect(found).toMatchObject({ torn: 0, other: 0 });
    expect(found['path']).not.toBe('/dev/video0');
  });

  test.each([
    'half of the buffers dropped',
    'a damaged buffer',
    'QBUF fails',
    'a fatal streaming error',
    'STREAMON fails',
    'REQBUFS fails',
    'disconnect',
  ])('%s', (name) => expectGoodOutput(find(name)));

  test('50 times unplugged and plugged in: no descriptor, thread or memory is left behind', () => {
    expectNoLeak(find('unplugged and replugged 50 times'));
  });

  test('it ends in good order after all that', () => expect(find('stopped')['code']).toBe(0));
});

describe('what happens around a virtual camera', () => {
  let find: (name: string) => Scenario;
  beforeAll(async () => {
    find = await runScenarios('viewer-failures');
  }, PATIENCE_MS);

  test('the webcam stalls: the last picture, a card, and the picture again', () => {
    const found = find('the webcam stalls');
    expectGoodOutput(found);
    expect(found.cards).toContain('no picture');
    expect(found['status']).toMatchObject({ kind: 'stalled' });
  });

  test('a webcam slower than the output: each of its pictures is sent more than once', () => {
    const found = find('the webcam gives 8 frames a second');
    expectGoodOutput(found);
    expect(found['sent']).toBeGreaterThan(1.5 * Number(found['taken']));
  });

  test.each(['the webcam is fast again', 'the reader is killed and another comes', 'the module cannot be taken away'])(
    '%s',
    (name) => expectGoodOutput(find(name)),
  );

  test('a reader that stalls stops nobody', () => {
    const { torn, other, setBacks } = find('the reader stalls');
    expect({ torn, other, setBacks }).toEqual({ torn: 0, other: 0, setBacks: 0 });
  });

  test('suspended: afterwards neither what was missed nor a burst', () => {
    const found = find('suspended for 10 s');
    expect(found).toMatchObject({ torn: 0, other: 0, setBacks: 0 });
    // The last picture stands in until there is a new one, and one or two may have been on their way.
    const oldOnes = found['oldOnes'] as number[];
    expect(Math.max(0, ...oldOnes)).toBeLessThanOrEqual(2);
    expect(found['sentAtOnce']).toBeLessThan(25);
  });

  test('another mien on the same node refuses and names the first', () => {
    const found = find('another mien on the same node');
    expectGoodOutput(found);
    expect(found['code']).toBe(1);
    expect(found['message']).toContain(`mien (process ${found['owner']})`);
  });

  test('the module cannot be removed while mien has it', () => {
    const found = find('the module cannot be taken away');
    expect(found['code']).not.toBe(0);
    expect(found['message']).toContain('in use');
  });

  test('50 times a reader comes and goes: no descriptor, thread or memory is left behind', () => {
    expectNoLeak(find('a reader comes and goes 50 times'));
  });

  test('killed and started again: whoever watches sees it go on', () => {
    expect(find('killed and started again')).toMatchObject({ torn: 0, other: 0 });
  });

  test('it ends in good order, and finds the camera of a module that was loaded anew', () => {
    expect(find('stopped')['code']).toBe(0);
    expect(find('the module is loaded anew')).toMatchObject({ torn: 0, other: 0 });
  });
});
