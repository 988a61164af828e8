import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TrainingPage } from '../../src/output/training-page.js';
import type { RgbPicture, TrainingStage, TrainingTelemetry } from '../../src/telemetry/training-telemetry.js';
import { launchChromium, needsChromium, whyNoChromium } from './chromium.js';

let browser: Browser | null = null;
beforeAll(async () => {
  if (!whyNoChromium()) browser = await launchChromium();
});
afterAll(() => browser?.close());

function telemetry(stage: TrainingStage): TrainingTelemetry {
  return { name: 'me', size: 128, stage, losses: [0.4, 0.2, 0.1] };
}

function plain(red: number, green: number, blue: number): RgbPicture {
  const data = new Uint8Array(3 * 64 * 64);
  for (let at = 0; at < data.length; at += 3) data.set([red, green, blue], at);
  return { width: 64, height: 64, data };
}

test('the page shows driver, target and result, the figures, and that the training has ended', async (context) => {
  needsChromium(context);
  const training = await TrainingPage.open(0);
  training.update(telemetry({ kind: 'targets', doing: 'reading me.mp4', done: 3, total: 12 }));
  const page = await browser!.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(training.address);
  await page.getByText('Reading me.mp4').waitFor();
  expect(await page.locator('#progress').evaluate((bar) => (bar as unknown as { value: number }).value)).toBe(0.25);
  expect(await page.title()).toBe('25 % me');

  const figures = { step: 1284, loss: 0.0421, imagesPerSecond: 63.8, trainedS: 161, goalS: 480 };
  training.update(telemetry({ kind: 'training', figures }));
  await training.show({ driver: plain(200, 0, 0), target: plain(0, 200, 0), result: plain(0, 0, 200) });
  await page.locator('#veil').waitFor({ state: 'hidden' });
  const colours = await page.locator('#picture').evaluate((element) => {
    const canvas = element as unknown as {
      width: number;
      getContext(kind: '2d'): { getImageData(...at: number[]): { data: Uint8ClampedArray } };
    };
    return [32, 96, 160].map((x) => [...canvas.getContext('2d').getImageData(x, 32, 1, 1).data.slice(0, 3)]);
  });
  for (const [at, colour] of colours.entries()) {
    expect(colour[at]).toBeGreaterThan(190);
    expect(colour[(at + 1) % 3]).toBeLessThan(20);
  }
  expect(await page.locator('#loss').textContent()).toBe('0.0421');
  expect(await page.locator('#step').textContent()).toBe('1,284');
  expect(await page.locator('#left').textContent()).toBe('5:19');
  expect((await page.locator('#curve').getAttribute('points'))?.split(' ')).toHaveLength(3);
  expect(problems).toEqual([]);

  await training.close();
  await page.getByText('Not running').waitFor();
  await page.getByText('The training has ended').waitFor();
});
