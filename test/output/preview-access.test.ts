import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { PreviewSink } from '../../src/output/preview-sink.js';
import { layout, PageClient, pause, plainFrame, rate } from './preview-page-client.js';

let sink: PreviewSink;
let address: string;

beforeEach(async () => {
  sink = new PreviewSink({ port: 0, onCommand: () => expect.unreachable('no command may pass') });
  await sink.open({ layout, rate });
  address = sink.address!;
});
afterEach(() => sink.close());

/** A request with exactly this path and these headers: fetch would tidy both. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(address);
  const sent = request({ host: '127.0.0.1', port, path, headers, method }).end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode as number, headers: response.headers as Record<string, string>, body };
}

const token = () => new URL(address).pathname.slice(1, -1);

test('the address is on loopback and its token has at least 128 bits, new for each sink', async () => {
  expect(new URL(address).hostname).toBe('127.0.0.1');
  expect(Buffer.from(token(), 'base64url').byteLength * 8).toBeGreaterThanOrEqual(128);
  const other = new PreviewSink({ port: 0, onCommand: () => {} });
  await other.open({ layout, rate });
  expect(new URL(other.address!).pathname).not.toBe(new URL(address).pathname);
  await other.close();
});

test('the page and all it needs come with the token, kept from other sites and from caches', async () => {
  const page = await get(`/${token()}/`);
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(page.headers['content-security-policy']).not.toContain('unsafe');
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.headers['x-content-type-options']).toBe('nosniff');
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect(page.headers['cross-origin-resource-policy']).toBe('same-origin');
  const linked = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(linked).toContain('page.js');
  for (const name of linked) expect((await get(`/${token()}/${name}`)).status, name).toBe(200);
  expect(page.body).not.toMatch(/https?:|style="|<script>|\son\w+="/); // nothing from outside, nothing inline
});

test.each([
  ['no token', () => '/'],
  ['no token, a file', () => '/page.js'],
  ['a wrong token', () => `/${'x'.repeat(32)}/`],
  ['a part of the token', () => `/${token().slice(0, -1)}/`],
  ['the token and more', () => `/${token()}x/page.js`],
  ['the token in the query', () => `/?token=${token()}`],
  ['the token further on', () => `/a/${token()}/`],
  ['a whole address as path', () => `http://127.0.0.1/${token()}/`],
])('%s gets 403 and nothing of the page', async (_name, path) => {
  const answer = await get(path());
  expect(answer.status).toBe(403);
  expect(answer.body).not.toMatch(/<|canvas|script/);
  expect(JSON.stringify(answer)).not.toContain(token());
});

test.each([
  ['a foreign Host (DNS rebinding)', { host: 'evil.example' }],
  ['a foreign Host with our port', { host: 'evil.example:80' }],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['an opaque Origin', { origin: 'null' }],
])('%s gets 403 even with the token', async (_name, headers) => {
  expect((await get(`/${token()}/`, headers)).status).toBe(403);
});

test('only files of the page can be asked for, and only read', async () => {
  for (const path of ['../../package.json', '..%2f..%2fpackage.json', 'page.js/..', '.', 'socket', 'constructor']) {
    expect((await get(`/${token()}/${path}`)).status, path).toBe(404);
  }
  expect((await get(`/${token()}/`, {}, 'POST')).status).toBe(405);
  const head = await get(`/${token()}/`, {}, 'HEAD');
  expect([head.status, head.body]).toEqual([200, '']);
});

test.each([
  ['a wrong token', () => new URL(`/${'x'.repeat(32)}/`, address).href, undefined],
  ['no token', () => new URL('/', address).href, undefined],
  ['a foreign origin', () => address, { origin: 'https://evil.example' }],
  ['our host with another port as origin', () => address, { origin: 'http://127.0.0.1:1' }],
  ['no origin', () => address, {}],
  ['a foreign host', () => address, { origin: new URL('http://x.y').origin, host: 'evil.example' }],
])('a socket with %s is refused: no picture is even encoded', async (_name, where, headers) => {
  const client = new PageClient(where(), true, headers);
  expect(await client.opened()).toBe(403);
  for (let i = 0; i < 5; i++) {
    sink.write(plainFrame([100, 128, 128], i));
    await pause(5);
  }
  expect(client.pictures).toHaveLength(0);
  expect(client.messages).toHaveLength(0);
  expect(sink.stats).toMatchObject({ clients: 0, encoded: 0 });
});

test('a ninth page is told to wait its turn; a place that becomes free is given', async () => {
  const clients = Array.from({ length: 8 }, () => new PageClient(address, true));
  for (const client of clients) expect(await client.opened()).toBeNull();
  expect(await new PageClient(address, true).opened()).toBe(503);
  clients[0]!.socket.terminate();
  await once(clients[0]!.socket, 'close');
  await pause(20);
  expect(await new PageClient(address, true).opened()).toBeNull();
});

test('a port that is taken is an error with a remedy', async () => {
  const port = Number(new URL(address).port);
  const second = new PreviewSink({ port, onCommand: () => {} });
  const failure = await second.open({ layout, rate }).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(UserError);
  expect(failure).toMatchObject({ code: 'OUTPUT_FAILED', message: expect.stringContaining(`${port}`) });
  expect((failure as UserError).remedy).toMatch(/another port/);
  await second.close();
});
