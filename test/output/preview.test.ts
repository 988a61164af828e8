import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Command, LiveSettings } from '../../src/config/settings.js';
import { i420Layout } from '../../src/frame/i420.js';
import { flagSplit } from '../../src/output/preview-protocol.js';
import { PreviewSink } from '../../src/output/preview-sink.js';
import { sharp } from '../../src/system/sharp.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';
import { layout, PageClient, pause, plainFrame, rate, until } from './preview-page-client.js';

let sink: PreviewSink;
let commands: Command[];

beforeEach(async () => {
  commands = [];
  sink = new PreviewSink({ port: 0, onCommand: (command) => commands.push(command) });
  await sink.open({ layout, rate });
});
afterEach(() => sink.close());

async function openPage(acknowledges = true): Promise<PageClient> {
  const client = new PageClient(sink.address!, acknowledges);
  expect(await client.opened()).toBeNull();
  await until(() => client.messages.length > 0);
  return client;
}

async function pixelAt(jpeg: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

// BT.601 limited range: Y 81, U 90, V 240 is red, and Y 145, U 54, V 34 is green (ITU-R BT.601, 8 bit).
const red = [81, 90, 240] as const;
const green = [145, 54, 34] as const;

test('nobody watching: nothing is encoded', async () => {
  for (let i = 0; i < 30; i++) sink.write(plainFrame(red, i));
  await pause(50);
  expect(sink.stats).toEqual({ clients: 0, encoded: 0, sent: 0, bufferedBytes: 0 });
});

test('a picture arrives with its colours (within 3 of 255) and the time it was taken', async () => {
  const page = await openPage();
  expect(page.messages[0]).toEqual({ type: 'hello', width: 320, height: 180, rate });
  const before = Date.now();
  sink.write(plainFrame(red));
  await until(() => page.pictures.length === 1);
  const { jpeg, takenAtMs, flags } = page.pictures[0]!;
  expect(flags).toBe(0);
  expect(takenAtMs).toBeGreaterThan(before - 20);
  expect(takenAtMs).toBeLessThanOrEqual(Date.now() + 1);
  const worst = Math.max(...(await pixelAt(jpeg, 160, 90)).map((value, i) => Math.abs(value - [255, 0, 0][i]!)));
  expect(worst).toBeLessThanOrEqual(3);
});

test('the split shows before on the left of each page’s own divider, after on its right', async () => {
  const [one, two] = [await openPage(), await openPage()];
  one.say({ type: 'view', split: 0.25 });
  two.say({ type: 'view', split: 0.75 });
  await Promise.all([one.heard(), two.heard()]);
  sink.write(plainFrame(red), plainFrame(green).data);
  await until(() => one.pictures.length === 1 && two.pictures.length === 1);
  for (const [page, column] of [
    [one, 80],
    [two, 240],
  ] as const) {
    const { jpeg, flags } = page.pictures[0]!;
    expect(flags & flagSplit).toBe(flagSplit);
    // 17 pixels from the divider: outside the JPEG block that it crosses.
    expect((await pixelAt(jpeg, column - 17, 90))[1]).toBeGreaterThan(250);
    expect((await pixelAt(jpeg, column + 17, 90))[0]).toBeGreaterThan(250);
  }
  expect(sink.stats.encoded).toBe(2);
});

test('pages that show the same share one encoding', async () => {
  const pages = [await openPage(), await openPage(), await openPage()];
  sink.write(plainFrame(red));
  await until(() => pages.every((page) => page.pictures.length === 1));
  expect(sink.stats).toMatchObject({ encoded: 1, sent: 3 });
});

test('odd sizes are shown whole', async () => {
  const odd = i420Layout(161, 91);
  const small = new PreviewSink({ port: 0, onCommand: () => {} });
  await small.open({ layout: odd, rate });
  const page = new PageClient(small.address!, true);
  await page.opened();
  await until(() => small.stats.clients === 1);
  small.write(plainFrame(red, 0, odd), plainFrame(green, 0, odd).data);
  await until(() => page.pictures.length === 1);
  expect(await sharp(page.pictures[0]!.jpeg).metadata()).toMatchObject({ width: 161, height: 91 });
  await small.close();
});

test('a page that withholds acknowledgements gets 2 pictures, and the newest when it asks again', async () => {
  const page = await openPage(false);
  for (let i = 0; i < 40; i++) {
    sink.write(plainFrame([16 + 4 * i, 128, 128], i));
    await pause(3);
  }
  await until(() => page.pictures.length >= 2);
  await pause(50);
  expect(page.pictures).toHaveLength(2);
  page.acknowledge(page.pictures[0]!.number);
  await until(() => page.pictures.length === 3);
  const [grey] = await pixelAt(page.pictures[2]!.jpeg, 10, 10);
  expect(grey).toBeGreaterThan(176); // the 40th: Y 172, that is 182 of 255; the third would be 9
  page.acknowledge(999_999); // never sent: no credit for it
  await page.heard();
  await pause(30);
  expect(page.pictures).toHaveLength(3);
});

test('a socket that never reads, and says that it does, makes 1 MiB wait at most and slows nobody', async () => {
  const large = i420Layout(1280, 720);
  const wide = new PreviewSink({ port: 0, onCommand: () => {} });
  await wide.open({ layout: large, rate });
  const liar = await openSilentSocket(wide);
  const page = new PageClient(wide.address!, true);
  await page.opened();
  await until(() => wide.stats.clients === 2);
  // Noise makes the largest JPEGs: they fill the buffers of the system (some MB) and then ours.
  const frame = plainFrame([128, 128, 128], 0, large);
  for (let i = 0; i < frame.data.length; i++) frame.data[i] = 16 + ((Math.imul(i, 2654435761) >>> 24) * 219) / 255;
  let mostBuffered = 0;
  const count = 60;
  for (let i = 0; i < count; i++) {
    expect(wide.write(frame)).toBeUndefined(); // not a promise: there is nothing to wait for
    await until(() => page.pictures.length === i + 1);
    liar.acknowledge(i);
    mostBuffered = Math.max(mostBuffered, wide.stats.bufferedBytes);
  }
  const pictureBytes = page.pictures[0]!.jpeg.byteLength;
  const toLiar = wide.stats.sent - count;
  console.log(`${count} of ${count} pictures of ${pictureBytes} bytes arrived, ${toLiar} were sent to the silent one;`);
  console.log(`at most ${mostBuffered} bytes waited`);
  expect(mostBuffered).toBeGreaterThan(0); // else the socket was not stalled and the test shows nothing
  expect(mostBuffered).toBeLessThanOrEqual((1 << 20) + pictureBytes + 4096);
  expect(toLiar).toBeLessThan(count);
  liar.destroy();
  await wide.close();
});

/** A WebSocket by hand: it asks to be let in, and reads nothing from then on. */
async function openSilentSocket(at: PreviewSink) {
  const { host, port, pathname, origin } = new URL(at.address!);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `GET ${pathname}socket HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await once(socket, 'readable');
  await until(() => at.stats.clients === 1);
  socket.on('error', () => {}); // the sink may cut it off
  return {
    acknowledge(picture: number): void {
      const text = Buffer.from(JSON.stringify({ type: 'ack', picture }));
      // A masked text frame (RFC 6455, 5.2) with a mask of zeros.
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
    },
    destroy: () => socket.destroy(),
  };
}

test('commands of the page arrive as they are', async () => {
  const page = await openPage();
  page.say({ type: 'command', command: { kind: 'set', patch: { strength: 35, effect: 'none' } } });
  page.say({ type: 'command', command: { kind: 'record', on: true } });
  await until(() => commands.length === 2);
  expect(commands).toEqual([
    { kind: 'set', patch: { strength: 35, effect: 'none' } },
    { kind: 'record', on: true },
  ]);
});

test.each([
  ['not JSON', 'strength=3'],
  ['nothing', ''],
  ['null', 'null'],
  ['an unknown type', { type: 'shutdown' }],
  ['quit, which a page may not ask for', { type: 'command', command: { kind: 'quit' } }],
  ['a strength of 101', { type: 'command', command: { kind: 'set', patch: { strength: 101 } } }],
  ['a strength in words', { type: 'command', command: { kind: 'set', patch: { strength: '50' } } }],
  ['an unknown setting', { type: 'command', command: { kind: 'set', patch: { stength: 50 } } }],
  ['a divider outside the picture', { type: 'view', split: 2 }],
  ['a negative acknowledgement', { type: 'ack', picture: -1 }],
  ['a key too many', { type: 'ack', picture: 0, also: 1 }],
])('%s is answered with an error and changes nothing', async (_name, message) => {
  const page = await openPage();
  page.say(message);
  await until(() => page.errors().length === 1);
  expect(commands).toEqual([]);
  expect(page.errors()[0]).toMatch(/^The page sent a message that .*\.$/);
  sink.write(plainFrame(red)); // and it goes on
  await until(() => page.pictures.length === 1);
});

test('a message of a megabyte ends that connection, not the sink', async () => {
  const [loud, page] = [await openPage(), await openPage()];
  loud.say('x'.repeat(1 << 20));
  const [code] = await once(loud.socket, 'close');
  expect(code).toBe(1009);
  sink.write(plainFrame(red));
  await until(() => page.pictures.length === 1);
});

test('100 reports at once are 2 on the page, the last one among them; a new page is told at once', async () => {
  const page = await openPage();
  for (let i = 1; i <= 100; i++) sink.publishTelemetry(telemetryAt(i));
  const reports = () => page.messages.filter((message) => message.type === 'telemetry');
  await until(() => reports().length === 2);
  await pause(250);
  expect(reports().map((message) => (message['telemetry'] as Telemetry).uptimeS)).toEqual([1, 100]);
  const late = await openPage();
  await until(() => late.messages.length === 2);
  expect((late.messages[1]!['telemetry'] as Telemetry).uptimeS).toBe(100);
});

test('messages reach every page', async () => {
  const pages = [await openPage(), await openPage()];
  sink.publishMessage('warning', 'The camera was unplugged.');
  const wanted = { type: 'message', severity: 'warning', text: 'The camera was unplugged.' };
  await until(() => pages.every((page) => page.messages.length === 2));
  for (const page of pages) expect(page.messages[1]).toEqual(wanted);
});

test('closing says goodbye, frees the port, and may be done twice or before opening', async () => {
  const page = await openPage();
  const port = Number(new URL(sink.address!).port);
  const [[code]] = await Promise.all([once(page.socket, 'close'), sink.close()]);
  expect(code).toBe(1001);
  await sink.close();
  sink.write(plainFrame(red)); // late: ignored
  expect(sink.address).toBeNull();
  await new PreviewSink({ port: 0, onCommand: () => {} }).close();
  const next = new PreviewSink({ port, token: 'chosen-by-the-user-and-long-enough', onCommand: () => {} });
  await next.open({ layout, rate });
  expect(next.address).toBe(`http://127.0.0.1:${port}/chosen-by-the-user-and-long-enough/`);
  await next.close();
});

test('a page that comes back does not see a picture from before it left', async () => {
  const page = await openPage();
  sink.write(plainFrame(red));
  await until(() => page.pictures.length === 1);
  page.socket.terminate();
  await until(() => sink.stats.clients === 0);
  const again = await openPage();
  again.say({ type: 'view', split: 0.5 });
  await again.heard();
  await pause(50);
  expect(again.pictures).toHaveLength(0);
});

function telemetryAt(uptimeS: number): Telemetry {
  const nothing = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN };
  return {
    source: { name: 'test', width: 320, height: 180, fps: 30, status: { kind: 'live' } },
    fpsIn: 30,
    fpsOut: 30,
    frames: { captured: 1, written: 1, dropped: 0 },
    total: { name: 'total', ...nothing, budget: 33.3 },
    stages: [],
    brokenBy: null,
    face: { kind: 'none' },
    avatar: { kind: 'off' },
    settings: LiveSettings.parse({}),
    sinks: [],
    cpuPercent: 0,
    rssMb: 0,
    uptimeS,
  };
}
