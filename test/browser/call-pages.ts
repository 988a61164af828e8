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

/** Opens a page of call-page.js. Nothing listens: the browser is given its files by the test. */
export async function openCallPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const body = '<!doctype html><title>call</title><script type="module" src="call-page.js"></script>';
  const files = { 'call-page.js': file('call-page.js'), 'frame-number.js': file('../../dist/capture/frame-number.js') };
  await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', body }));
  for (const [name, path] of Object.entries(files)) {
    await page.route(`${ORIGIN}/${name}`, (route) => route.fulfill({ contentType: 'text/javascript', path }));
  }
  await page.goto(`${ORIGIN}/`);
  return page;
}
