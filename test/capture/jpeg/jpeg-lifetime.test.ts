import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTurboJpeg } from '../../../src/capture/jpeg/turbo-jpeg.js';
import { makeJpeg, paintWaves, withoutSegments } from './jpeg-maker.js';

const ROUNDS = 100;
/** A decoder or a picture left behind in every round is more. */
const GROWTH_MB_MAX = 8;

const script = fileURLToPath(new URL('./jpeg-rounds.mjs', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mien-jpeg-'));
  const jpeg = await makeJpeg(paintWaves(160, 96), 160, 96, '4:2:2');
  writeFileSync(join(folder, 'whole.jpg'), jpeg);
  writeFileSync(join(folder, 'bare.jpg'), withoutSegments(jpeg, 0xc4));
});
afterAll(() => rmSync(folder, { recursive: true }));

// Set-up builds dist/ before the tests run.
describe.skipIf(!existsSync(new URL('../../../dist/capture/jpeg/turbo-jpeg.js', import.meta.url)))(
  `${ROUNDS} rounds under garbage collection: no crash, nothing on stderr, memory within ${GROWTH_MB_MAX} MB`,
  () => {
    test.each(['libjpeg-turbo', 'FFmpeg'])('%s', (kind) => {
      if (kind === 'libjpeg-turbo' && loadTurboJpeg() === null) return;
      const files = [join(folder, 'whole.jpg'), join(folder, 'bare.jpg')];
      const run = spawnSync(process.execPath, ['--expose-gc', script, ...files, kind, `${ROUNDS}`], {
        encoding: 'utf8',
      });
      expect(run.stderr).toBe('');
      expect(run.signal).toBeNull();
      expect(run.status).toBe(0);
      const { first, last } = JSON.parse(run.stdout);
      expect(last - first).toBeLessThan(GROWTH_MB_MAX);
    });
  },
);
