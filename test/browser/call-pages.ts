import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';

const ORIGIN = 'https://call.test';
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A frame as a page saw it. */
export interface PageFrame {
  readonly top: number | null;
  readonly bottom: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/** Calls a function of call-page.js. */
export function ask<Answer>(page: Page, name: string, ...args: readonly unknown[]): Promise<Answer> {
  return page.evaluate(`${name}(...${JSON.stringify(args)})`);
}

const BODY = '<!doctype html><title>call</title><body><script type="module" src="call-page.js"></script>';
const FILES = { 'call-page.js': file('call-page.js'), 'frame-number.js': file('../../dist/capture/frame-number.js') };

/** The files of a call page at an address of this machine, for browsers that cannot be handed them. */
export async function serveCallPage(): Promise<{ url: string; close(): void }> {
  const server = createServer(({ url }, response) => {
    const path = FILES[url!.slice(1) as keyof typeof FILES];
    response.setHeader('content-type', path ? 'text/javascript' : 'text/html');
    response.end(path ? readFileSync(path) : BODY);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

/** Opens a page of call-page.js. Nothing listens: the browser is given its files by the test. */
export async function openCallPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', body: BODY }));
  for (const [name, path] of Object.entries(FILES)) {
    await page.route(`${ORIGIN}/${name}`, (route) => route.fulfill({ contentType: 'text/javascript', path }));
  }
  await page.goto(`${ORIGIN}/`);
  return page;
}
