import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { PageClient, pause, until } from '../output/preview-page-client.js';
import { launchChromium, needsChromium, whyNoChromium } from './chromium.js';
import { MovingPreview } from './moving-preview.js';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let preview: MovingPreview;
/** What must stay empty: errors of the page's script, refused resources, violations of its security policy. */
let complaints: string[];

beforeAll(async () => {
  if (whyNoChromium() === null) browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async (running) => {
  needsChromium(running);
  preview = new MovingPreview();
  await preview.start();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});
afterEach(async () => {
  await context?.close();
  await preview?.stop();
});

async function openPage(): Promise<void> {
  await page.goto(preview.sink.address!);
  await page.locator('#veil').waitFor({ state: 'hidden' });
}

// What runs in the page is given elements by a locator: the types of the DOM are not those of this program.

/** RGB of a pixel of the canvas. */
function pixel(x: number, y: number): Promise<number[]> {
  return page
    .locator('#picture')
    .evaluate((canvas, at) => [...canvas.getContext('2d').getImageData(at.x, at.y, 1, 1).data.slice(0, 3)], { x, y });
}

/** The column of the bar in the canvas. */
function barColumn(): Promise<number> {
  return page.locator('#picture').evaluate((canvas) => {
    const row = canvas.getContext('2d').getImageData(0, 40, canvas.width, 1).data;
    for (let x = 0; x < canvas.width; x++) if (row[4 * x] > 225) return x;
    return -1;
  });
}

/** Slides to a value with the keyboard, as the control's own events do. */
const slideTo = (value: string) => page.getByLabel('Strength').fill(value);

/** Shades of grey of luma 60 + lift, in limited range. */
const grey = (lift: number) => Math.round(((60 + lift - 16) * 255) / 219);

test('the picture moves, in its own size, without a complaint of the browser', async () => {
  await openPage();
  const columns: number[] = [];
  for (let i = 0; i < 5; i++) {
    columns.push(await barColumn());
    await page.waitForTimeout(120);
  }
  expect(new Set(columns).size).toBe(5);
  const size = await page.locator('#picture').evaluate((canvas) => [canvas.width, canvas.height]);
  expect(size).toEqual([1280, 720]);
  expect(complaints).toEqual([]);
});

test('pictures of 1280x720 arrive at the pace of the camera (the figure is printed), and their age is told', async () => {
  await openPage();
  const seconds = 5;
  const cpu = process.cpuUsage();
  const sentBefore = preview.sink.stats.sent;
  await page.waitForTimeout(seconds * 1000);
  const sent = preview.sink.stats.sent - sentBefore;
  const { user, system } = process.cpuUsage(cpu);
  const shown = await page.textContent('#page-rate');
  const cpuPercent = (user + system) / 1e4 / seconds;
  console.log(
    `${(sent / seconds).toFixed(1)} pictures a second delivered; the page says: ${shown}; mean write ` +
      `${(preview.writeMs / preview.frames).toFixed(2)} ms; this process (painting, encoding, sending) ${cpuPercent.toFixed(0)} % of a core`,
  );
  expect(shown).toMatch(/^\d+ fps, \d+ ms old$/);
  expect(sent / seconds).toBeGreaterThan(10); // whatever else the machine is doing
});

test('the slider changes the pixels, and says so at most 20 times a second', async () => {
  await openPage();
  await slideTo('0');
  await expect.poll(async () => Math.abs((await pixel(640, 500))[0]! - grey(0))).toBeLessThanOrEqual(3);
  await slideTo('100');
  await expect.poll(async () => Math.abs((await pixel(640, 500))[0]! - grey(100))).toBeLessThanOrEqual(3);
  expect(await page.textContent('#strength-value')).toBe('100 %');

  preview.commands.length = 0;
  await page.locator('#strength').evaluate(async (slider) => {
    for (let i = 0; i <= 100; i++) {
      slider.value = String(i);
      slider.dispatchEvent(new Event('input'));
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await expect.poll(() => preview.settings.strength).toBe(100); // the last one is never lost
  expect(preview.commands.length).toBeLessThan(20);
});

test('switches and buttons do what they say', async () => {
  await openPage();
  await page.getByText('Touch-up').click();
  await expect.poll(() => preview.settings.effect).toBe('none');
  await expect.poll(async () => Math.abs((await pixel(640, 500))[0]! - grey(0))).toBeLessThanOrEqual(3);
  expect(await page.getByLabel('Strength').isDisabled()).toBe(true);
  await page.getByText('Mirror').click();
  await expect.poll(() => preview.settings.mirror).toBe(true);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect.poll(() => preview.settings.paused).toBe(true);
  await expect.poll(() => page.textContent('#status')).toBe('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => preview.settings.paused).toBe(false);
  await page.getByRole('button', { name: 'Record' }).click();
  await expect.poll(() => preview.isRecording).toBe(true);
  await expect.poll(() => page.locator('#recording-badge').isVisible()).toBe(true);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => preview.isRecording).toBe(false);
  expect(complaints).toEqual([]);
});

test('avatars are offered with their stills, put on and taken off; the own face is not to be had meanwhile', async () => {
  const still = await sharp({ create: { width: 300, height: 400, channels: 3, background: '#8a5' } })
    .png()
    .toBuffer();
  await openPage();
  expect(await page.locator('#avatar-panel').isVisible()).toBe(false);
  await preview.sink.publishAvatars([
    { name: 'mona-lisa', title: 'Mona Lisa', isDemo: true, still },
    { name: 'broken', title: '<b>Broken</b>', isDemo: false, still: Buffer.from('no picture') },
  ]);
  const mona = page.getByRole('button', { name: 'Mona Lisa' });
  await expect.poll(() => mona.locator('img').evaluate((image) => image.naturalWidth)).toBe(192);
  expect(await page.getByRole('button', { name: '<b>Broken</b>' }).locator('img').count()).toBe(0);

  const chosen = { kind: 'chosen', name: 'Mona Lisa', until: null } as const;
  preview.avatar = { ...chosen, wear: { kind: 'worn' } };
  await mona.click();
  await expect.poll(() => preview.settings).toMatchObject({ effect: 'avatar', avatar: 'mona-lisa' });
  await expect.poll(() => page.textContent('#avatar-state')).toBe('Mona Lisa is worn.');
  expect(await mona.getAttribute('aria-pressed')).toBe('true');
  await expect.poll(() => page.locator('#effect').isDisabled()).toBe(true);
  expect(await page.locator('#split-view').isDisabled()).toBe(true);
  if (process.env['MIEN_PICTURES']) await page.screenshot({ path: `${process.env['MIEN_PICTURES']}/avatar-page.png` });

  const words = 'more than one face is seen';
  preview.avatar = { ...chosen, wear: { kind: 'withheld', shows: 'card', reason: 'other faces', words } };
  await page.getByRole('button', { name: 'It is me' }).click();
  await expect.poll(() => preview.commands.at(-1)).toEqual({ kind: 'confirm-face' });
  await page.getByRole('button', { name: 'Take off' }).click();
  await expect.poll(() => preview.settings.effect).toBe('touch-up');
  await expect.poll(() => page.locator('#effect').isDisabled()).toBe(false);
  expect(complaints).toEqual([]);
});

test.each([1280, 700])('a recording with a long name widens no panel past a window of %s px', async (width) => {
  await page.setViewportSize({ width, height: 800 });
  preview.isRecording = true;
  await openPage();
  const output = page.locator('#outputs li', { hasText: 'recording' });
  await output.waitFor();
  for (const part of [output, page.locator('#outputs-panel')]) {
    const box = await part.boundingBox();
    expect(box!.x + box!.width).toBeLessThanOrEqual(width - 10);
  }
});

test('controls follow what is changed elsewhere', async () => {
  await openPage();
  preview.settings = { ...preview.settings, strength: 15, mirror: true, paused: true };
  await expect.poll(() => page.inputValue('#strength')).toBe('15');
  await expect.poll(() => page.isChecked('#mirror')).toBe(true);
  await expect.poll(() => page.getAttribute('#pause', 'aria-pressed')).toBe('true');
});

test('the latency of each stage is shown, and the one that breaks the budget is named', async () => {
  await openPage();
  await expect.poll(() => page.locator('#stages tr').count()).toBe(3);
  expect(await page.textContent('#total')).toBe('27.5 ms');
  expect(await page.textContent('#verdict')).toContain('“blend” takes too long');
  const states = await page.locator('#stages tr').evaluateAll((rows) => rows.map((row) => row.dataset.state));
  expect(states).toEqual(['within', 'within', 'over']);
  expect(await page.locator('#stages tr').last().textContent()).toBe('blend23.535.34.0');
  for (const [id, text] of [
    ['fps-in', '30.0 fps'],
    ['dropped', '4'],
    ['face', 'Tracked, 240 px'],
    ['cpu', '42 %'],
    ['memory', '210 MB'],
    ['uptime', '1:01'],
  ]) {
    expect(await page.textContent(`#${id}`), id).toBe(text);
  }
});

test('the divider parts before from after, by mouse and by keyboard', async () => {
  preview.settings = { ...preview.settings, split: true, strength: 100 };
  await openPage();
  await page.getByRole('slider', { name: /before and after/ }).waitFor();
  const parted = async (left: number, right: number) => {
    const seen = [(await pixel(left, 500))[0]!, (await pixel(right, 500))[0]!];
    return Math.max(Math.abs(seen[0]! - grey(0)), Math.abs(seen[1]! - grey(100))) <= 3;
  };
  await expect.poll(() => parted(600, 680)).toBe(true);

  const box = (await page.locator('#split').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 90, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => parted(290, 350)).toBe(true);
  const divider = page.locator('#divider');
  expect(Number(await divider.getAttribute('aria-valuenow'))).toBe(25);

  await page.keyboard.press('End');
  await expect.poll(async () => Math.abs((await pixel(1270, 500))[0]! - grey(0))).toBeLessThanOrEqual(3);
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(() => parted(1100, 1200)).toBe(true); // 90 % of 1280 is 1152

  await page.getByText('Before and after').click();
  await expect.poll(() => page.locator('#split').isHidden()).toBe(true);
  expect(complaints).toEqual([]);
});

test('everything can be reached and used with the keyboard alone', async () => {
  await openPage();
  const reached: string[] = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    reached.push(await page.locator(':focus').evaluate((element) => element.id));
  }
  expect(reached).toEqual(['effect', 'strength', 'split-view', 'mirror', 'pause', 'record']);
  await page.focus('#mirror');
  await page.keyboard.press('Space');
  await expect.poll(() => preview.settings.mirror).toBe(true);
  await page.focus('#strength');
  await page.keyboard.press('Home');
  await expect.poll(() => preview.settings.strength).toBe(0);
  // Every control has a name for those who cannot see it.
  for (const control of await page.locator('input, button, [role=slider]').all()) {
    const name = await control.evaluate(
      (element) => element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent,
    );
    expect(name.trim()).not.toBe('');
  }
});

test('a wrong token gets nothing: no page, no picture', async () => {
  const response = await page.goto(new URL(`/${'x'.repeat(32)}/`, preview.sink.address!).href);
  expect(response?.status()).toBe(403);
  await page.waitForTimeout(300);
  expect(await page.locator('canvas').count()).toBe(0);
  expect(preview.sink.stats).toMatchObject({ clients: 0, encoded: 0 });
});

test('another site in the same browser cannot open the socket, not even knowing the token', async () => {
  const evil = new MovingPreview(); // any other origin on this machine
  await page.goto(await evil.start());
  const outcome = await page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    new URL('socket', preview.sink.address!.replace('http', 'ws')).href,
  );
  expect(outcome).toBe('refused');
  expect(preview.sink.stats.clients).toBe(0);
  await evil.stop();
});

test('a page whose script has frozen slows nobody: the other gets its pictures, writes stay quick', async () => {
  await openPage();
  const frozen = await context.newPage();
  await frozen.goto(preview.sink.address!);
  await until(() => preview.sink.stats.clients === 2);
  await pause(500);
  await frozen.evaluate(() => {
    // After the answer has left: the page then does nothing else for 4 s.
    setTimeout(() => {
      const until = performance.now() + 4000;
      while (performance.now() < until);
    }, 50);
  });
  await pause(200);
  const [before, framesBefore] = [preview.sink.stats, preview.frames];
  await pause(3000);
  const sent = preview.sink.stats.sent - before.sent;
  const fed = preview.frames - framesBefore;
  console.log(
    `${sent} of ${fed} frames reached the page beside a frozen one; mean write ${(preview.writeMs / preview.frames).toFixed(2)} ms`,
  );
  // The frozen page takes 2 at most, so these went to the other.
  expect(sent - 2).toBeGreaterThan(0.3 * fed);
  expect(preview.sink.stats.bufferedBytes).toBeLessThan(1 << 20);
  // It thaws, and gets its own again.
  await pause(1500);
  const [thawedSent, thawedFrames] = [preview.sink.stats.sent, preview.frames];
  await until(() => preview.sink.stats.sent - thawedSent > preview.frames - thawedFrames + 10);
});

test('pages that withhold acknowledgements leave the pace of a real one as it was', async () => {
  const silent = Array.from({ length: 6 }, () => new PageClient(preview.sink.address!, false));
  for (const client of silent) await client.opened();
  await openPage();
  const [sentBefore, framesBefore] = [preview.sink.stats.sent, preview.frames];
  await pause(2000);
  const share = (preview.sink.stats.sent - sentBefore) / (preview.frames - framesBefore);
  console.log(`${(100 * share).toFixed(0)} % of the frames reached the page beside 6 silent ones`);
  for (const client of silent) expect(client.pictures.length).toBeLessThanOrEqual(2);
  expect(share).toBeGreaterThan(0.3);
  for (const client of silent) client.socket.terminate();
});

test('a hidden page asks for no pictures', async () => {
  await openPage();
  const hide = (isHidden: boolean) =>
    page.locator('html').evaluate((html, value) => {
      Object.defineProperty(html.ownerDocument, 'hidden', { value, configurable: true });
      html.ownerDocument.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await hide(true);
  await pause(300);
  const { sent } = preview.sink.stats;
  await pause(500);
  expect(preview.sink.stats.sent).toBe(sent);
  await hide(false);
  await until(() => preview.sink.stats.sent > sent + 3);
});

test('the page says that mien has gone, and comes back with it', async () => {
  await openPage();
  const address = new URL(preview.sink.address!);
  const token = address.pathname.slice(1, -1);
  await preview.stop();
  await page.getByText('mien is not running').waitFor();
  expect(await page.isDisabled('#strength')).toBe(true);
  preview = new MovingPreview(Number(address.port), token);
  await preview.start();
  await page.locator('#veil').waitFor({ state: 'hidden' });
  expect(await page.textContent('#status')).toBe('Live');
  const first = await barColumn();
  await expect.poll(() => barColumn()).not.toBe(first);
  expect(await page.isDisabled('#strength')).toBe(false);
});

test('started anew with another token, mien is said to have moved', async () => {
  await openPage();
  const port = Number(new URL(preview.sink.address!).port);
  await preview.stop();
  preview = new MovingPreview(port);
  await preview.start();
  await page.getByText('mien has a new address').waitFor();
});

test.each([
  [320, 568],
  [390, 844],
  [820, 1180],
  [1280, 800],
  [1920, 1080],
  [3840, 2160],
])('at %i x %i nothing sticks out, and picture and controls are there', async (width, height) => {
  await page.setViewportSize({ width, height });
  await openPage();
  await expect.poll(() => page.locator('#stages tr').count()).toBe(3);
  const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
  const stage = (await page.locator('#stage').boundingBox())!;
  const record = (await page.locator('#record').boundingBox())!;
  expect(overflow).toBeLessThanOrEqual(0);
  expect(stage.width).toBeGreaterThan(0.6 * Math.min(width, height * 1.5));
  expect(Math.abs(stage.width / stage.height - 16 / 9)).toBeLessThan(0.02);
  expect(record.x + record.width).toBeLessThanOrEqual(width);
});
