import { consentBytes, signConsent } from '../../../src/avatar/consent.js';
import { createSigningKey, type Identity } from '../../../src/avatar/keys.js';
import { weightsHashOf } from '../../../src/avatar/pack-signature.js';
import type { PackContents } from '../../../src/avatar/write-pack.js';
import { hashFolder, signPack, writePack } from '../../../src/avatar/write-pack.js';
import { canonicalFace, MESH_POINTS } from '../../../src/blending/canonical-face.js';
import { checkAvatarGraph } from '../../../src/inference/onnx/check-graph.js';
import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';
import { sharp } from '../../../src/system/sharp.js';
import { sampleManifest, sampleRecord } from '../sample-pack.js';

const SIDE = 96;

/** Red, green and blue of the output as sums of those of the input: skin turns green-blue, and keeps all it does. */
const TINT = [0.2, 0.5, 0.2, 0.3, 0.4, 0.3, 0.7, 0.2, 0.1];

/** An avatar whose figures are known beforehand: the user's own face in other colours, within an oval. */
export function tintingNetwork(): Uint8Array {
  const graph = new OnnxGraph('tint');
  const face = graph.input('face', [1, 3, SIDE, SIDE]);
  const tinted = graph.node('Conv', [face, graph.floats([3, 3, 1, 1], TINT)], { kernel_shape: [1, 1] });
  const clipped = graph.node('Clip', [tinted, graph.floats([], [0]), graph.floats([], [1])]);
  const mask = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const x = ((i % SIDE) + 0.5) / SIDE - 0.5;
    const y = (Math.floor(i / SIDE) + 0.5) / SIDE - 0.53;
    return Math.min(1, Math.max(0, 8 * (1 - Math.hypot(x / 0.36, y / 0.42))));
  });
  graph.output(
    'avatar',
    [1, 4, SIDE, SIDE],
    graph.node('Concat', [clipped, graph.floats([1, 1, SIDE, SIDE], mask)], { axis: 1 }),
  );
  return graph.serialize();
}

/** Writes the whole pack, signed, of a painted face in the public domain. @returns who signed it. */
export async function writeTintedPack(folder: string): Promise<Identity> {
  const maker = createSigningKey('Maker');
  const { points } = canonicalFace();
  const shape = Array.from({ length: MESH_POINTS }, (_, i): [number, number, number] => [
    points[3 * i]!,
    points[3 * i + 1]!,
    points[3 * i + 2]!,
  ]);
  const manifest = sampleManifest({
    network: {
      size: SIDE,
      parameters: null,
      macs: null,
      fp32: { file: 'fp32.onnx', milliseconds: null },
      int8: null,
      run: 'fp32',
      reason: 'there is no other',
    },
    neutral: { avatar: shape, user: null },
    texture: null,
    report: null,
  });
  const still = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#225544' } })
    .png()
    .toBuffer();
  const files: PackContents = new Map([
    ['fp32.onnx', tintingNetwork()],
    ['preview.png', still],
  ]);
  writePack(folder, files, manifest);
  const consent = consentBytes(signConsent(sampleRecord(maker, weightsHashOf(hashFolder(folder))), maker));
  writePack(folder, new Map([...files, ['consent.json', consent]]), manifest);
  signPack(folder, maker, { checkGraph: (onnx) => void checkAvatarGraph(onnx) });
  return maker.identity;
}
