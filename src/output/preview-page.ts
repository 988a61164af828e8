import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, ready to send. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/** Path below the token → file. Only these can be asked for: a request never becomes a path on disk. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The folder of the preview page beside this file: src/output/page, or its copy in dist. */
export const defaultPageRoot = fileURLToPath(new URL('./page/', import.meta.url));

/** What the page of a training has in place of, or beside, the preview's. */
export const trainingPageRoot = fileURLToPath(new URL('./training-page/', import.meta.url));

/**
 * Reads a page into memory, with the typeface it is set in. `''` is index.html.
 *
 * @param roots - its folders; a file of a later one replaces that of an earlier one of the same name.
 */
export function loadPage(...roots: readonly string[]): PageFiles {
  const files = new Map<string, PageFile>();
  for (const root of roots) {
    for (const name of readdirSync(root)) {
      const type = types[extname(name)];
      if (type) files.set(name, { type, body: readFileSync(join(root, name)) });
    }
  }
  for (const weight of [400, 500, 600]) {
    const name = `inter-latin-${weight}-normal.woff2`;
    const path = createRequire(import.meta.url).resolve(`@fontsource/inter/files/${name}`);
    files.set(name, { type: 'font/woff2', body: readFileSync(path) });
  }
  const index = files.get('index.html');
  if (!index) throw new Error(`no index.html in ${roots.join(', ')}`);
  files.set('', index);
  return files;
}
