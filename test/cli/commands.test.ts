import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSource, type SourceSpec } from '../../src/capture/create-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Y4mWriter } from '../../src/output/y4m-writer.js';
import { makeMedia } from '../capture/media-maker.js';
import { runMien, startMien } from './run-mien.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-commands-'));

function specOf(input: string): SourceSpec {
  return {
    kind: 'clip',
    input,
    width: null,
    height: null,
    fps: null,
    fit: 'crop',
    loop: false,
    paced: false,
    frameLimit: null,
  };
}

/** Size, rate and frames that a file really has. */
async function readAll(path: string) {
  const source = createSource(specOf(path));
  const { layout, rate } = await source.open();
  const pixels = new Uint8Array(layout.byteLength);
  let frames = 0;
  let lastPts = Number.NaN;
  for (;;) {
    const stamp = await source.read(pixels);
    if (!stamp) break;
    frames++;
    lastPts = stamp.pts;
  }
  await source.close();
  return { width: layout.width, height: layout.height, fps: rate.num / rate.den, frames, lastPts };
}

test('process keeps size, rate, frame count and duration of the demo clip', async () => {
  const out = join(folder, 'processed.mp4');
  const input = await readAll(demoClipPath());
  const { code, stdout, stderr } = await runMien(['process', demoClipPath(), out, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ frames: input.frames, isPartial: false });
  const output = await readAll(out);
  expect({ ...output, lastPts: 0 }).toEqual({ ...input, lastPts: 0 });
  expect(output.lastPts).toBeCloseTo(input.lastPts, 2);
  expect(existsSync(`${out}.part`)).toBe(false);

  const again = await runMien(['process', demoClipPath(), out]);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/processed\.mp4.*exists/);
});

test('process interrupted at any moment: a film that plays up to there or none, no half file, exit code 1', async () => {
  for (const [index, laterMs] of [0, 20, 200, 400].entries()) {
    const out = join(folder, `interrupted-${index}.mp4`);
    const mien = startMien(['process', demoClipPath(), out, '--json', '--size', '1280x720']);
    while (!existsSync(`${out}.part`)) await delay(5);
    await delay(laterMs); // models are loading, or frames run: whichever it is
    mien.kill('SIGTERM');
    const { code, stderr } = await mien.finished;
    expect(stderr).toMatch(/^mien: Stopped before the (end|first frame) of/);
    expect(code).toBe(1);
    expect(existsSync(`${out}.part`)).toBe(false);
    if (existsSync(out)) expect((await readAll(out)).frames).toBeGreaterThan(0);
  }
});

test('track prints a line a frame with 478 points, raw and smoothed', async () => {
  const { code, stdout } = await runMien(['track', demoClipPath(), '--json']);
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { frames } = await readAll(demoClipPath());
  expect(lines).toHaveLength(frames);
  const withFace = lines.filter((line) => line.points !== null);
  expect(withFace.length / frames).toBeGreaterThan(0.95);
  for (const [index, line] of lines.entries()) expect(line.frame).toBe(index);
  const [first] = withFace;
  expect(first.points).toHaveLength(478);
  expect(first.raw).toHaveLength(478);
  expect(first.box.width).toBeGreaterThan(50);
  expect(first.points.every(([x, y]: number[]) => x! > 0 && x! < 400 && y! > 0 && y! < 300)).toBe(true);
});

test('bench --json has the documented shape', async () => {
  const { code, stdout } = await runMien(['bench', '--seconds', '1', '--size', '320x180', '--json']);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.fps).toBeGreaterThan(0);
  expect(result.rssMb).toBeGreaterThan(20);
  for (const key of ['p50', 'p95', 'p99', 'budget']) expect(result.total[key]).toBeGreaterThan(0);
  expect(result.stages.map((stage: { name: string }) => stage.name)).toEqual([
    'capture',
    'load',
    'track',
    'effect',
    'blend',
    'write',
  ]);
});

test('bench refuses a webcam, which would measure its own rate', async () => {
  const { code, stderr } = await runMien(['bench', '--source', 'camera']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('A webcam cannot be measured with')]);
});

test('--json prints an object a second, and SIGTERM leaves a playable recording and exit code 0', async () => {
  const out = join(folder, 'live.mp4');
  const mien = startMien(['--json', '--no-preview', '--record', out, '--size', '320x240']);
  await mien.until(/(\{.*\n){2}.*"written":(2[1-9]|[3-9]\d|\d{3,}),/);
  mien.kill('SIGTERM');
  const { code, stdout } = await mien.finished;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.at(-1).frames.written).toBeGreaterThan(20);
  const recorded = await readAll(out);
  expect(recorded).toMatchObject({ width: 320, height: 240 });
  expect(recorded.frames).toBeGreaterThan(20);
});

test('kill -9 in the middle of a recording leaves a file that plays', async () => {
  const out = join(folder, 'killed.mp4');
  const mien = startMien(['--plain', '--no-preview', '--record', out, '--size', '320x240']);
  await mien.until(/(fps .*\n){4}/);
  mien.kill('SIGKILL');
  await mien.finished;
  expect(statSync(out).size).toBeGreaterThan(1000);
  expect((await readAll(out)).frames).toBeGreaterThan(10);
});

test('the preview page answers on loopback with its token only', async () => {
  const mien = startMien(['--plain', '--size', '320x240']);
  const [, address] = await mien.until(/preview page: (http:\S+)/);
  const url = new URL(address!);
  expect(url.hostname).toBe('127.0.0.1');
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(url.origin)).status).toBe(403);
  mien.kill('SIGINT');
  expect((await mien.finished).code).toBe(0);
});

test('a clip that does not loop ends by itself', async () => {
  const clip = join(folder, 'short.y4m');
  const layout = i420Layout(64, 48);
  const writer = new Y4mWriter({ layout, rate: { num: 25, den: 1 } }, clip);
  for (let frame = 0; frame < 25; frame++) writer.write(new Uint8Array(layout.byteLength).fill(4 * frame));
  writer.close();
  const { code } = await runMien(['--plain', '--no-preview', '--no-loop', '--source', clip]);
  expect(code).toBe(0);
});

test('mien --plain | head ends the camera with the reader, and so does mien track | head', () => {
  const bin = fileURLToPath(new URL('../../bin/mien.js', import.meta.url));
  for (const args of ['--plain --no-preview', 'track demo --json']) {
    const command = `"${process.execPath}" "${bin}" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, error } = spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 30_000 });
    expect(error).toBeUndefined();
    expect(stdout.trim().split('\n').at(-1)).toBe('0');
  }
});

test('process tells what a file loses: sound in y4m, the end of a file that was cut short', async () => {
  const whole = join(folder, 'with-sound.mkv');
  await makeMedia(whole, {
    container: 'matroska',
    video: { codec: 'mpeg4', frameCount: 75 },
    sounds: [{ codec: 'aac', seconds: 3 }],
  });
  const silent = await runMien(['process', whole, join(folder, 'silent.y4m')]);
  expect(silent.stderr).toMatch(/^warning: \.y4m holds no sound; that of .*with-sound\.mkv is left out/);
  expect(silent.code).toBe(0);

  const cut = join(folder, 'cut.mkv');
  copyFileSync(whole, cut);
  truncateSync(cut, statSync(whole).size / 2);
  const short = await runMien(['process', cut, join(folder, 'short.mp4')]);
  expect(short.stderr).toMatch(/^warning: .*cut\.mkv gave \d+ of the 75 frames/);

  const kept = await runMien(['process', whole, join(folder, 'kept.mp4')]);
  expect(kept.stderr).toBe('');
});

test.skipIf(!existsSync('/dev/full'))('process onto a full disk: told, exit code 1, nothing left', async () => {
  const out = join(folder, 'full.y4m');
  symlinkSync('/dev/full', `${out}.part`);
  const { code, stderr } = await runMien(['process', demoClipPath(), out]);
  expect(stderr).toMatch(/^mien: .*full\.y4m cannot be written: the disk is full\.\n/);
  expect(code).toBe(1);
  expect(readdirSync(folder).filter((name) => name.startsWith('full'))).toEqual([]);
});

test('a run that ends while it records says where the film lies', async () => {
  const out = join(folder, 'ended.mp4');
  const { code, stderr } = await runMien([
    ...['--plain', '--no-preview', '--source', join(folder, 'with-sound.mkv'), '--no-loop', '--record', out],
  ]);
  expect(code).toBe(0);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`recorded ${out}`);
  expect((await readAll(out)).frames).toBeGreaterThan(50);
});
