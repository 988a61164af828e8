import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Clips and stills lie beside the repository, or where this says; what needs them is skipped where there are none. */
const folder = process.env['MIEN_CLIPS'] ?? fileURLToPath(new URL('../../../shared/clips', import.meta.url));

export const clipPath = (name: string): string => `${folder}/${name}`;
export const hasClips = existsSync(folder);
