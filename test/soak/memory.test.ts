import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LiveSettings } from '../../src/config/settings.js';
import { Loop } from '../../src/pipeline/loop.js';
import { startMien } from '../cli/run-mien.js';

/** Open file descriptors of this process. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

test('20 loops started and stopped leave no file open and no thread', async () => {
  const counts: number[] = [];
  for (let round = 0; round < 20; round++) {
    const loop = await Loop.start({
      source: {
        kind: 'clip',
        input: 'synthetic',
        width: 320,
        height: 180,
        fps: 120,
        fit: 'crop',
        loop: false,
        paced: false,
        frameLimit: 10,
      },
      sinks: [{ kind: 'counting' }, { kind: 'preview', port: 0 }],
      settings: LiveSettings.parse({}),
      mode: 'live',
      nextRecording: () => {
        throw new Error('nothing is recorded here');
      },
      renderCard: async (layout) => new Uint8Array(layout.byteLength),
      avatars: {
        open: () => Promise.reject(new Error('nothing is worn here')),
        list: () => [],
        wornFor: 'live-calls',
        renderCard: async (layout) => new Uint8Array(layout.byteLength),
      },
    });
    await loop.done;
    counts.push(openFiles());
  }
  // The first rounds open what the process keeps (epoll, libraries).
  expect(counts.at(-1)!).toBeLessThanOrEqual(counts[4]!);
}, 120_000);

test('a camera that runs for 45 s stays within 400 MB, and its memory stays flat', async () => {
  const mien = startMien(['--json', '--size', '1280x720']);
  const samples: number[] = [];
  await mien.until(/\n(?:.*\n){44}/);
  mien.kill('SIGTERM');
  const { stdout, code } = await mien.finished;
  for (const line of stdout.trim().split('\n')) samples.push(JSON.parse(line).rssMb);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const growth = mean(samples.slice(-10)) - mean(samples.slice(15, 25));
  console.log(`RSS at most ${Math.max(...samples).toFixed(0)} MB, ${growth.toFixed(1)} MB more over the last 20 s`);
  expect(code).toBe(0);
  expect(Math.max(...samples)).toBeLessThan(400);
  expect(growth).toBeLessThan(20);
}, 120_000);
