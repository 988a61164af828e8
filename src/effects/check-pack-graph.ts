import type { GraphCheck } from '../avatar/open-pack.js';
import { checkDfmGraph } from '../inference/onnx/check-dfm.js';
import { checkAvatarGraph } from '../inference/onnx/check-graph.js';

/**
 * The check of a pack's networks: they may be run, and are what the manifest says of them.
 * @throws Error that says what was found.
 */
export const checkPackGraph: GraphCheck = (onnx, file, { alignment, network, texture }) => {
  const { size, precision, isGuided } =
    alignment === 'mien' ? checkAvatarGraph(onnx) : { ...checkDfmGraph(onnx), precision: 'fp32', isGuided: false };
  if (size !== network.size) throw new Error(`it is for ${size} pixels, and avatar.json says ${network.size}`);
  if (isGuided && texture === null)
    throw new Error('it takes a guide, which is drawn of texture.png, and there is none');
  if (`${precision}.onnx` !== file) throw new Error(`it is ${precision}`);
};

/**
 * The side of the square that a network of DeepFaceLab takes, in pixels.
 * @throws UserError MODEL_INVALID if it is no such network, or none that may be run.
 */
export function dfmSide(dfm: Uint8Array): number {
  return checkDfmGraph(dfm).size;
}
