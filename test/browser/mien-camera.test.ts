import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import type { I420Layout } from '../../src/frame/i420.js';
import { PrivateSession } from '../pipewire/private-session.mjs';
import { startReader } from '../pipewire/programs.js';
import { RunningMien } from '../pipewire/running-mien.js';
import { expectWholeAndInOrder, medianAgeByStamps } from './call-frames.js';
import { ask, openCallPage, type PageFrame } from './call-pages.js';
import { hasPortalBrowser, needsPortalBrowser, openPortalBrowser } from './portal-browser.js';

// The whole of mien as a user runs it, touch-up on, seen by a page in Chromium and by the far end of its call.

const SIZE = { width: 1280, height: 720 };
const PATIENCE = { timeout: 60_000 };
/** Pictures are compared by their mean colours in a grid of so many cells. */
const GRID = { columns: 8, rows: 6 };
/** Of 255, mean of all cells: a picture of the clip 0.2 s away differs by less, another part of it by more. */
const ALIKE_MAX = 3;

type Rgb = readonly number[];

let session: PrivateSession;
let mien: RunningMien;
let browser: Browser;
let context: BrowserContext;
let page: Page;

/** Starts mien with its defaults but for the preview page: the camera is PipeWire's, touch-up is on. */
async function startMien(source: 'demo' | 'synthetic'): Promise<void> {
  mien = new RunningMien(session, ['--source', source, '--output', 'pipewire', '--no-preview']);
  await mien.says(/first frame of/);
}

beforeAll(async () => {
  if (!hasPortalBrowser()) return;
  session = await PrivateSession.start({ portal: true });
  await startMien('demo');
  ({ browser, context, page } = await openPortalBrowser(session));
});
afterAll(async () => {
  await browser?.close();
  await session?.close();
});

beforeEach(needsPortalBrowser);

const cameras = () => ask<{ label: string; deviceId: string }[]>(page, 'cameras');

/** Opens a page that is called by the first one. */
async function callFarEnd(): Promise<Page> {
  const far = await openCallPage(context);
  await ask(page, 'accept', await ask(far, 'answer', await ask(page, 'call')));
  await ask(far, 'watch', 60); // the encoder finds its rate
  return far;
}

/** The mean colours of every fifth frame of the demo clip, as mien shows it. */
async function coloursOfDemo(): Promise<Rgb[][]> {
  const clip = new ClipSource(demoClipPath(), { ...SIZE, fit: 'crop', fps: 5 });
  const { layout } = await clip.open();
  const data = new Uint8Array(layout.byteLength);
  const colours: Rgb[][] = [];
  while (await clip.read(data)) colours.push(meanColours(data, layout));
  await clip.close();
  return colours;
}

/** As the page's function of that name. Source of the colours: ITU-R BT.601-7, limited range. */
function meanColours(data: Uint8Array, { offsetY, strideY, offsetU, offsetV, strideUV }: I420Layout): Rgb[] {
  const [cellWidth, cellHeight] = [SIZE.width / GRID.columns, SIZE.height / GRID.rows];
  return Array.from({ length: GRID.columns * GRID.rows }, (_, cell) => {
    const left = (cell % GRID.columns) * cellWidth;
    const top = Math.floor(cell / GRID.columns) * cellHeight;
    const mean = (offset: number, stride: number, scale: number) => {
      const [width, height] = [cellWidth / scale, cellHeight / scale];
      let sum = 0;
      for (let y = top / scale; y < top / scale + height; y++) {
        for (let x = left / scale; x < left / scale + width; x++) sum += data[offset + y * stride + x]!;
      }
      return sum / (width * height);
    };
    const luma = (255 / 219) * (mean(offsetY, strideY, 1) - 16);
    const u = (255 / 224) * (mean(offsetU, strideUV, 2) - 128);
    const v = (255 / 224) * (mean(offsetV, strideUV, 2) - 128);
    return [luma + 1.402 * v, luma - 0.344 * u - 0.714 * v, luma + 1.772 * u];
  });
}

/** Mean difference of all channels of all cells. */
function difference(a: readonly Rgb[], b: readonly Rgb[]): number {
  const differences = a.flatMap((rgb, cell) => rgb.map((value, channel) => Math.abs(value - b[cell]![channel]!)));
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
}

/** What a page shows is 1280x720 and a picture of the demo clip. */
async function expectDemo(where: Page, what: string): Promise<void> {
  const demo = await coloursOfDemo();
  const { width, height, rgb } = await ask<{ width: number; height: number; rgb: Rgb[] }>(
    where,
    'meanColours',
    GRID.columns,
    GRID.rows,
  );
  expect({ width, height }).toEqual(SIZE);
  const differences = demo.map((colours) => difference(rgb, colours));
  const nearest = Math.min(...differences);
  console.log(
    `${what}: ${nearest.toFixed(1)} of 255 from the nearest frame of the clip, ${Math.max(...differences).toFixed(1)} from the furthest`,
  );
  expect(nearest).toBeLessThan(ALIKE_MAX);
}

test('Chromium shows the demo clip as the camera "mien", 1280x720', async () => {
  await expect.poll(async () => (await cameras()).map(({ label }) => label), PATIENCE).toEqual(['mien']);
  expect(await ask(page, 'openCamera', 'mien', SIZE)).toMatchObject({ label: 'mien', ...SIZE });
  await ask(page, 'watch', 25);
  await expectDemo(page, 'the page');
  expect((await mien.report()).settings).toMatchObject({ effect: 'touch-up', paused: false });
  await mien.report(({ face }) => face.kind === 'tracked');
});

test('the far end of a call sees it too, at full size', async () => {
  const far = await callFarEnd();
  await expectDemo(far, 'the far end');
  await far.close();
});

test('killed with -9 and started again, it is the camera that the browser remembers; how old its frames are', async () => {
  const before = await cameras();
  await mien.end('SIGKILL');
  await expect.poll(cameras, PATIENCE).toEqual([]);
  await startMien('synthetic'); // with numbers in its frames
  await expect.poll(cameras, PATIENCE).toEqual(before);
  await ask(page, 'openCamera', 'mien', SIZE);

  const stamps = startReader(session, 400).seen();
  const local = await ask<PageFrame[]>(page, 'watch', 90);
  const far = await callFarEnd();
  const remote = await ask<PageFrame[]>(far, 'watch', 90);
  for (const frames of [local, remote]) expectWholeAndInOrder(frames, { mayRepeat: true });
  const told = await stamps;
  const [localMs, remoteMs] = [local, remote].map((frames) => medianAgeByStamps(frames, told));
  console.log(
    `from capture through mien to the page ${localMs!.toFixed(1)} ms, to the far end ${remoteMs!.toFixed(1)} ms, median`,
  );
});
