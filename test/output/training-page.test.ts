import { afterEach, expect, test } from 'vitest';
import { TrainingPage } from '../../src/output/training-page.js';
import { sharp } from '../../src/system/sharp.js';
import type { RgbPicture, TrainingTelemetry } from '../../src/telemetry/training-telemetry.js';
import { PageClient, until } from './preview-page-client.js';

let page: TrainingPage | null = null;
afterEach(() => page?.close());

const telemetry: TrainingTelemetry = {
  name: 'me',
  size: 128,
  stage: { kind: 'targets', doing: 'reading me.mp4', done: 3, total: 9 },
  losses: [],
};

function plain(red: number, green: number, blue: number): RgbPicture {
  const rgb = new Uint8Array(3 * 16 * 16);
  for (let at = 0; at < rgb.length; at += 3) rgb.set([red, green, blue], at);
  return { width: 16, height: 16, data: rgb };
}
const sample = { driver: plain(200, 0, 0), target: plain(0, 200, 0), result: plain(0, 0, 200) };

test('a page that is opened late gets the newest figures and pictures at once, side by side', async () => {
  page = await TrainingPage.open(0);
  page.update(telemetry);
  await page.show(sample);
  const client = new PageClient(page.address, true);
  expect(await client.opened()).toBeNull();
  await until(() => client.pictures.length > 0 && client.messages.length > 0);
  expect(client.messages[0]).toEqual({ type: 'training', telemetry });
  const { data, info } = await sharp(client.pictures[0]!.jpeg).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([48, 16]);
  const channelAt = (x: number, channel: number) => data[3 * (8 * 48 + x) + channel]!;
  for (const [x, channel] of [
    [8, 0],
    [24, 1],
    [40, 2],
  ] as const) {
    expect(channelAt(x, channel)).toBeGreaterThan(190);
    expect(channelAt(x, (channel + 1) % 3)).toBeLessThan(20);
  }
});

test('a page that does not draw gets two pictures and no more, and holds nobody up', async () => {
  page = await TrainingPage.open(0);
  const [slow, quick] = [new PageClient(page.address, false), new PageClient(page.address, true)];
  await Promise.all([slow.opened(), quick.opened()]);
  for (let count = 1; count <= 5; count++) {
    await page.show(sample);
    await until(() => quick.pictures.length === count);
    await quick.heard();
  }
  expect(slow.pictures.length).toBe(2);
});

test('it is closed to whoever does not know its address, and serves its own page to who does', async () => {
  page = await TrainingPage.open(0);
  const { origin } = new URL(page.address);
  expect((await fetch(`${origin}/`)).status).toBe(403);
  expect((await fetch(`${origin}/guess/`)).status).toBe(403);
  const index = await fetch(page.address);
  expect(await index.text()).toContain('making an avatar');
  expect(index.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const file of ['training.js', 'training.css', 'page.css', 'picture.js', 'connection.js', 'mark.svg']) {
    expect((await fetch(new URL(file, page.address))).status).toBe(200);
  }
  const stranger = new PageClient(page.address, true, { origin: 'http://elsewhere.example' });
  expect(await stranger.opened()).toBe(403);
});
