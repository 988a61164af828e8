import { type Parameter, sizeOf } from './graph/graph.js';
import type { Random } from './random.js';

/** Where a parameter lies among all of them. */
export interface PlacedParameter extends Parameter {
  /** In floats. */
  readonly offset: number;
  readonly length: number;
}

/** All parameters of a network, one after the other in one array of floats. */
export interface ParameterLayout {
  readonly parameters: readonly PlacedParameter[];
  /** Floats in all. */
  readonly length: number;
}

/** Places parameters in the order in which their graph made them. */
export function parameterLayout(parameters: readonly Parameter[]): ParameterLayout {
  let end = 0;
  const placed = parameters.map((parameter) => {
    const length = sizeOf(parameter.shape);
    const offset = end;
    end += length;
    return { ...parameter, offset, length };
  });
  return { parameters: placed, length: end };
}

/** Fills `weights` with what every parameter starts as. The same random numbers give the same weights. */
export function initialiseWeights(weights: Float32Array, layout: ParameterLayout, random: Random): void {
  for (const { offset, length, mean, deviation } of layout.parameters) {
    const values = weights.subarray(offset, offset + length);
    if (deviation === 0) values.fill(mean);
    else for (let i = 0; i < length; i++) values[i] = mean + deviation * random.normal();
  }
}
