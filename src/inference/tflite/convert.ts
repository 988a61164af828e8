import { Conversion, Step } from './conversion.js';
import { mergeLandmarks } from './merge-landmarks.js';
import { rules } from './operators.js';
import { readTflite } from './tflite-reader.js';

/** How the outputs of a model are given: as they are, or a landmark model's merged into one. */
export type OutputForm = 'plain' | 'merged-landmarks';

/**
 * Converts a TFLite model to ONNX (opset 17). Pictures are planar in the result (batch, channels, rows, columns) and
 * interleaved outputs stay as they are, element by element. The same bytes give the same bytes.
 *
 * @param tflite - the whole .tflite file.
 * @param graphName - the name written into the ONNX file.
 * @returns the whole .onnx file.
 * @throws Error naming the operator if the model uses one without a rule, or one in a way that its rule does not cover.
 */
export function convertTflite(tflite: Uint8Array, graphName: string, form: OutputForm): Uint8Array<ArrayBuffer> {
  const model = readTflite(tflite);
  const conversion = new Conversion(model, graphName);
  for (const operator of model.operators) {
    const rule = rules.get(operator.name);
    if (!rule) throw new Error(`the operator ${operator.name} is not supported`);
    const step = new Step(operator, conversion);
    const value = rule(step);
    if (value !== null) conversion.define(step.output, value);
  }
  if (form === 'merged-landmarks') mergeLandmarks(conversion);
  else plainOutputs(conversion);
  return conversion.graph.serialize();
}

function plainOutputs(conversion: Conversion): void {
  for (const tensor of conversion.model.outputs) {
    const shape = conversion.shape(tensor);
    const value = conversion.channelsLast(tensor);
    const shaped = conversion.graph.node('Reshape', [value, conversion.graph.integers(shape)]);
    conversion.graph.output(conversion.model.tensors[tensor]!.name, shape, shaped);
  }
}
