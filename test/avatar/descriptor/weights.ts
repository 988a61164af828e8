import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A tensor of the packed model, row-major. */
export interface Weight {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization?: { readonly dtype: string; readonly scale: number; readonly min: number };
}

/** The folder of the package that holds dlib's face recognition network (MIT). */
export const faceApiFolder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));

const MODEL = join(faceApiFolder, 'model', 'face_recognition_model');

/**
 * The weights of dlib's face recognition network by name: bytes with a scale and an offset a tensor, or floats.
 * Source: the TensorFlow.js weights manifest format.
 *
 * @throws Error if the file does not have the length that its manifest tells.
 */
export function readWeights(): ReadonlyMap<string, Weight> {
  const [group] = JSON.parse(readFileSync(`${MODEL}-weights_manifest.json`, 'utf8')) as [{ weights: ManifestEntry[] }];
  const bytes = readFileSync(`${MODEL}.bin`);
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const { name, shape, quantization } of group.weights) {
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    if (quantization) {
      if (quantization.dtype !== 'uint8') throw new Error(`${name} is kept as ${quantization.dtype}, not as uint8`);
      for (let i = 0; i < values.length; i++) values[i] = bytes[at++]! * quantization.scale + quantization.min;
    } else {
      for (let i = 0; i < values.length; i++, at += 4) values[i] = bytes.readFloatLE(at);
    }
    weights.set(name, { dims: shape, values });
  }
  if (at !== bytes.length) throw new Error(`the manifest tells of ${at} bytes, the file has ${bytes.length}`);
  return weights;
}
