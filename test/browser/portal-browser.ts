import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { TestContext } from 'vitest';
import { type PrivateSession, whyNoSession } from '../pipewire/private-session.mjs';
import { openCallPage } from './call-pages.js';
import { CALL_ARGS, launchChromium, needsChromium, whyNoChromium } from './chromium.js';

/** Whether a browser can look for cameras through a portal here. */
export function hasPortalBrowser(): boolean {
  return whyNoChromium() === null && whyNoSession({ portal: true }) === null;
}

/** Skips the running test where it cannot, saying why. */
export function needsPortalBrowser(running: TestContext): void {
  needsChromium(running);
  const reason = whyNoSession({ portal: true });
  if (reason) running.skip(reason);
}

/** A Chromium that finds the cameras of a session, with a call page in it that may use them. */
export async function openPortalBrowser(
  session: PrivateSession,
): Promise<{ browser: Browser; context: BrowserContext; page: Page }> {
  const browser = await launchChromium({ env: session.env, args: CALL_ARGS });
  const context = await browser.newContext({ permissions: ['camera'] });
  return { browser, context, page: await openCallPage(context) };
}
