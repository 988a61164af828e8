import { createRequire } from 'node:module';
import type Sharp from 'sharp';

/** The picture library. Its ES module needs Node 20.10 (import attributes); required, it loads in 20.9 too. */
export const sharp = createRequire(import.meta.url)('sharp') as typeof Sharp;
