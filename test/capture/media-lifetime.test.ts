import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMedia } from './media-maker.js';

const ROUNDS = 100;
/** Growth of a leaking round: a decoder or a picture left behind is 100 kB or more. */
const GROWTH_MB_MAX = 12;

const script = fileURLToPath(new URL('./media-rounds.mjs', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mien-rounds-'));
  const file = (name: string): string => join(folder, name);
  const video = { codec: 'libx264', frameCount: 20, options: { preset: 'ultrafast' } };
  await makeMedia(file('good.mp4'), { container: 'mp4', video });
  await makeMedia(file('sound.mkv'), { container: 'matroska', video, sounds: [{ codec: 'libvorbis', seconds: 1 }] });
  await makeMedia(file('sound.m4a'), { container: 'mp4', sounds: [{ codec: 'aac', seconds: 1 }] });
  await makeMedia(file('any.gif'), { container: 'gif', video: { codec: 'gif', pixelFormat: 'rgb8', isTagged: false } });
  writeFileSync(file('cut.mkv'), readFileSync(file('sound.mkv')).subarray(0, 900));
  const unknown = readFileSync(file('sound.mkv'));
  unknown.write('A_SECRET', unknown.indexOf('A_VORBIS'), 'latin1');
  writeFileSync(file('unknown.mkv'), unknown);
  writeFileSync(file('notes.txt'), 'text '.repeat(100));
});
afterAll(() => rmSync(folder, { recursive: true }));

// Set-up builds dist/ before the tests run.
describe.skipIf(!existsSync(new URL('../../dist/output/recording-sink.js', import.meta.url)))(
  `${ROUNDS} rounds under garbage collection: no crash, nothing on stderr, no file left open, memory within ${GROWTH_MB_MAX} MB`,
  () => {
    for (const kind of ['reading', 'failing-reads', 'recording', 'failing-recordings']) {
      test(kind, () => {
        const run = spawnSync(process.execPath, ['--expose-gc', script, folder, kind, `${ROUNDS}`], {
          encoding: 'utf8',
        });
        expect(run.signal).toBeNull();
        expect(run.stderr).toBe('');
        expect(run.status).toBe(0);
        const { first, last } = JSON.parse(run.stdout);
        expect(last.files).toBe(first.files);
        expect(last.rssMb - first.rssMb).toBeLessThan(GROWTH_MB_MAX);
      });
    }
  },
);
