import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { consentBytes, parseConsent, signConsent } from '../../src/avatar/consent.js';
import { judgeConsent } from '../../src/avatar/judge-consent.js';
import { createSigningKey } from '../../src/avatar/keys.js';
import { openPack } from '../../src/avatar/open-pack.js';
import { archiveOf, readArchive } from '../../src/avatar/pack-archive.js';
import { MemoryFiles } from '../../src/avatar/pack-files.js';
import type { PackFileName } from '../../src/avatar/pack-layout.js';
import { packSignatureBytes } from '../../src/avatar/pack-signature.js';
import { parseRevocation, revocationBytes, signRevocation } from '../../src/avatar/revocation.js';
import { UserError } from '../../src/errors.js';
import { HOSTILE_NAMES, mutateBytes, mutateJson, type Pick, seeded } from './mutate-pack.js';
import { checkSampleGraph, hashesOf, personalRecord, samplePack } from './sample-pack.js';

/** In all; two minutes in the long run. */
const ROUNDS = Number(process.env['MIEN_FUZZ_ROUNDS'] ?? (process.env['MIEN_HEAVY'] ? 100_000 : 2000));
/** A thousand times what opening takes: a hang, not a slow machine. */
const HANG_MS = 5000;

const checks = { checkGraph: checkSampleGraph };
const maker = createSigningKey('Maker');
const files: ReadonlyMap<PackFileName, Uint8Array> = samplePack({ maker });
const names = [...files.keys()];
const archive = Buffer.concat([...archiveOf(openPack(new MemoryFiles('here', files), checks))]);

/** Whether it is taken; an error that is not meant for the user, and a hang, fail the test. */
function isTaken(open: () => unknown): boolean {
  const started = performance.now();
  try {
    open();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // Whatever is in the pack, the message is one that can be shown: short, on one line.
    expect(error.message.length).toBeLessThan(1000);
    expect(error.message).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    return false;
  } finally {
    expect(performance.now() - started).toBeLessThan(HANG_MS);
  }
}

interface Counts {
  readonly taken: number;
  readonly refused: number;
}

/** Runs a share of all rounds, each with numbers of its own, so that one that fails can be run alone. */
async function rounds(share: number, round: (pick: Pick) => boolean): Promise<Counts> {
  const counts = { taken: 0, refused: 0 };
  for (let index = 0; index < share * ROUNDS; index++) {
    const random = seeded(1000 * index + 7);
    if (index % 256 === 0) await setImmediate(); // else the test runner takes minutes of silence for a death
    counts[round((count) => Math.floor(random() * count)) ? 'taken' : 'refused']++;
  }
  return counts;
}

const isSame = (others: ReadonlyMap<string, Uint8Array>) =>
  others.size === files.size &&
  names.every((name) => others.has(name) && Buffer.from(others.get(name)!).equals(files.get(name)!));

describe(`${ROUNDS} mutated packs: no crash, no hang,`, { timeout: 3_600_000 }, () => {
  test('files changed, exchanged, added, taken away: taken only if nothing changed', async () => {
    const { taken, refused } = await rounds(0.4, (pick) => {
      const changed = new Map<string, Uint8Array>(files);
      const name = names[pick(names.length)]!;
      const kind = pick(8);
      if (kind === 0) changed.delete(name);
      else if (kind === 1) changed.set(HOSTILE_NAMES[pick(HOSTILE_NAMES.length)]!, files.get(name)!);
      else if (kind === 2) changed.set(name, files.get(names[pick(names.length)]!)!);
      else if (kind === 3 && name.endsWith('.json')) {
        changed.set(name, Buffer.from(mutateJson(Buffer.from(files.get(name)!).toString(), pick)));
      } else changed.set(name, mutateBytes(files.get(name)!, pick));
      const isTakenNow = isTaken(() => openPack(new MemoryFiles('fuzz', changed), checks));
      expect(isTakenNow).toBe(isSame(changed));
      return isTakenNow;
    });
    expect(taken).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(taken);
  });

  test('the single file: taken only if it is the same', async () => {
    const { taken, refused } = await rounds(0.2, (pick) => {
      const changed = mutateBytes(archive, pick);
      const isTakenNow = isTaken(() => openPack(readArchive('fuzz', changed), checks));
      expect(isTakenNow).toBe(changed.equals(archive));
      return isTakenNow;
    });
    expect(taken).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(taken);
  });

  test('documents with wrong values, signed by a maker who means ill: refused, or as sound as any', async () => {
    const { refused } = await rounds(0.25, (pick) => {
      const name = (['avatar.json', 'consent.json'] as const)[pick(2)]!;
      const changed = new Map(files);
      changed.set(name, Buffer.from(mutateJson(Buffer.from(files.get(name)!).toString(), pick)));
      changed.set('signature.json', packSignatureBytes(hashesOf(changed), maker));
      return isTaken(() => {
        const { manifest, consent, weightsHash } = openPack(new MemoryFiles('fuzz', changed), checks);
        expect(manifest.network.size % 16).toBe(0);
        expect(manifest.neutral.avatar!.flat().every(Number.isFinite)).toBe(true);
        const now = { clock: Date.parse('2026-06-01'), latest: Date.parse('2026-06-01') };
        const trusted = new Map([['maker', maker.identity.publicKey]]);
        const verdict = judgeConsent(consent, { now, scope: [], wearer: [], weightsHash, revocations: [], trusted });
        const isGenuine = consentBytes(consent).toString() === consentBytes(consentOf(files)).toString();
        expect(verdict.kind === 'accepted').toBe(isGenuine);
      });
    });
    expect(refused).toBeGreaterThan((0.25 * ROUNDS) / 3);
  });

  test('consents and revocations as files of their own: read, or refused in words; accepted only if genuine', async () => {
    const ada = createSigningKey('Ada');
    const weights = 'ab'.repeat(32);
    const consent = consentBytes(signConsent(personalRecord(ada, weights), ada)).toString();
    const revocation = revocationBytes(
      signRevocation({ consent: weights, revokedAt: '2026-01-01T00:00:00.000Z', reason: 'x' }, ada),
    ).toString();
    const now = { clock: Date.parse('2026-06-01'), latest: Date.parse('2026-06-01') };
    const trusted = new Map([['ada', ada.identity.publicKey]]);
    const { taken } = await rounds(0.15, (pick) => {
      const text = [consent, revocation][pick(2)]!;
      const bytes = pick(2) === 0 ? mutateBytes(Buffer.from(text), pick) : Buffer.from(mutateJson(text, pick));
      const taken = parseRevocation(bytes);
      const read = parseConsent(bytes);
      const verdict =
        typeof read === 'string'
          ? null
          : judgeConsent(read, {
              now,
              scope: ['live-calls'],
              wearer: [],
              weightsHash: weights,
              revocations: [],
              trusted,
            });
      if (verdict?.kind === 'accepted') expect(Buffer.from(consentBytes(read as never)).toString()).toBe(consent);
      if (typeof taken !== 'string') expect(Buffer.from(revocationBytes(taken)).toString()).toBe(revocation);
      return verdict?.kind === 'accepted' || typeof taken !== 'string';
    });
    expect(taken).toBeGreaterThan(0);
  });

  test('folders on the disk, with links and names that climb', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mien-fuzz-'));
    const { taken, refused } = await rounds(Math.min(0.02, 200 / ROUNDS), (pick) => {
      const pack = mkdtempSync(join(folder, 'pack-'));
      const changed = new Map<string, Uint8Array>(files);
      const name = names[pick(names.length)]!;
      changed.set(name, mutateBytes(files.get(name)!, pick));
      for (const [file, bytes] of changed) writeFileSync(join(pack, file), bytes);
      const isLink = pick(3) === 0;
      if (isLink) {
        rmSync(join(pack, name));
        symlinkSync(
          ['/dev/zero', '/etc/hostname', pack, join(pack, 'avatar.json'), name][pick(5)]!,
          join(pack, basename(name)),
        );
      }
      const isTakenNow = isTaken(() => openPack(pack, checks));
      rmSync(pack, { recursive: true });
      expect(isTakenNow).toBe(!isLink && isSame(changed));
      return isTakenNow;
    });
    expect(taken).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(taken);
  });
});

function consentOf(pack: ReadonlyMap<PackFileName, Uint8Array>) {
  const consent = parseConsent(pack.get('consent.json')!);
  if (typeof consent === 'string') throw new Error(consent);
  return consent;
}
