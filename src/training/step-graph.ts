import { DifferentiableGraph } from './graph/graph.js';
import { pictureLoss } from './losses.js';
import { type AvatarNetwork, buildNetwork, limited } from './network.js';
import { type ParameterLayout, parameterLayout } from './parameters.js';

/** The model of one training step, and the tensors that go in and out beside `face`, `guide`, `target`, `weight` and `loss`. */
export interface StepGraph {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly layout: ParameterLayout;
}

/** What the step's model calls the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `${parameter}.gradient`;
}

/**
 * One step as one ONNX model. In: `face` [n, 3, s, s], 0..1; `guide` [n, 4, s, s], 0..1; `target` [n, 4, s, s], 0..1, the avatar's colours and mask;
 * `weight` [n, 4, s, s]; every parameter by its name. Out: `loss`, a scalar; `avatar` [n, 4, s, s], 0..1; a gradient a
 * parameter.
 */
export function buildStepGraph(network: AvatarNetwork, images: number): StepGraph {
  const { size } = network;
  const graph = new DifferentiableGraph('step');
  const face = graph.input('face', [images, 3, size, size]);
  const guide = graph.input('guide', [images, 4, size, size]);
  const target = graph.input('target', [images, 4, size, size]);
  const weight = graph.input('weight', [images, 4, size, size]);
  const linear = buildNetwork(graph, network, face, guide);
  const loss = pictureLoss(graph, linear, target, weight);
  graph.output('loss', loss);
  graph.output('avatar', limited(graph, linear));
  for (const [name, gradient] of graph.gradientsOf(loss)) graph.output(gradientName(name), gradient);
  return { model: graph.serialize(), layout: parameterLayout(graph.parameters) };
}
