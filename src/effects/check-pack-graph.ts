import type { GraphCheck } from '../avatar/open-pack.js';
import { checkAvatarGraph } from '../inference/onnx/check-graph.js';
import { invalidModel } from '../inference/onnx/invalid-model.js';
import { readOnnx } from '../inference/onnx/onnx-reader.js';

/**
 * The check of a pack's networks: they may be run, and are what the manifest says of them.
 * @throws Error that says what was found.
 */
export const checkPackGraph: GraphCheck = (onnx, file, { alignment, network }) => {
  if (alignment !== 'mien')
    throw new Error(`networks with alignment ${alignment} cannot be worn by this version of mien`);
  const { size, precision } = checkAvatarGraph(onnx);
  if (size !== network.size) throw new Error(`it is for ${size} pixels, and avatar.json says ${network.size}`);
  if (`${precision}.onnx` !== file) throw new Error(`it is ${precision}`);
};

/** The side of the square that a network of DeepFaceLab takes, in pixels. @throws UserError MODEL_INVALID. */
export function dfmSide(dfm: Uint8Array): number {
  const { inputs } = readOnnx(dfm, { nodes: 4000, constants: 4000 });
  const [, height, width, channels] = inputs.find(({ name }) => name === 'in_face:0')?.dims ?? [];
  if (typeof height === 'number' && height === width && channels === 3) return height;
  throw invalidModel('it has no input in_face:0 of [N, S, S, 3], which networks of DeepFaceLab have');
}
