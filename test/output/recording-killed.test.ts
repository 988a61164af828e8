import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { readFrameNumber } from '../../src/capture/frame-number.js';

const script = fileURLToPath(new URL('./record-until-killed.mjs', import.meta.url));
const FPS = 25;
const FRAMES = 90;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-killed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Records in a process of its own, and kills that once it has written the last of its frames. */
async function recordAndKill(path: string): Promise<void> {
  const child = spawn(process.execPath, [script, path, `${FRAMES}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the recorder ended by itself')));
  });
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
}

async function numbersIn(path: string): Promise<(number | null)[]> {
  const source = new ClipSource(path);
  const { layout } = await source.open();
  const data = new Uint8Array(layout.byteLength);
  const numbers: (number | null)[] = [];
  while (await source.read(data)) numbers.push(readFrameNumber(data, layout).top);
  await source.close();
  return numbers;
}

// Set-up builds dist/ before the tests run.
describe.skipIf(!existsSync(new URL('../../dist/output/recording-sink.js', import.meta.url)))(
  'a live recording whose process was killed with SIGKILL',
  () => {
    for (const [name, lostMax] of [
      ['cut.mp4', 1.1],
      ['cut.mov', 1.1],
      ['cut.mkv', 1.1],
      ['cut.y4m', 0],
    ] as const) {
      test(`${name} plays, without at most its last ${lostMax} s`, async () => {
        const path = join(folder, name);
        await recordAndKill(path);
        const numbers = await numbersIn(path);
        expect(numbers).toEqual([...Array(numbers.length).keys()]);
        expect(numbers.length).toBeGreaterThanOrEqual(FRAMES - Math.ceil(lostMax * FPS));
      });
    }
  },
);
