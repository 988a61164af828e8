import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SyntheticSource } from '../../src/capture/synthetic-source.js';
import type { Micros } from '../../src/frame/clock.js';
import { nowMs } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import { type CardState, renderCard } from '../../src/output/card.js';
import { PicturePacker } from '../../src/output/picture-packer.js';
import { nv12Format } from '../../src/output/pipewire/camera-params.js';
import { RecordingSink } from '../../src/output/recording-sink.js';
import { runMien } from '../cli/run-mien.js';
import { PrivateSession, whyNoSession } from './private-session.mjs';
import { framesOfGstreamer, type SeenFrame, startReader } from './programs.js';
import { type Held, RunningMien } from './running-mien.js';

// The whole of mien as a user runs it, seen by other programs through PipeWire.

const layout = i420Layout(1280, 720);
const INTERVAL_MS = 1000 / 30;
/** Only what hangs runs into it. */
const PATIENCE = { timeout: 60_000 };
/** Frames that may be on their way through mien and PipeWire at any moment: one in each channel, thread and link. */
const ON_THEIR_WAY = 5;
/** A picture left behind in each round would be 70 MB and more. */
const GROWTH_MB_MAX = 40;

const SYNTHETIC = ['--source', 'synthetic', '--effect', 'none', '--output', 'pipewire', '--no-preview'];

/** Then `auto` prefers it, and the session of these tests has no say. */
const hasLoopback = existsSync('/sys/module/v4l2loopback');

let session: PrivateSession;
let folder: string;

beforeEach(async (context) => {
  const reason = whyNoSession();
  if (reason) context.skip(reason);
  folder = mkdtempSync(join(tmpdir(), 'mien-pipewire-'));
  session = await PrivateSession.start();
});
afterEach(async () => {
  await session?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Starts mien and waits for its first frame. */
async function started(args: readonly string[] = SYNTHETIC): Promise<RunningMien> {
  const mien = new RunningMien(session, args);
  await mien.says(/first frame of/);
  return mien;
}

/** A card as consumers get it. */
async function cardPixels(state: CardState): Promise<Uint8Array> {
  const packer = await PicturePacker.create(layout, nv12Format(layout));
  packer.pack(await renderCard(layout, { title: 'mien', state }));
  return packer.picture;
}

const hashOfCard = async (state: CardState) =>
  createHash('sha1')
    .update(await cardPixels(state))
    .digest('hex');

/** The names of the cameras that the daemon has. */
const cameras = () =>
  session
    .nodes()
    .filter(({ info }) => info.props['media.class'] === 'Video/Source')
    .map(({ info }) => info.props['node.name']);

/** Both numbers of each frame are the same, and none comes after a later one. */
function expectWholeAndInOrder(frames: readonly SeenFrame[]): void {
  let last = -1;
  for (const { top, bottom } of frames) {
    expect(bottom).toBe(top);
    expect(top).toBeGreaterThanOrEqual(last);
    last = top!;
  }
}

/** A frame that is there twice stands in for one that is late by half an interval. Both stamps are of one clock. */
function expectRepeatsOnlyWhenLate(frames: readonly SeenFrame[]): void {
  for (const [i, { top, capturedAt }] of frames.entries()) {
    const before = frames[i - 1];
    if (before?.top !== top || frames[i - 2]?.top === top) continue;
    expect(capturedAt! - before!.capturedAt!, `frame ${top} again`).toBeGreaterThan(1.5 * INTERVAL_MS - 0.01);
  }
}

test('frames are whole and in order; one is there twice only where the next one is late', async () => {
  await started();
  const frames = await startReader(session, 150).seen();
  expect(frames).toHaveLength(150);
  expectWholeAndInOrder(frames);
  expectRepeatsOnlyWhenLate(frames);
  const ages = frames.map(({ at, capturedAt }) => at - capturedAt!).sort((a, b) => a - b);
  const passed = frames.at(-1)!.top! - frames[0]!.top! + 1;
  console.log(
    `150 pictures of ${passed} frames; ${ages[75]!.toFixed(1)} ms old, median, ${ages.at(-1)!.toFixed(1)} at most`,
  );
});

test('who waits for the camera sees the card "Starting", then the first frames', async () => {
  const reader = startReader(session, 120);
  await expect.poll(() => session.nodes().map(({ info }) => info.props['media.name']), PATIENCE).toContain('reader');
  // Models that must load first: the card is there before a frame can be.
  await started(SYNTHETIC.map((word) => (word === 'none' ? 'touch-up' : word)));
  const frames = await reader.seen();
  const cards = frames.filter(({ top }) => top === null);
  expect(cards.length).toBeGreaterThan(0);
  expect(new Set(cards.map(({ hash }) => hash))).toEqual(new Set([await hashOfCard('starting')]));
  expect(frames.findIndex(({ top }) => top !== null)).toBe(cards.length);
  expectWholeAndInOrder(frames.slice(cards.length));
});

test('paused, all that anybody sees is the card for it', async () => {
  await started([...SYNTHETIC, '--paused']);
  const card = await cardPixels('paused');
  const frames = await framesOfGstreamer(session, 30);
  expect(frames).toHaveLength(30);
  for (const frame of frames) expect(Buffer.compare(frame, card)).toBe(0);
});

test('a source that gives no frames for 3 s: the last one for a second, then the card "No picture", then frames', async () => {
  const clip = join(folder, 'gap.mkv');
  await recordWithGap(clip, { before: 60, gapS: 3, after: 60 });
  const reader = startReader(session, 180);
  await started(SYNTHETIC.with(1, clip));
  const frames = await reader.seen();
  const first = frames.findIndex(({ top }) => top !== null); // after cards that tell of a start
  const card = frames.findIndex(({ top }, i) => i > first && top === null);
  const to = frames.findIndex(({ top }, i) => i > card && top !== null);
  expectWholeAndInOrder(frames.slice(first, card));
  const last = frames[card - 1]!.top!;
  expect(last).toBeLessThan(60);
  // Sent again 1.5 intervals after it came, then once an interval while that is within the second: 29 times at most.
  const again = frames.slice(first, card).filter(({ top }) => top === last).length - 1;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(29);
  const cards = frames.slice(card, to);
  expect(new Set(cards.map(({ hash }) => hash))).toEqual(new Set([await hashOfCard('no picture')]));
  expectWholeAndInOrder(frames.slice(to));
  expect(frames[to]!.top).toBeGreaterThanOrEqual(60);
  console.log(`in 3 s without a frame: ${again} times the last one, ${cards.length} cards`);
});

test('a mien that was stopped for 10 s goes on with new frames: no burst of old ones, no card', async () => {
  const mien = await started();
  const reader = startReader(session, 180);
  await mien.watched(1);
  mien.child.kill('SIGSTOP');
  await pause(10_000);
  const wokenAt = nowMs();
  mien.child.kill('SIGCONT');
  const frames = await reader.seen();
  expectWholeAndInOrder(frames); // of a card there is no number
  const after = frames.filter(({ at }) => at > wokenAt);
  expect(after.length).toBeGreaterThan(60);
  const old = after.filter(({ capturedAt }) => capturedAt! < wokenAt);
  expect(old.length).toBeLessThanOrEqual(ON_THEIR_WAY);
  const inFirstSecond = new Set(after.filter(({ at }) => at < wokenAt + 1000).map(({ top }) => top));
  expect(inFirstSecond.size).toBeLessThanOrEqual(31 + ON_THEIR_WAY);
  const { at, capturedAt } = after[0]!;
  console.log(
    `first picture ${(at - wokenAt).toFixed(1)} ms after the halt, ${(at - capturedAt!).toFixed(1)} ms old; ${old.length} from before it`,
  );
});

test('the daemon is killed and started again: the camera is back by itself, each is told once, consumers see it go on', async () => {
  const mien = await started();
  await startReader(session, 10).seen();
  await session.killDaemon();
  await mien.says(/went away/);
  await session.startDaemon();
  await mien.says(/is back/);
  expect(cameras()).toEqual(['mien']);
  const frames = await startReader(session, 30).seen();
  expect(frames).toHaveLength(30);
  expectWholeAndInOrder(frames);
  const told = mien.said.split('\n').filter((line) => /went away|is back/.test(line));
  expect(told).toEqual([
    'warning: PipeWire camera "mien" went away, trying again: the PipeWire daemon went away',
    'PipeWire camera "mien" is back',
  ]);
});

test('killed with -9 and started again, it is the same camera: who waits for it gets its pictures', async () => {
  const first = await started();
  const reader = startReader(session, 150);
  await first.watched(1);
  await first.end('SIGKILL');
  await expect.poll(cameras, PATIENCE).toEqual([]);
  const killedAt = nowMs();
  await started();
  expect(cameras()).toEqual(['mien']);
  const frames = await reader.seen();
  const after = frames.filter(({ top, at }) => at > killedAt && top !== null);
  expect(after.length).toBeGreaterThan(0);
  expectWholeAndInOrder(after);
});

test('a consumer that comes, is stopped, is killed and comes back: mien goes on, and tells whether anybody watches', async () => {
  const mien = await started();
  await mien.watched(0);
  const consumer = startReader(session, 100_000);
  await mien.watched(1);
  consumer.child.kill('SIGSTOP');
  const stopped = await mien.report();
  await mien.report(({ frames }) => frames.written > stopped.frames.written + 60);
  consumer.child.kill('SIGKILL');
  const killed = await mien.watched(0);
  await mien.report(({ frames }) => frames.written > killed.frames.written + 30);
  const back = startReader(session, 60);
  await mien.watched(1);
  expectWholeAndInOrder(await back.seen());
  await mien.watched(0);
  expect(mien.said).not.toMatch(/warning|error/);
  expect(await mien.end()).toBe(0);
  await expect.poll(cameras, PATIENCE).toEqual([]);
});

test('a second mien ends with exit code 1 and names the first; with --output none it runs', async () => {
  const first = await started();
  const second = await runMien(SYNTHETIC, session.env);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`process ${first.pid}`);
  const other = await started(SYNTHETIC.with(-2, 'none'));
  expect((await other.report()).sinks).toEqual([]);
  expect(cameras()).toEqual(['mien']);
});

test('odd sides are cut by a pixel', async () => {
  await started([...SYNTHETIC, '--size', '641x361']);
  const frames = await startReader(session, { frames: 30, width: 640, height: 360 }).seen();
  expect(frames).toHaveLength(30);
  expectWholeAndInOrder(frames);
});

test('without a daemon, --output pipewire says what to start', async () => {
  await session.killDaemon();
  const { code, stderr } = await runMien(SYNTHETIC, session.env);
  expect(code).toBe(1);
  expect(stderr).toContain(`No PipeWire daemon answers at ${session.env['XDG_RUNTIME_DIR']}`);
  expect(stderr).toContain('Start it with: systemctl --user start pipewire wireplumber');
});

test.skipIf(hasLoopback)('--output auto: a PipeWire camera; without a daemon the preview page, and why', async () => {
  const auto = ['--source', 'synthetic', '--effect', 'none'];
  const mien = await started(auto);
  expect((await mien.report()).sinks.map(({ kind }) => kind)).toEqual(['pipewire', 'preview']);
  expect(cameras()).toEqual(['mien']);
  expect(await mien.end()).toBe(0);

  await session.killDaemon();
  const alone = await started(auto);
  await alone.says(/no virtual camera, only the preview page: .*no PipeWire\. "mien doctor" tells what to do/);
  expect((await alone.report()).sinks.map(({ kind }) => kind)).toEqual(['preview']);
  expect(await alone.end()).toBe(0);
});

test('a daemon that hangs for 3 s holds up nobody: frames go on, those after it are new, and mien can be ended', async () => {
  const mien = await started();
  const reader = startReader(session, 210);
  const watched = await mien.watched(1);
  session.signalDaemon('SIGSTOP');
  await mien.report(({ frames }) => frames.written > watched.frames.written + 90);
  const wokenAt = nowMs();
  session.signalDaemon('SIGCONT');
  const frames = await reader.seen();
  expectWholeAndInOrder(frames);
  const old = frames.filter(({ at, capturedAt }) => at > wokenAt && capturedAt! < wokenAt);
  expect(old.length).toBeLessThanOrEqual(ON_THEIR_WAY);
  expect(frames.filter(({ capturedAt }) => capturedAt! > wokenAt).length).toBeGreaterThan(0);
  session.signalDaemon('SIGSTOP');
  expect(await mien.end()).toBe(0);
  session.signalDaemon('SIGCONT');
});

test('50 consumers come and go and the daemon is killed 20 times: mien holds no more files, threads or memory', async () => {
  const mien = await started();
  const held: Held[] = [];
  const comeAndGo = async (rounds: number) => {
    expect(await startReader(session, { frames: 3, rounds }).seen()).toHaveLength(3 * rounds);
    await mien.watched(0);
    held.push(mien.held());
  };
  const loseDaemon = async (rounds: number) => {
    const until = gone + rounds;
    while (gone < until) {
      await session.killDaemon();
      await mien.says(/went away/, ++gone);
      await session.startDaemon();
      await mien.says(/is back/, gone);
    }
    held.push(mien.held());
  };
  let gone = 0;
  await loseDaemon(4); // the first rounds open what the process keeps
  await comeAndGo(10);
  const before = held.at(-1)!;
  await comeAndGo(40);
  await loseDaemon(16);
  console.log(held.map((one) => JSON.stringify(one)).join(' '));
  for (const { files, threads, rssMb } of held.slice(2)) {
    expect(files).toBeLessThanOrEqual(before.files);
    expect(threads).toBeLessThanOrEqual(before.threads);
    expect(rssMb - before.rssMb).toBeLessThan(GROWTH_MB_MAX);
  }
});

/** Numbered frames at 30 a second, none for `gapS` seconds, and numbered frames again. */
async function recordWithGap(path: string, { before, gapS, after }: { before: number; gapS: number; after: number }) {
  const source = new SyntheticSource({ frameLimit: before + after });
  const format = await source.open();
  const sink = new RecordingSink(path, { preset: 'offline' });
  await sink.open(format);
  const data = new Uint8Array(layout.byteLength);
  for (let stamp = await source.read(data); stamp; stamp = await source.read(data)) {
    const pts = stamp.pts + (stamp.sequence < before ? 0 : gapS);
    await sink.write({ ...stamp, pts, capturedAt: (pts * 1e6) as Micros, layout, data });
  }
  await sink.close();
  await source.close();
}
