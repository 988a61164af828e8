import { type Attribute, OnnxGraph } from '../../inference/onnx/onnx-writer.js';

/** Sides of a tensor, outermost first. Pictures are [images, channels, rows, columns]. */
export type Shape = readonly number[];

/** A tensor of the graph: how the ONNX file names it, and its shape. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
}

/** A trained tensor and how it starts: normally distributed about `mean`. */
export interface Parameter extends Value {
  readonly mean: number;
  readonly deviation: number;
}

/** What a parameter is in the written model: an input that a trainer feeds, or a constant of a finished network. */
export type ParameterSource = 'inputs' | ((name: string) => ArrayLike<number>);

/**
 * Emits the nodes of a gradient. Gets the gradient of the output and, an input each, whether its gradient is wanted;
 * returns the gradients in the order of the inputs, null for those that are not wanted.
 */
export type Backward = (outputGradient: Value, wanted: readonly boolean[]) => readonly (Value | null)[];

interface TapeEntry {
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly backward: Backward;
}

/** Number of elements of a tensor. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * An ONNX graph that knows the shapes of its values and can be differentiated in reverse mode: the gradients are ordinary
 * nodes of the same graph. Operators are functions beside it: they `emit` their nodes and `record` their gradients.
 * Source: Griewank & Walther, Evaluating Derivatives, 2nd ed., chapter 3.
 */
export class DifferentiableGraph {
  readonly #onnx: OnnxGraph;
  readonly #source: ParameterSource;
  readonly #parameters = new Map<string, Parameter>();
  readonly #tape: TapeEntry[] = [];

  constructor(name: string, source: ParameterSource = 'inputs') {
    this.#onnx = new OnnxGraph(name);
    this.#source = source;
  }

  /** The trained tensors in the order in which they were made. */
  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()];
  }

  input(name: string, shape: Shape): Value {
    this.#onnx.input(name, shape);
    return { name, shape };
  }

  /** A trained tensor. @throws RangeError if the name is taken: parameters are not shared. */
  parameter(name: string, shape: Shape, { mean = 0, deviation = 0 } = {}): Value {
    if (this.#parameters.has(name)) throw new RangeError(`the graph has a parameter ${name} already`);
    const source = this.#source;
    const stored = source === 'inputs' ? this.#onnx.input(name, shape) : this.#onnx.floats(shape, source(name));
    this.#parameters.set(name, { name, shape, mean, deviation });
    return { name: stored, shape };
  }

  scalar(value: number): Value {
    return { name: this.#onnx.floats([], [value]), shape: [] };
  }

  /** A constant of floats, row-major. */
  floats(shape: Shape, values: ArrayLike<number>): Value {
    return { name: this.#onnx.floats(shape, values), shape };
  }

  /** A list of integers: shapes, axes, paddings. */
  integers(values: readonly number[]): Value {
    return { name: this.#onnx.integers(values), shape: [values.length] };
  }

  /** Adds a node that has no gradient of its own. A null input is an optional one left out. */
  emit(
    operator: string,
    inputs: readonly (Value | null)[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const names = inputs.map((input) => input?.name ?? '');
    return { name: this.#onnx.node(operator, names, attributes), shape };
  }

  /** Tells how the gradients of `inputs` follow from that of `output`. @returns the output. */
  record(output: Value, inputs: readonly Value[], backward: Backward): Value {
    this.#tape.push({ output, inputs, backward });
    return output;
  }

  /**
   * Emits the gradients of a scalar.
   *
   * @returns a gradient a parameter, by the parameter's name.
   * @throws RangeError naming a parameter that the loss does not depend on.
   */
  gradientsOf(loss: Value): ReadonlyMap<string, Value> {
    const trained = this.#trained();
    const gradients = new Map<string, Value>([[loss.name, this.scalar(1)]]);
    for (const { output, inputs, backward } of this.#tape.toReversed()) {
      const outputGradient = gradients.get(output.name);
      if (!outputGradient || !trained.has(output.name)) continue;
      const wanted = inputs.map(({ name }) => trained.has(name));
      for (const [index, gradient] of backward(outputGradient, wanted).entries()) {
        const input = inputs[index]!;
        if (!gradient || !wanted[index]) continue;
        const sum = gradients.get(input.name);
        gradients.set(input.name, sum ? this.emit('Add', [sum, gradient], input.shape) : gradient);
      }
    }
    return new Map(
      this.parameters.map(({ name }) => {
        const gradient = gradients.get(name);
        if (!gradient) throw new RangeError(`the loss does not depend on the parameter ${name}`);
        return [name, gradient];
      }),
    );
  }

  /** Makes a value an output of the model under a name of its own. */
  output(name: string, value: Value): void {
    this.#onnx.output(name, value.shape, value.name);
  }

  /** The model file. */
  serialize(): Uint8Array<ArrayBuffer> {
    return this.#onnx.serialize();
  }

  /** Names of the values that depend on a parameter: only those need gradients. */
  #trained(): ReadonlySet<string> {
    const trained = new Set(this.#parameters.keys());
    for (const { output, inputs } of this.#tape) {
      if (inputs.some(({ name }) => trained.has(name))) trained.add(output.name);
    }
    return trained;
  }
}
