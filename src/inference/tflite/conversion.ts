import { OnnxGraph } from '../onnx/onnx-writer.js';
import { isOrderFree, onnxShape, permute, toChannelsFirst, toChannelsLast } from './layout.js';
import type { TfliteData, TfliteModel, TfliteOperator } from './tflite-reader.js';

/** Rows and columns of zeros put round a picture, in ONNX's order: top, left, bottom, right. */
export type Padding = readonly [number, number, number, number];

/** Adds the ONNX nodes of one step. Returns the value of its output, or null if the output needs none. */
export type Rule = (step: Step) => string | null;

/** The state of one conversion: which ONNX value, or which constant, stands for each tensor of the TFLite model. */
export class Conversion {
  readonly model: TfliteModel;
  readonly graph: OnnxGraph;
  readonly #values = new Map<number, string>();
  readonly #constants = new Map<number, TfliteData>();
  readonly #paddings = new Map<number, Padding>();

  constructor(model: TfliteModel, graphName: string) {
    this.model = model;
    this.graph = new OnnxGraph(graphName);
    for (const [index, tensor] of model.tensors.entries()) {
      if (tensor.data) this.#constants.set(index, tensor.data);
    }
    for (const index of model.inputs) {
      this.define(index, this.graph.input(model.tensors[index]!.name, onnxShape(this.shape(index))));
    }
  }

  /** The shape in TFLite's order. */
  shape(tensor: number): readonly number[] {
    return this.model.tensors[tensor]!.shape;
  }

  define(tensor: number, value: string): void {
    this.#values.set(tensor, value);
  }

  defineConstant(tensor: number, data: TfliteData): void {
    this.#constants.set(tensor, data);
  }

  /** The computed value, in ONNX's order. @throws Error if no step before has made it. */
  value(tensor: number): string {
    const value = this.#values.get(tensor);
    if (value === undefined) throw new Error(`the tensor "${this.model.tensors[tensor]?.name}" is not computed`);
    return value;
  }

  /** The constant, in TFLite's order. @throws Error if the tensor is computed. */
  constant(tensor: number): TfliteData {
    const data = this.#constants.get(tensor);
    if (!data) throw new Error(`the tensor "${this.model.tensors[tensor]?.name}" is not constant`);
    return data;
  }

  /** A value or a constant as an operand of elementwise arithmetic whose result has `rank` axes. */
  operand(tensor: number, rank: number): string {
    const data = this.#constants.get(tensor);
    if (!data) return this.value(tensor);
    if (rank !== 4 || data.length === 1) return this.graph.floats(this.shape(tensor), data);
    const turned = permute(data, this.shape(tensor), toChannelsFirst);
    return this.graph.floats(turned.dims, turned.data);
  }

  /** A value with its elements in TFLite's order. Its ONNX shape may still be the other one: reshape it. */
  channelsLast(tensor: number): string {
    const value = this.value(tensor);
    return isOrderFree(this.shape(tensor)) ? value : this.graph.node('Transpose', [value], { perm: toChannelsLast });
  }

  /** The steps that read a tensor. */
  readers(tensor: number): readonly TfliteOperator[] {
    return this.model.operators.filter((operator) => operator.inputs.includes(tensor));
  }

  /** Leaves a padding to the convolution that reads `tensor`. */
  deferPadding(tensor: number, padding: Padding): void {
    this.#paddings.set(tensor, padding);
  }

  deferredPadding(tensor: number): Padding | undefined {
    return this.#paddings.get(tensor);
  }
}

/** One operator of the model within its conversion: what a rule of the operator table works on. */
export class Step {
  readonly operator: TfliteOperator;
  readonly conversion: Conversion;

  constructor(operator: TfliteOperator, conversion: Conversion) {
    this.operator = operator;
    this.conversion = conversion;
  }

  get graph(): OnnxGraph {
    return this.conversion.graph;
  }

  get output(): number {
    return this.operator.outputs[0]!;
  }

  get outputShape(): readonly number[] {
    return this.conversion.shape(this.output);
  }

  input(index: number): number {
    return this.operator.inputs[index]!;
  }

  has(index: number): boolean {
    return (this.operator.inputs[index] ?? -1) >= 0;
  }

  shape(index: number): readonly number[] {
    return this.conversion.shape(this.input(index));
  }

  value(index: number): string {
    return this.conversion.value(this.input(index));
  }

  constant(index: number): TfliteData {
    return this.conversion.constant(this.input(index));
  }

  /** Field of the operator's options by its number in the schema; enums and flags are bytes. */
  byteOption(field: number): number {
    return this.operator.options?.int8(field) ?? 0;
  }

  intOption(field: number, absent = 0): number {
    return this.operator.options?.int32(field, absent) ?? absent;
  }
}
