import { beforeAll, describe, expect, test } from 'vitest';
import { expectGoodOutput, type OutputFigures, PATIENCE_MS, TWO_LOOPBACKS } from './figures.js';
import { runGuest } from './vm.js';

interface Part extends OutputFigures {
  readonly part: string;
  readonly earlyRepeats: number;
  readonly [fact: string]: unknown;
}

async function runParts(script: string, loopback: string): Promise<(part: string) => Part> {
  const parts = (await runGuest(script, [], { ...TWO_LOOPBACKS, loopback })) as unknown as Part[];
  for (const { part, ...facts } of parts) console.log(`v4l2loopback ${loopback}, ${part}: ${JSON.stringify(facts)}`);
  return (part) => {
    const found = parts.find((each) => each.part === part);
    if (!found) throw new Error(`the guest did not tell of "${part}"`);
    return found;
  };
}

/**
 * Frames of one camera in its order: none torn, none twice beyond the policy of the output, nothing else between. A busy
 * computer may leave some out.
 */
function expectOrder(part: Part): void {
  expectGoodOutput(part);
  expect(part).toMatchObject({ setBacks: 0, earlyRepeats: 0 });
  expect(part.live).toBeGreaterThan(5);
}

describe.each(['0.15.0', '0.13.2', '0.12.7'])('a camera on its way through v4l2loopback %s', (version) => {
  let partOf: (part: string) => Part;
  beforeAll(async () => {
    partOf = await runParts('end-to-end', version);
  }, PATIENCE_MS);

  test('on demand: what nobody watches is not filmed', () => {
    expect(partOf('nobody watches')['isCameraOpen']).toBe(false);
    expect(partOf('vivid to v4l2-ctl')).toMatchObject({ isCameraOpen: true, watchers: 1 });
    const { closedAfterMs, status } = partOf('the last one leaves');
    expect(closedAfterMs).toBeGreaterThan(4000);
    expect(status).toEqual({ kind: 'asleep' });
  });

  test('vivid, mien, v4l2-ctl: in order, no frame torn or repeated without need', () => {
    expectOrder(partOf('vivid to v4l2-ctl'));
  });

  test('vivid, mien, ffmpeg', () => {
    const { distinct, torn, other, setBacks, frames } = partOf('vivid to ffmpeg');
    expect(distinct).toBeGreaterThan(5);
    // It does not tell when a frame was written: one that it read too late to be whole cannot be told from a torn one.
    expect(torn + other + setBacks).toBeLessThan(frames / 10);
  });

  test('a second mien refuses and says who has the device', () => {
    const { code, message, first } = partOf('a second mien');
    expect(code).toBe(1);
    expect(message).toContain(`mien (process ${first})`);
  });

  test('killed and started with another size: whoever watches keeps the size that it has', () => {
    expectOrder(partOf('killed and started again with another size'));
  });

  test('ends in good order', () => expect(partOf('end')['code']).toBe(0));
});

describe('an MJPEG webcam', () => {
  let partOf: (part: string) => Part;
  beforeAll(async () => {
    partOf = await runParts('browser', '0.15.0');
  }, PATIENCE_MS);

  test('to v4l2-ctl, in order', () => expectOrder(partOf('MJPEG to v4l2-ctl')));

  test('to getUserMedia of Chromium, which lists it by its name', () => {
    const part = partOf('MJPEG to Chromium') as unknown as {
      labels: string[];
      settings: { width: number; height: number };
      pictures: { top: number | null; bottom: number | null }[];
    };
    expect(part.labels).toContainEqual(expect.stringContaining('mien'));
    expect(part.settings).toMatchObject({ width: 320, height: 180 });
    const numbers = part.pictures.map(({ top, bottom }) => (top === bottom ? top : null));
    expect(numbers).not.toContain(null);
    expect(numbers).toEqual([...numbers].sort((a, b) => a! - b!));
    expect(new Set(numbers).size).toBeGreaterThan(3);
  });
});
