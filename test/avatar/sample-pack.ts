import { canonicalJson } from '../../src/avatar/canonical-json.js';
import { type ConsentRecord, consentBytes, signConsent } from '../../src/avatar/consent.js';
import { createSigningKey, type SigningKey } from '../../src/avatar/keys.js';
import type { AvatarManifest } from '../../src/avatar/manifest.js';
import type { GraphCheck } from '../../src/avatar/open-pack.js';
import { sha256 } from '../../src/avatar/pack-files.js';
import type { PackFileName } from '../../src/avatar/pack-layout.js';
import { packSignatureBytes, weightsHashOf } from '../../src/avatar/pack-signature.js';
import { sharp } from '../../src/system/sharp.js';

/** A shape that is not all the same: 468 points on a spiral, in cm. */
const SHAPE = Array.from({ length: 468 }, (_, i): [number, number, number] => [
  Math.round(800 * Math.cos(i)) / 100 + 0,
  Math.round(800 * Math.sin(i + 1)) / 100 + 0,
  i / 100,
]);

/** Any bytes that begin so are a network to `checkSampleGraph`: packs are tested here, graphs elsewhere. */
export const sampleGraph = (salt: string) => Buffer.from(`graph ${salt}`);

/** Stands for the check of real graphs. */
export const checkSampleGraph: GraphCheck = (onnx) => {
  if (Buffer.from(onnx).subarray(0, 6).toString() !== 'graph ') throw new Error('its operator Loop is not allowed.');
};

/** A manifest that fits. */
export function sampleManifest(changes: Partial<AvatarManifest> = {}): AvatarManifest {
  return {
    format: 1,
    name: 'painted-lady',
    title: 'The painted lady',
    kind: 'public-domain',
    created: '2026-03-01T10:00:00.000Z',
    network: {
      size: 128,
      parameters: 2_500_000,
      macs: 368_000_000,
      fp32: { file: 'fp32.onnx', milliseconds: 4.6 },
      int8: { file: 'int8.onnx', milliseconds: 1.8, psnrDb: 41.5 },
      run: 'int8',
      reason: 'INT8 is within 41.5 dB of fp32 and 2.5 times as fast',
    },
    alignment: 'mien',
    neutral: { avatar: SHAPE, user: null },
    texture: { file: 'texture.png', points: SHAPE.map(([x, y]) => [(x + 10) / 20, (y + 10) / 20]) },
    mask: { feather: 0.06 },
    preview: 'preview.png',
    report: 'report.png',
    source: { description: 'A painting on poplar, 16th century', licence: 'public domain' },
    card: {
      recipe: 'one portrait',
      trainedOn: ['painting.jpg', 'driver.mp4'],
      minutes: 7.5,
      steps: 4000,
      images: 96_000,
      command: 'mien avatar create --portrait painting.jpg --driver driver.mp4',
      seed: 7,
      figures: { 'PSNR on unseen frames, dB': 31.2 },
    },
    ...changes,
  };
}

/** A consent that fits `sampleManifest`, for these weights. */
export function sampleRecord(key: SigningKey, weights: string): ConsentRecord {
  return {
    format: 1,
    kind: 'public-domain',
    depicted: 'The painted lady',
    signer: key.identity,
    statement: 'A painted face whose painter died in 1519; anybody may wear it.',
    scope: ['live-calls', 'streaming', 'recording'],
    wearers: 'anyone',
    validFrom: '2026-03-01T10:00:00.000Z',
    validUntil: null,
    weights,
    source: { description: 'A painting on poplar, 16th century', licence: 'public domain' },
  };
}

/** A consent by the depicted person, for a year. */
export function personalRecord(key: SigningKey, weights: string, kind: 'self' | 'person' = 'person'): ConsentRecord {
  return {
    format: 1,
    kind,
    depicted: key.identity.name,
    signer: key.identity,
    statement: 'My face may be worn by the keys below.',
    scope: ['live-calls'],
    wearers: 'anyone',
    validFrom: '2026-03-01T10:00:00.000Z',
    validUntil: '2027-03-01T10:00:00.000Z',
    weights,
    proof: { phrase: 'amber kettle north fifty', recordingSha256: 'ab'.repeat(32) },
  };
}

/** What may be changed of a sample pack. */
export interface SampleChanges {
  readonly maker?: SigningKey;
  readonly manifest?: AvatarManifest;
  /** The consent for these weights; by default public domain, signed by the maker. */
  readonly consent?: (weights: string) => { readonly record: ConsentRecord; readonly key: SigningKey };
  /** Files to add or replace before signing. */
  readonly files?: ReadonlyMap<PackFileName, Uint8Array>;
}

const picture = await sharp({ create: { width: 24, height: 16, channels: 3, background: '#a5683a' } })
  .png()
  .toBuffer();

/** A whole, signed pack in memory. */
export function samplePack(changes: SampleChanges = {}): Map<PackFileName, Uint8Array> {
  const maker = changes.maker ?? createSigningKey('Maker');
  const files = new Map<PackFileName, Uint8Array>([
    ['avatar.json', Buffer.from(`${canonicalJson(changes.manifest ?? sampleManifest())}\n`)],
    ['fp32.onnx', sampleGraph('fp32')],
    ['int8.onnx', sampleGraph('int8')],
    ['preview.png', picture],
    ['report.png', picture],
    ['texture.png', picture],
    ...(changes.files ?? []),
  ]);
  const weights = weightsHashOf(hashesOf(files));
  const { record, key } = changes.consent?.(weights) ?? { record: sampleRecord(maker, weights), key: maker };
  files.set('consent.json', consentBytes(signConsent(record, key)));
  files.set('signature.json', packSignatureBytes(hashesOf(files), maker));
  return files;
}

/** The hashes of all files but the signature. */
export function hashesOf(files: ReadonlyMap<PackFileName, Uint8Array>): Map<PackFileName, string> {
  return new Map(
    [...files].filter(([name]) => name !== 'signature.json').map(([name, bytes]) => [name, sha256(bytes)]),
  );
}
