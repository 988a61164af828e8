import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type ConsentRecord, consentBytes, type Scope, signConsent } from '../../src/avatar/consent.js';
import { dataFolder } from '../../src/avatar/data-folder.js';
import { createSigningKey } from '../../src/avatar/keys.js';
import { weightsHashOf } from '../../src/avatar/pack-signature.js';
import { TrustStore } from '../../src/avatar/trust-store.js';
import { hashFolder, signPack, writePack } from '../../src/avatar/write-pack.js';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { LiveSettings } from '../../src/config/settings.js';
import { checkPackGraph } from '../../src/effects/check-pack-graph.js';
import { UserError } from '../../src/errors.js';
import { Loop } from '../../src/pipeline/loop.js';
import type { SinkSpec } from '../../src/pipeline/messages.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';
import { sampleManifest, sampleRecord } from '../avatar/sample-pack.js';
import { runMien, startMien } from '../cli/run-mien.js';
import { flatAvatar } from './fail-closed/flat-avatar.js';
import { readClip } from './fail-closed/scenes.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-worn-'));
const env = { XDG_DATA_HOME: join(folder, 'data') };
const maker = createSigningKey('Maker');
const flat = flatAvatar();

/** Writes a pack that can be worn for these uses, and gives its folder. */
function packFor(name: string, scope: Scope[], validUntil: string | null = null): string {
  const path = join(folder, name);
  const fp32 = { file: 'fp32.onnx', milliseconds: null } as const;
  const network = { ...sampleManifest().network, size: 64, fp32, int8: null, run: 'fp32' } as const;
  const manifest = sampleManifest({ network, texture: null, preview: null, report: null });
  writePack(path, new Map([['fp32.onnx', flat.network]]), manifest);
  const record = { ...sampleRecord(maker, weightsHashOf(hashFolder(path))), scope, validUntil } as ConsentRecord;
  writeFileSync(join(path, 'consent.json'), consentBytes(signConsent(record, maker)));
  signPack(path, maker, { checkGraph: checkPackGraph });
  return path;
}

beforeAll(() => new TrustStore(dataFolder(env)).accept(maker.identity));

test('process wears the avatar from the first frame to the last, and no frame is left out', async () => {
  const pack = packFor('whole', ['recording']);
  const [worn, bare] = [join(folder, 'worn.y4m'), join(folder, 'bare.y4m')];
  const size = ['--size', '320x240', '--json'];
  const result = await runMien(['process', 'demo', worn, '--effect', 'avatar', '--avatar', pack, ...size], env);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
  await runMien(['process', 'demo', bare, '--effect', 'none', ...size], env);
  const outgoing = await readClip(worn, 1000);
  const camera = await readClip(bare, 1000);
  expect(outgoing.frames).toHaveLength(camera.frames.length);
  expect(JSON.parse(result.stdout).frames).toBe(camera.frames.length);
  // The room beside the face is the camera's in a worn frame; a card, or a frame that was held, has another.
  const isRoom = outgoing.frames.map((frame, index) =>
    isSameRow(frame, camera.frames[index]!, outgoing.layout.strideY),
  );
  expect(isRoom[0]).toBe(true);
  const share = isRoom.filter(Boolean).length / isRoom.length;
  console.log(`worn in ${(100 * share).toFixed(1)} % of ${isRoom.length} frames`);
  expect(share).toBeGreaterThan(0.9);
  expect(outgoing.frames.every((frame, index) => Buffer.compare(frame, camera.frames[index]!) !== 0)).toBe(true);
}, 120_000);

/** Whether the topmost row of luma is the same. */
function isSameRow(one: Uint8Array, other: Uint8Array, length: number): boolean {
  return Buffer.compare(one.subarray(0, length), other.subarray(0, length)) === 0;
}

test.each([
  ['whose consent ended', ['recording'], '2026-04-01T10:00:00.000Z', 'the consent ended on 2026-04-01'],
  ['that is not for recordings', ['live-calls'], null, 'the consent is for live-calls, not for recording'],
] as const)('process refuses an avatar %s, and leaves no file', async (name, scope, until, reason) => {
  const pack = packFor(name.replaceAll(' ', '-'), [...scope], until);
  const out = join(folder, `${name}.y4m`);
  const { code, stderr } = await runMien(['process', 'demo', out, '--effect', 'avatar', '--avatar', pack], env);
  expect(code).toBe(1);
  expect(stderr).toContain(reason);
  expect(existsSync(out)).toBe(false);
});

test('process refuses an avatar that is not there, with the reason', async () => {
  const out = join(folder, 'none.y4m');
  const { code, stderr } = await runMien(['process', 'demo', out, '--effect', 'avatar', '--avatar', 'nobody'], env);
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no avatar named "nobody"')]);
});

test('live, an avatar that is refused is a card and a reason, and nothing of the camera is recorded', async () => {
  const out = join(folder, 'refused.y4m');
  const args = ['--effect', 'avatar', '--avatar', 'nobody', '--json', '--no-preview', '--output', 'none'];
  const mien = startMien([...args, '--source', 'demo', '--size', '320x240', '--record', out], env);
  await mien.until(/"kind":"refused"/);
  mien.kill('SIGTERM');
  const { stderr } = await mien.finished;
  expect(stderr).toContain('There is no avatar named "nobody"');
  const recorded = await readClip(out, 1000);
  expect(new Set(recorded.frames.map((frame) => Buffer.from(frame).toString('base64'))).size).toBeLessThanOrEqual(2);
}, 60_000);

test('live, a recording that the consent does not allow ends with the reason; the avatar is worn on', async () => {
  const pack = packFor('calls-only', ['live-calls']);
  const args = ['--effect', 'avatar', '--avatar', pack, '--json', '--no-preview', '--output', 'none'];
  const out = join(folder, 'not-recorded.y4m');
  const mien = startMien([...args, '--source', 'demo', '--size', '320x240', '--record', out], env);
  await mien.until(/The recording ends\. .* not for recording/);
  await mien.until(/"wear":\{"kind":"worn"\}/);
  mien.kill('SIGTERM');
  expect((await mien.finished).code).toBe(0);
}, 60_000);

test('a consent that is taken back while the avatar is worn: the card within a second', async () => {
  const path = join(folder, 'taken-back.y4m');
  const recording: SinkSpec = { kind: 'recording', path, preset: 'live', overwrite: false, copyAudioFrom: null };
  let takeBack: (reason: UserError) => void = () => {};
  const loop = await Loop.start({
    source: {
      kind: 'clip',
      input: demoClipPath(),
      width: 320,
      height: 240,
      fps: 25,
      fit: 'crop',
      loop: true,
      paced: true,
      frameLimit: null,
    },
    sinks: [recording],
    settings: LiveSettings.parse({ effect: 'avatar', avatar: 'flat', split: true }),
    mode: 'live',
    nextRecording: () => recording,
    renderCard: async (layout) => new Uint8Array(layout.byteLength).fill(99),
    avatars: {
      open: async () => ({
        name: 'flat',
        files: flat,
        still: null,
        until: null,
        refuses: () => null,
        watch: (onRefused) => {
          takeBack = onRefused;
          return () => {};
        },
      }),
      list: () => [],
      wornFor: 'live-calls',
      renderCard: async (layout, { state }) => new Uint8Array(layout.byteLength).fill(state === 'refused' ? 55 : 77),
    },
  });
  const messages: string[] = [];
  loop.on('message', (_severity, text) => messages.push(text));
  const telemetry = (isIt: (telemetry: Telemetry) => boolean) =>
    new Promise<void>((resolve) => {
      loop.on('telemetry', (found) => {
        if (isIt(found)) resolve();
      });
    });
  await telemetry(({ avatar }) => avatar.kind === 'chosen' && avatar.wear.kind === 'worn');
  expect(loop.settings.split).toBe(false);
  takeBack(new UserError('CONSENT_REFUSED', 'The avatar flat may not be worn: taken back.', 'Remove it.'));
  await telemetry(({ avatar }) => avatar.kind === 'refused');
  loop.command({ kind: 'set', patch: { split: true } });
  expect(loop.settings).toMatchObject({ effect: 'avatar', split: false });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await loop.stop();
  expect(messages).toContain('The avatar flat may not be worn: taken back. Remove it.');
  expect(messages.some((text) => text.includes('before and after is off'))).toBe(true);
  const { frames, layout } = await readClip(path, 1000);
  const lumas = frames.map((frame) => frame.subarray(0, layout.strideY));
  const first = lumas.findIndex((luma) => luma.every((byte) => byte === 55));
  expect(first).toBeGreaterThan(0);
  expect(lumas.slice(first).every((luma) => luma.every((byte) => byte === 55))).toBe(true);
}, 60_000);
