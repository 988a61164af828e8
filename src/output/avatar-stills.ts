import { createHash } from 'node:crypto';
import { sharp } from '../system/sharp.js';
import type { PageFile } from './preview-page.js';
import type { PageAvatar } from './preview-protocol.js';

/** An avatar that can be chosen. Plain data that can be sent to another thread. */
export interface AvatarListing {
  readonly name: string;
  readonly title: string;
  /** Whether it is the one that is worn where none is named. */
  readonly isDemo: boolean;
  /** A picture of it, from a pack that nobody has verified; null for none. */
  readonly still: Uint8Array | null;
}

/** Pixels a side of the page's stills, and of the largest picture that one is made from. */
const SIDE = 192;
const MOST_PIXELS = 4096 * 4096;

/**
 * What the page is told of avatars, and the files of their stills by path. A still is decoded and drawn anew: no byte of a
 * pack reaches the browser, and its path is named after the picture, so that a new one is never taken for an old one.
 */
export async function pageAvatars(
  listings: readonly AvatarListing[],
): Promise<{ readonly avatars: readonly PageAvatar[]; readonly files: ReadonlyMap<string, PageFile> }> {
  const files = new Map<string, PageFile>();
  const avatars: PageAvatar[] = [];
  for (const { name, title, isDemo, still } of listings) {
    const body = still === null ? null : await redraw(still);
    const picture = body === null ? null : `avatar-${createHash('sha256').update(body).digest('hex').slice(0, 16)}.png`;
    if (body !== null && picture !== null) files.set(picture, { type: 'image/png', body });
    avatars.push({ name, title, isDemo, picture });
  }
  return { avatars, files };
}

async function redraw(still: Uint8Array): Promise<Buffer | null> {
  try {
    const picture = sharp(still, { limitInputPixels: MOST_PIXELS }).resize(SIDE, SIDE, { position: 'top' });
    return await picture.png().toBuffer();
  } catch {
    return null; // an avatar can be chosen by its name as well
  }
}
