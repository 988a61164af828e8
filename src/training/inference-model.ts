import { DifferentiableGraph, type Value } from './graph/graph.js';
import { type AvatarNetwork, buildNetwork, limited } from './network.js';
import { type ParameterLayout, parameterLayout } from './parameters.js';

/** A trained network: what it looks like, and all its parameters in one array, in the order of its layout. */
export interface AvatarWeights {
  readonly network: AvatarNetwork;
  readonly values: Float32Array;
}

/** Where each parameter of a network lies in `AvatarWeights.values`. */
export function networkLayout(network: AvatarNetwork): ParameterLayout {
  const graph = new DifferentiableGraph('layout');
  buildInference(graph, network);
  return parameterLayout(graph.parameters);
}

/**
 * The finished network as an ONNX model: `face` [1, 3, s, s], RGB planes, and `guide` [1, 4, s, s], the
 * portrait's RGB and coverage, all 0..1, to `avatar` [1, 4, s, s]: RGB and mask, 0..1.
 *
 * @throws RangeError if the network has another number of parameters.
 */
export function inferenceModel({ network, values }: AvatarWeights): Uint8Array<ArrayBuffer> {
  const layout = networkLayout(network);
  if (values.length !== layout.length) {
    throw new RangeError(`the network has ${layout.length} parameters, not ${values.length}`);
  }
  const placed = new Map(layout.parameters.map((parameter) => [parameter.name, parameter]));
  const graph = new DifferentiableGraph('avatar', (name) => {
    const { offset, length } = placed.get(name)!;
    return values.subarray(offset, offset + length);
  });
  graph.output('avatar', limited(graph, buildInference(graph, network)));
  return graph.serialize();
}

function buildInference(graph: DifferentiableGraph, network: AvatarNetwork): Value {
  const { size } = network;
  const face = graph.input('face', [1, 3, size, size]);
  return buildNetwork(graph, network, face, graph.input('guide', [1, 4, size, size]));
}
