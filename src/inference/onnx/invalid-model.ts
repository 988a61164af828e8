import { UserError } from '../../errors.js';

/**
 * The error of a model file that mien will not open.
 *
 * @param found - what is wrong, as a sentence without its full stop: "the graph has 9000 nodes, expected at most 2000".
 */
export function invalidModel(found: string, options?: ErrorOptions): UserError {
  return new UserError(
    'MODEL_INVALID',
    `The network's ONNX file cannot be used: ${found}.`,
    'Get the file again from whoever made it, or train the avatar again.',
    options,
  );
}
