import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PrivateSession } from '../pipewire/private-session.mjs';
import { Producer } from '../pipewire/programs.js';
import { expectWholeAndInOrder, medianAgeMs } from './call-frames.js';
import { ask, openCallPage, type PageFrame } from './call-pages.js';
import { hasPortalBrowser, needsPortalBrowser, openPortalBrowser } from './portal-browser.js';

const LABEL = 'mien for the test';
/** Frames that are looked at: about 3 s. */
const FRAMES = 90;

let session: PrivateSession;
let producer: Producer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!hasPortalBrowser()) return;
  session = await PrivateSession.start({ portal: true });
  producer = new Producer(session, { description: LABEL, stamps: true });
  await producer.event();
  ({ browser, context, page } = await openPortalBrowser(session));
});
afterAll(async () => {
  await browser?.close();
  await session?.close();
});

beforeEach(needsPortalBrowser);

/** RGB of a pixel of the synthetic picture. Source: its ramp and colours, and ITU-R BT.601-7. */
function expectedRgb(number: number, { x, y }: { x: number; y: number }): number[] {
  const phase = ((x + y + 4 * number) % 256) / 256;
  const luma = (255 / 219) * (24 + 160 * (1 - Math.abs(2 * phase - 1)));
  const u = (255 / 224) * (64 + (128 * (x >> 1)) / 640 - 128);
  const v = (255 / 224) * (64 + (128 * (y >> 1)) / 360 - 128);
  return [luma + 1.402 * v, luma - 0.344 * u - 0.714 * v, luma + 1.772 * u].map((value) =>
    Math.min(255, Math.max(0, value)),
  );
}

test('Chromium finds the camera through the portal, by its name, size and rate', async () => {
  const labels = async () => (await ask<{ label: string }[]>(page, 'cameras')).map(({ label }) => label);
  await expect.poll(labels, { timeout: 60_000 }).toEqual([LABEL]);
  const opened = await ask(page, 'openCamera', LABEL, { width: 1280, height: 720 });
  expect(opened).toEqual({ label: LABEL, width: 1280, height: 720, frameRate: 30 });
});

let localAgeMs = Number.NaN;

test('the picture is whole, in order, and has the colours it was given', async () => {
  const frames = await ask<PageFrame[]>(page, 'watch', FRAMES);
  expectWholeAndInOrder(frames);
  localAgeMs = await medianAgeMs(frames, producer);
  const passed = frames.at(-1)!.top! - frames[0]!.top! + 1;
  console.log(
    `Chromium saw ${FRAMES} of ${passed} frames; from capture to the page: ${localAgeMs.toFixed(1)} ms, median`,
  );

  const points = [200, 640, 1080].flatMap((x) => [150, 360, 570].map((y) => ({ x, y })));
  const { number, rgb } = await ask<{ number: number; rgb: number[][] }>(page, 'colours', points);
  for (const [i, point] of points.entries()) {
    const expected = expectedRgb(number, point);
    for (const [channel, value] of rgb[i]!.entries()) {
      const where = `frame ${number}, ${point.x},${point.y}: ${rgb[i]} for ${expected.map(Math.round)}`;
      expect(Math.abs(value - expected[channel]!), where).toBeLessThanOrEqual(4);
    }
  }
});

test('in a call the far end sees the picture whole and in order, at full size', async () => {
  const far = await openCallPage(context);
  await ask(page, 'accept', await ask(far, 'answer', await ask(page, 'call')));
  await ask(far, 'watch', 60); // the encoder finds its rate
  const frames = await ask<PageFrame[]>(far, 'watch', FRAMES);
  expectWholeAndInOrder(frames);
  const farAgeMs = await medianAgeMs(frames, producer);
  console.log(
    `from capture to the far end's page: ${farAgeMs.toFixed(1)} ms, median; the call adds ${(farAgeMs - localAgeMs).toFixed(1)} ms`,
  );
  await far.close();
});

test('a camera that was gone comes back as the one that the browser remembers', async () => {
  const chosen = () => ask<{ label: string; deviceId: string }[]>(page, 'cameras');
  const before = await chosen();
  await producer.end('SIGKILL');
  await expect.poll(chosen, { timeout: 60_000 }).toEqual([]);
  producer = new Producer(session, { description: LABEL, stamps: true });
  await expect.poll(chosen, { timeout: 60_000 }).toEqual(before);
  await ask(page, 'openCamera', LABEL, { width: 1280, height: 720 });
  expectWholeAndInOrder(await ask<PageFrame[]>(page, 'watch', 10));
});
