import { readFileSync } from 'node:fs';

/** Version of the loaded v4l2loopback module, "0.15.0"; null if it tells none (those before 0.13) or is not loaded. */
export function moduleVersion(): string | null {
  try {
    return readFileSync('/sys/module/v4l2loopback/version', 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * Whether a module is older than 0.13. Until then the driver lets anybody write, and takes a node that was written to
 * without a stream begun for one in use for ever after. Source: v4l2loopback.c of 0.12.7 and 0.13.2,
 * `v4l2_loopback_write` and `v4l2_loopback_close`.
 *
 * @param version - as the module tells it.
 */
export function isBefore013(version: string | null): boolean {
  if (version === null) return true;
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return major === '0' && Number(minor) < 13;
}
