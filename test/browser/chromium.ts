import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { TestContext } from 'vitest';

/** Where distributions put it; `CHROMIUM` names another. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = [process.env['CHROMIUM'], ...places].find((path) => path !== undefined && existsSync(path));

/**
 * Why a browser test cannot run here, or null. Where MIEN_REQUIRE_TOOLS is set, as .ci/run does, a missing browser is an
 * error, not a reason.
 *
 * @throws Error if there is no Chromium although there must be one.
 */
export function whyNoChromium(): string | null {
  if (found) return null;
  const reason = `no Chromium in ${places.join(', ')} and none named by CHROMIUM`;
  if (process.env['MIEN_REQUIRE_TOOLS']) throw new Error(`${reason}: install it, these tests must run here`);
  return reason;
}

/** Lets pages open PipeWire cameras and call each other on this machine. */
export const CALL_ARGS: readonly string[] = [
  '--enable-features=WebRtcPipeWireCamera',
  '--use-fake-ui-for-media-stream', // answers the question for permission; the camera is real
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** What a test needs beside the usual. */
export interface ChromiumOptions {
  readonly args?: readonly string[];
  /** In place of this process's own. */
  readonly env?: Record<string, string>;
}

/** Starts a real, headless Chromium that asks nothing of the network. */
export async function launchChromium({ args = [], env }: ChromiumOptions = {}): Promise<Browser> {
  if (!found) throw new Error('launchChromium needs a Chromium: ask whyNoChromium first');
  return chromium.launch({
    executablePath: found,
    ...(env ? { env } : {}),
    args: [
      '--no-sandbox', // CI runs as root
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  });
}

/** Skips the running test, saying why. */
export function needsChromium(context: TestContext): void {
  const reason = whyNoChromium();
  if (reason) context.skip(reason);
}
