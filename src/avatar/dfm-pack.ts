import { canonicalJson } from './canonical-json.js';
import { consentBytes, type SignedConsent } from './consent.js';
import type { SigningKey } from './keys.js';
import { AvatarManifest } from './manifest.js';
import { MemoryFiles, sha256 } from './pack-files.js';
import type { PackFileName } from './pack-layout.js';
import { packSignatureBytes, weightsHashOf } from './pack-signature.js';

/** What a pack is made of around a network of DeepFaceLab (`.dfm`, an ONNX file). */
export interface DfmParts {
  readonly dfm: Uint8Array;
  /** Side of its square input in pixels. */
  readonly side: number;
  readonly name: string;
  readonly title: string;
  /** For these weights (`dfmWeightsHash`). */
  readonly consent: SignedConsent;
}

/** What a consent for a `.dfm` covers. */
export function dfmWeightsHash(dfm: Uint8Array): string {
  return weightsHashOf(new Map([['fp32.onnx', sha256(dfm)]]));
}

/** A signed pack in memory, to be imported like any other. @throws ZodError if name, title or side do not fit. */
export function dfmPack({ dfm, side, name, title, consent }: DfmParts, key: SigningKey): MemoryFiles {
  const { record } = consent;
  const manifest = AvatarManifest.parse({
    format: 1,
    name,
    title,
    kind: record.kind,
    created: new Date().toISOString(),
    network: {
      size: side,
      parameters: null,
      macs: null,
      fp32: { file: 'fp32.onnx', milliseconds: null },
      int8: null,
      run: 'fp32',
      reason: 'as DeepFaceLab exported it',
    },
    alignment: 'dfl-whole-face',
    neutral: { avatar: null, user: null },
    texture: null,
    mask: { feather: 0.05 },
    preview: null,
    report: null,
    source: 'source' in record ? record.source : null,
    card: null,
  } satisfies AvatarManifest);
  const files = new Map<PackFileName, Uint8Array>([
    ['avatar.json', Buffer.from(`${canonicalJson(manifest)}\n`)],
    ['consent.json', consentBytes(consent)],
    ['fp32.onnx', dfm],
  ]);
  const hashes = new Map([...files].map(([file, bytes]) => [file, sha256(bytes)]));
  return new MemoryFiles(name, files.set('signature.json', packSignatureBytes(hashes, key)));
}
