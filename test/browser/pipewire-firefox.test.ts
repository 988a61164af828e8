import { afterAll, beforeAll, expect, test } from 'vitest';
import { PrivateSession, whyNoSession } from '../pipewire/private-session.mjs';
import { Producer } from '../pipewire/programs.js';
import { expectWholeAndInOrder, medianAgeMs } from './call-frames.js';
import { type PageFrame, serveCallPage } from './call-pages.js';
import { Firefox, hasFirefox, needsFirefox } from './firefox.js';

const LABEL = 'mien for the test';

let session: PrivateSession;
let producer: Producer;
let firefox: Firefox;
let page: Awaited<ReturnType<typeof serveCallPage>>;

beforeAll(async () => {
  if (!hasFirefox || whyNoSession({ portal: true }) !== null) return;
  session = await PrivateSession.start({ portal: true });
  producer = new Producer(session, { description: LABEL, stamps: true });
  await producer.event();
  const preferences = {
    'media.webrtc.camera.allow-pipewire': true,
    'media.navigator.permission.disabled': true, // nobody is there to say yes
  };
  firefox = await Firefox.launch(preferences, session.env);
  page = await serveCallPage();
  await firefox.navigate(page.url);
});
afterAll(async () => {
  await firefox?.close();
  page?.close();
  await session?.close();
});

test('Firefox finds the camera through the portal and shows its picture whole and in order', async (context) => {
  needsFirefox(context);
  const reason = whyNoSession({ portal: true });
  if (reason) context.skip(reason);
  // Firefox asks the portal when a page asks for a camera, and may have been too early.
  const open = () => firefox.ask('openAnyCamera', { width: 1280, height: 720 }).catch(({ message }: Error) => message);
  await expect.poll(open, { timeout: 60_000, interval: 500 }).toBe(LABEL);
  const frames = await firefox.ask<PageFrame[]>('watchVideo', 45);
  expectWholeAndInOrder(frames);
  console.log(`from capture to a page in Firefox: ${(await medianAgeMs(frames, producer)).toFixed(1)} ms, median`);
});
